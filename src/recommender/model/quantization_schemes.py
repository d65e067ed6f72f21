"""The formats of a quantized checkpoint's layers, by the names of vLLM's schemes.

A name has two parts, `compressed-tensors WNA16` or `modelopt NVFP4`: the method, and the class of its scheme
or the `quant_algo`. Sources: `_get_scheme_from_parts` of `compressed_tensors/compressed_tensors.py`,
`QUANT_ALGOS` of `modelopt.py` and `_get_scheme_from_config` of `quark/quark.py` in
`vllm/model_executor/layers/quantization/`.
"""

from collections.abc import Iterable

from recommender.model.config_reader import ConfigReader

Schemes = tuple[str, ...]
"""In a fixed order; empty where the method alone decides, or where the scheme is not known."""

_MIXED = "MIXED_PRECISION"

# compressed_tensors, `QuantizationArgs`.
_DEFAULT_TYPE, _DEFAULT_BITS = "int", 8
_PACKED = "pack-quantized"
_NOT_QUANTIZED = ""

# By the types of weights and activations.
_OF_PACKED = {("int", _NOT_QUANTIZED): "WNA16", ("int", "int"): "WNA8Int"}
_BY_BITS = {
    (4, "float", "float"): "W4A4Fp4",
    (4, "float", _NOT_QUANTIZED): "W4A16Fp4",
    (4, "int", "float"): "W4A8Fp8",
    (8, "float", "float"): "W8A8Fp8",
    (8, "float", _NOT_QUANTIZED): "W8A16Fp8",
    (8, "int", "int"): "W8A8Int8",
}

# OCP Microscaling Formats, with scales for groups of 32, whatever the activations are: `_is_mxfp4`,
# `_is_mxfp8`.
_MICROSCALED = 32
_MICROSCALING = {4: "W4A16Mxfp4", 8: "W8A8Mxfp8"}

# Those that need a later version where each block of weights has a scale.
_IN_BLOCKS = frozenset({"W8A8Fp8", "W8A16Fp8"})

# By the dtype of the weights.
_QUARK = {"fp8_e4m3": "W8A8Fp8", "int8": "W8A8Int8", "int4": "W4A16Int4"}


def compressed_tensors_schemes(groups: Iterable[ConfigReader], default_format: str) -> Schemes:
    """The scheme of each of `config_groups`."""
    names = {_compressed_tensors_scheme(group, group.string("format") or default_format) for group in groups}
    return tuple(sorted(f"compressed-tensors {name}" for name in names if name is not None))


def modelopt_schemes(stated: ConfigReader) -> Schemes:
    """The `quant_algo`, and those of the layers in a mixture."""
    for each in (stated, stated.nested("quantization")):
        algorithm = (each.string("quant_algo") or "").upper()
        if algorithm == _MIXED:
            layers = each.nested("quantized_layers")
            mixed = {layers.nested(name).string("quant_algo") or "" for name in layers.sorted_keys()}
            return (
                f"modelopt {_MIXED}",
                *sorted(f"modelopt_mixed {name.upper()}" for name in mixed if name),
            )
        if algorithm:
            return (f"modelopt {algorithm}",)
    return ()


def quark_schemes(weight_dtype: str) -> Schemes:
    """The scheme of checkpoints whose layers all have weights of one dtype."""
    return (f"quark {_QUARK[weight_dtype]}",) if weight_dtype in _QUARK else ()


def _compressed_tensors_scheme(group: ConfigReader, stored_as: str) -> str | None:
    """`None` for a combination that vLLM does not have, or has for other processors only."""
    weights, inputs = group.nested("weights"), group.nested("input_activations")
    kinds = (weights.string("type") or _DEFAULT_TYPE, _kind(group, inputs))
    if stored_as == _PACKED and kinds in _OF_PACKED:
        return _OF_PACKED[kinds]
    if weights.string("type") == "float" and weights.optional_positive_int("group_size") == _MICROSCALED:
        return _MICROSCALING.get(weights.optional_positive_int("num_bits") or _DEFAULT_BITS)
    scheme = _BY_BITS.get((weights.optional_positive_int("num_bits") or _DEFAULT_BITS, *kinds))
    return f"{scheme}Block" if scheme in _IN_BLOCKS and weights.string("strategy") == "block" else scheme


def _kind(group: ConfigReader, inputs: ConfigReader) -> str:
    return (
        (inputs.string("type") or _DEFAULT_TYPE) if group.is_object("input_activations") else _NOT_QUANTIZED
    )
