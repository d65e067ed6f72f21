"""Attention backends: the GPUs, dtypes of the KV cache and block sizes that each supports.

Backends declare them from 0.11.1 on: `AttentionBackendEnum` names the backends and their classes.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.vllm_facts.document import release_order
from tools.vllm_facts.evaluate import UNKNOWN, Evaluator
from tools.vllm_facts.sources import Class, Module, Sources, assignments, literal_names

_REGISTRIES = ("vllm/v1/attention/backends/registry.py", "vllm/attention/backends/registry.py")
_CACHE = "vllm/config/cache.py"
_INTRODUCED = release_order("0.11.1")

# Backends of other platforms, and entries that stand for no backend of the language model.
_OTHER_PLATFORMS = ("ROCM_", "CPU_", "XPU_", "AMX_", "IPEX", "PALLAS", "ZENTORCH")
_NO_BACKENDS = frozenset({"CUSTOM", "NO_ATTENTION", "TORCH_SDPA"})
# Made of two others by a function: `create_composite_attention_backend`.
_COMPOSITES = frozenset({"TRITON_FLASHINFER", "TRITON_FLASH_ATTN"})

# `is_quantized_kv_cache` is false of these.
_UNQUANTIZED = ("auto", "float16", "bfloat16")

# From 0.12 on.
_BLOCK_SIZES = "get_supported_kernel_block_sizes"

CAPABILITIES = (
    "7.0",
    "7.5",
    "8.0",
    "8.6",
    "8.7",
    "8.9",
    "9.0",
    "10.0",
    "10.1",
    "10.3",
    "11.0",
    "12.0",
    "12.1",
)


def attention_backends(sources: Sources) -> dict[str, dict[str, Any]]:
    """Each backend of NVIDIA GPUs.

    A dtype of `kv_cache_dtypes` ends with "?" where it depends on more than the text of the class, and
    `block_sizes` is left out where they do.
    """
    if release_order(sources.version) < _INTRODUCED:
        return {}
    registry = sources.module(*_REGISTRIES)
    dtypes = _cache_dtypes(sources)
    return {name: _facts(owner, dtypes) for name, owner in _backends(registry)}


def _backends(registry: Module) -> Iterator[tuple[str, Class]]:
    entries = registry.find_class("AttentionBackendEnum") or registry.fail("the class AttentionBackendEnum")
    for name, value in assignments(entries.node.body):
        if name in _NO_BACKENDS | _COMPOSITES or name.startswith(_OTHER_PLATFORMS):
            continue
        dotted, _, class_name = str(ast.literal_eval(value)).rpartition(".")
        module = registry.sources.find(dotted)
        owner = module.find_class(class_name) if module is not None else None
        if owner is None:
            registry.fail(f"the class of {name}, {ast.unparse(value)}")
        yield name, owner


def _cache_dtypes(sources: Sources) -> list[str]:
    """What `--kv-cache-dtype` takes."""
    return literal_names(sources.module(_CACHE).value("CacheDType"))


def _facts(owner: Class, cache_dtypes: list[str]) -> dict[str, Any]:
    capabilities = [each for each in CAPABILITIES if _supports_capability(owner, each)]
    facts: dict[str, Any] = {
        "capabilities": "any" if len(capabilities) == len(CAPABILITIES) else capabilities,
        "kv_cache_dtypes": list(_supported_dtypes(owner, cache_dtypes)),
    }
    if owner.method(_BLOCK_SIZES) is None:
        return facts
    sizes = _method(owner, _BLOCK_SIZES, {})
    return facts if sizes is UNKNOWN else {**facts, "block_sizes": sizes}


def _supports_capability(owner: Class, capability: str) -> bool:
    major, minor = (int(part) for part in capability.split("."))
    known = {"capability": (major, minor), "capability.major": major, "capability.minor": minor}
    supported = _method(owner, "supports_compute_capability", known)
    if not isinstance(supported, bool):
        owner.module.fail(f"{owner.name}.supports_compute_capability to be a condition on the capability")
    return supported


def _supported_dtypes(owner: Class, cache_dtypes: list[str]) -> Iterator[str]:
    declared = {"cls.supported_kv_cache_dtypes": _declared_dtypes(owner)}
    for dtype in cache_dtypes:
        supported = _method(owner, "supports_kv_cache_dtype", {**declared, "kv_cache_dtype": dtype})
        if supported is UNKNOWN:
            yield f"{dtype}?"
        elif supported:
            yield dtype


def _declared_dtypes(owner: Class) -> object:
    found = owner.attribute("supported_kv_cache_dtypes")
    if found is None:
        owner.module.fail(f"{owner.name}.supported_kv_cache_dtypes")
    definer, node = found
    constants: dict[str, object] = {}
    for name, value in definer.module.assigned.items():
        constants[name] = Evaluator(names=constants).value(value)
    return Evaluator(names=constants, calls={"list": list}).value(node)


def _method(owner: Class, name: str, known: Mapping[str, object]) -> object:
    """What the class's method returns where `known` are the values that its text uses."""
    found = owner.method(name)
    if found is None:
        owner.module.fail(f"{owner.name}.{name}")
    definer, function = found
    calls: dict[str, Callable[..., object]] = {
        "DeviceCapability": lambda *parts: parts,
        "MultipleOf": "multiple of {}".format,
        "is_quantized_kv_cache": lambda dtype: dtype not in _UNQUANTIZED,
    }
    parents = list(definer.lineage())[1:]
    if parents:
        calls[f"super().{name}"] = lambda *_: _method(parents[0], name, known)
    return Evaluator(names=known, calls=calls).result(function)
