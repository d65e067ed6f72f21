"""The methods and schemes that vLLM runs in experts; others leave them in 16 bit and cannot load them."""

import ast
from collections.abc import Iterator, Mapping

from tools.vllm_facts.quantization import configuration_classes
from tools.vllm_facts.sources import Class, Sources

_LAYERS = "vllm/model_executor/layers/quantization"

# The layer of experts, by its names in older and newer releases.
_LAYER_NAMES = ("FusedMoE", "RoutedExperts")

# The base class of all methods, which names every layer.
_BASE = "QuantizationConfig"

# The function that chooses how experts of compressed-tensors run, and the schemes that its conditions accept.
_COMPRESSED = (
    f"{_LAYERS}/compressed_tensors/compressed_tensors_moe/compressed_tensors_moe.py",
    f"{_LAYERS}/compressed_tensors/compressed_tensors_moe.py",
)
_CHOOSER = "get_moe_method"
_SCHEMES: Mapping[str, tuple[str, ...]] = {
    "_is_dynamic_token_w4a8_int": ("W4A8Int",),
    "_is_dynamic_token_w8a8": ("W8A8Int8",),
    "_is_fp4a4_nvfp4": ("W4A4Fp4",),
    "_is_fp8_w4a8": ("W4A8Fp8",),
    "_is_fp8_w4a8_sm90": ("W4A8Fp8",),
    "_is_fp8_w8a8": ("W8A8Fp8",),
    "_is_fp8_w8a8_sm100": ("W8A8Fp8",),
    "_is_fp8_w8a8_sm90": ("W8A8Fp8",),
    "_is_mxfp4": ("W4A16Mxfp4", "W4A4Mxfp4"),
    "_is_mxfp4_w4a8_fp8": ("W4A8Mxfp4",),
    "_is_mxfp8": ("W8A8Mxfp8",),
    "_is_nvfp4_format": ("W4A4Fp4",),
    "_is_wNa16_group_channel": ("WNA16",),
}
# NVFP4 weights with activations in 16 bit have no condition of their own, but an argument of the method.
_WEIGHT_ONLY = ("use_a16", "W4A16Fp4")


def quantized_experts(sources: Sources) -> dict[str, bool]:
    """True for each method and scheme that runs in experts: `awq`, `compressed-tensors W8A8Int8`."""
    methods = (name for name, owner in configuration_classes(sources).items() if _has_experts(owner))
    return dict.fromkeys([*methods, *(f"compressed-tensors {scheme}" for scheme in _schemes(sources))], True)


def _has_experts(owner: Class) -> bool:
    """Whether the class of a method, or one that it inherits from, tells the layer of experts from others."""
    texts = [ast.unparse(each.node) for each in owner.lineage() if each.name != _BASE]
    return any(name in text for text in texts for name in _LAYER_NAMES)


def _schemes(sources: Sources) -> Iterator[str]:
    module = sources.module(*_COMPRESSED)
    chooser = module.function(_CHOOSER)
    attributes = {node.attr for node in ast.walk(chooser) if isinstance(node, ast.Attribute)}
    conditions = {name for name in attributes if name.startswith("_is_")}
    if not conditions <= _SCHEMES.keys():
        unknown = ", ".join(sorted(conditions - _SCHEMES.keys()))
        module.fail(f"{_CHOOSER} to have known conditions, not {unknown}")
    for condition in conditions:
        yield from _SCHEMES[condition]
    argument, scheme = _WEIGHT_ONLY
    if argument in ast.unparse(chooser):
        yield scheme
