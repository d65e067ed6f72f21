"""What vLLM quantizes while it loads a checkpoint in 16 bit."""

import ast
from collections.abc import Iterator

from tools.vllm_facts.document import release_order
from tools.vllm_facts.sources import Class, Sources

_LAYERS = "vllm/model_executor/layers/quantization"
_CONFIGURATION = "vllm/config/quantization.py"
_LOADERS = (
    "vllm/model_executor/model_loader/bitsandbytes_loader.py",
    "vllm/model_executor/model_loader/loader.py",
)
_WEIGHTS = "vllm/model_executor/model_loader/weight_utils.py"

ALL_LAYERS = "linear experts"
LINEAR_LAYERS = "linear"
EXPERTS = "experts"

_FIRST_SHORTHANDS = release_order("0.20.0")


def online(sources: Sources) -> dict[str, str]:
    """Each method that `--quantization` takes for it, and what it quantizes: linear layers, experts."""
    return {**dict(_methods(sources)), **_shorthands(sources)}


def _methods(sources: Sources) -> Iterator[tuple[str, str]]:
    """Methods that have code of their own for it. Each is known by that code."""
    if _fp8_is_online(sources):
        yield "fp8", ALL_LAYERS
    loaders = [sources.module(path) for path in _LOADERS if sources.has(path)]
    if any("_unquantized_generator" in loader.functions for loader in loaders):
        yield "bitsandbytes", _with_experts(sources, "bitsandbytes", "BitsAndBytesMoEMethod")
    if sources.has(f"{_LAYERS}/experts_int8.py"):
        yield "experts_int8", EXPERTS
    if sources.has(f"{_LAYERS}/rtn.py"):
        yield "rtn", _with_experts(sources, "rtn", "RTNMoEMethod")
    # `--quantization mxfp8` of 0.19, before it was one of the shorthands.
    if (
        sources.has(f"{_LAYERS}/mxfp8.py")
        and "Mxfp8OnlineLinearMethod" in sources.module(f"{_LAYERS}/mxfp8.py").classes
    ):
        yield "mxfp8", ALL_LAYERS


def _with_experts(sources: Sources, module: str, experts_method: str) -> str:
    """Linear layers, and experts where the method's module has a class for them."""
    return ALL_LAYERS if experts_method in sources.module(f"{_LAYERS}/{module}.py").classes else LINEAR_LAYERS


def _fp8_is_online(sources: Sources) -> bool:
    """Whether `Fp8Config()` stands for a checkpoint in 16 bit, or the loader replaces it (from 0.31 on)."""
    module = sources.module(f"{_LAYERS}/fp8.py")
    owner = module.find_class("Fp8Config") or module.fail("the class Fp8Config")
    if _default(owner, "is_checkpoint_fp8_serialized") is False:
        return True
    loader = sources.module(_WEIGHTS).function("get_quant_config")
    return "model_config.quantization == 'fp8'" in ast.unparse(loader)


def _default(owner: Class, parameter: str) -> object:
    """The default of a parameter of the constructor."""
    found = owner.method("__init__")
    if found is None:
        owner.module.fail(f"a constructor of {owner.name}")
    arguments = found[1].args
    defaults = dict(
        zip(reversed([each.arg for each in arguments.args]), reversed(arguments.defaults), strict=False)
    )
    if parameter not in defaults:
        owner.module.fail(f"a default of {parameter} of {owner.name}")
    return ast.literal_eval(defaults[parameter])


def _shorthands(sources: Sources) -> dict[str, str]:
    """Names of online quantization: `_ONLINE_SHORTHANDS`, and `OnlineQuantScheme` in 0.20 and 0.21."""
    if release_order(sources.version) < _FIRST_SHORTHANDS:
        return {}
    configuration = sources.module(_CONFIGURATION)
    if "_ONLINE_SHORTHANDS" in configuration.assigned:
        table = configuration.value("_ONLINE_SHORTHANDS")
        if not isinstance(table, ast.Dict):
            configuration.fail("_ONLINE_SHORTHANDS to be a dictionary")
        return {
            str(ast.literal_eval(key)): _layers({keyword.arg for keyword in value.keywords})
            for key, value in zip(table.keys, table.values, strict=True)
            if key is not None and isinstance(value, ast.Call)
        }
    return dict(_schemes(sources))


def _layers(fields: set[str | None]) -> str:
    return EXPERTS if fields == {"moe"} else ALL_LAYERS


def _schemes(sources: Sources) -> Iterator[tuple[str, str]]:
    configuration = sources.module(_CONFIGURATION)
    scheme = configuration.find_class("OnlineQuantScheme") or configuration.fail(
        "the class OnlineQuantScheme"
    )
    without_linear = "\n".join(_tests_without_linear(sources))
    for node in scheme.node.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(method))):
                yield method, EXPERTS if f"OnlineQuantScheme.{name}" in without_linear else ALL_LAYERS


def _tests_without_linear(sources: Sources) -> Iterator[str]:
    """The conditions on a linear layer's scheme under which it stays as it is."""
    module = sources.module(f"{_LAYERS}/online/base.py")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and ast.unparse(node.body[-1]) == "return UnquantizedLinearMethod()":
            yield ast.unparse(node.test)
