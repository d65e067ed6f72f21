"""Defaults of the environment variables that change what vLLM plans: `vllm/envs.py`."""

import ast
from typing import Any

from tools.vllm_facts.evaluate import UNKNOWN, Evaluator
from tools.vllm_facts.sources import Sources

_ENVS = "vllm/envs.py"

VARIABLES = (
    # Whether layers with chunked attention have a cache of their own kind, or a full one.
    "VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE",
    # Whether the memory of CUDA graphs is subtracted before the KV cache is planned.
    "VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS",
    "VLLM_USE_FLASHINFER_SAMPLER",
    # Lets NVFP4 checkpoints of compressed-tensors run on GPUs without FP4.
    "VLLM_USE_NVFP4_CT_EMULATIONS",
    "VLLM_USE_V1",
    "VLLM_USE_V2_MODEL_RUNNER",
)


def environment(sources: Sources) -> dict[str, Any]:
    """The default of each variable that the release knows; "unset" where vLLM decides itself."""
    module = sources.module(_ENVS)
    table = next((value for name, value in module.assigned.items() if name == "environment_variables"), None)
    if not isinstance(table, ast.Dict):
        module.fail("environment_variables to be a dictionary")
    found: dict[str, Any] = {}
    for key, value in zip(table.keys, table.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        if name in VARIABLES:
            default = _EVALUATOR.value(_body(value))
            if default is UNKNOWN:
                module.fail(f"the default of {name} to be read from {ast.unparse(value)}")
            found[name] = "unset" if default is None else default
    return found


def _body(value: ast.expr) -> ast.expr:
    """What a lambda returns, that in `deprecated_env(..., lambda: ...)` included."""
    match value:
        case ast.Lambda(body=body):
            return body
        case ast.Call(args=[*_, ast.Lambda(body=body)]):
            return body
    return value


_EVALUATOR = Evaluator(
    names={"os.environ": {}},
    calls={
        "os.getenv": lambda _name, default=None: default,
        "maybe_convert_bool": lambda value: None if value is None else bool(int(value)),
        "bool": bool,
        "int": int,
    },
)
