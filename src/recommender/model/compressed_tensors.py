"""Checkpoints of compressed-tensors, whose groups of layers may have formats of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import UnsupportedModel
from recommender.model.grouped_weights import grouped_bytes, weight_bits, zero_point_growth
from recommender.model.quantization_schemes import compressed_tensors_schemes
from recommender.model.quantized_formats import INTEGERS, CheckpointQuantization, fp8, mxfp4, nvfp4

_INT8_BITS = 8
_FLOATS = {8: "fp8"}

_NVFP4, _MXFP4, _MXFP8 = "nvfp4-pack-quantized", "mxfp4-pack-quantized", "mxfp8-quantized"
_FP8_FORMATS = frozenset({"float-quantized", "naive-quantized"})
_COMPRESSED_FORMATS = frozenset(
    {"", "dense", "pack-quantized", "int-quantized", "float-quantized", "naive-quantized"}
)


def compressed_tensors(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    """Source: `compressed_tensors/config/base.py`, `CompressionFormat`."""
    all_groups = stated.nested("config_groups")
    groups = [all_groups.nested(name) for name in all_groups.sorted_keys()]
    default = stated.string("format") or ""
    formats = {group.string("format") or default for group in groups} or {default}
    schemes = compressed_tensors_schemes(groups, default)
    if formats == {_MXFP4}:
        return replace(mxfp4("compressed-tensors", stored), schemes=schemes)
    if formats == {_MXFP8}:
        return replace(fp8("compressed-tensors"), scales=stored.get("U8", 0), schemes=schemes)
    if _NVFP4 in formats and formats - {_NVFP4} <= _FP8_FORMATS:
        quantization = nvfp4("compressed-tensors", stored)
        bits = quantization.bits if formats == {_NVFP4} else None
        return replace(quantization, bits=bits, schemes=schemes)
    unknown = formats - _COMPRESSED_FORMATS
    if unknown:
        raise UnsupportedModel(
            f"The checkpoint is compressed as {', '.join(sorted(unknown))[:80]}, whose size in memory is not"
            " known."
        )
    weights = [group.nested("weights") for group in groups]
    return CheckpointQuantization(
        method="compressed-tensors",
        quantized_to=_compressed_to(weights),
        bytes_per_packed_element=max((_compressed_group_bytes(each) for each in weights), default=1.0),
        bits=_common_bits(weights),
        wide_zero_point_bytes=max((_compressed_zero_points(each) for each in weights), default=0),
        multiplies_in_int8=any(_multiplies_in_int8(group) for group in groups) if groups else None,
        schemes=schemes,
    )


def _multiplies_in_int8(group: ConfigReader) -> bool:
    """Whether a group has integers of 8 bit as weights and as activations (W8A8)."""
    sides = (group.nested("weights"), group.nested("input_activations"))
    return all(
        side.optional_positive_int("num_bits") == _INT8_BITS and side.string("type") == "int"
        for side in sides
    )


def _compressed_to(groups: Sequence[ConfigReader]) -> str | None:
    """The format that all groups have in common; `None` where they differ."""
    kinds = {(_FLOATS if each.string("type") == "float" else INTEGERS).get(_bits_of(each)) for each in groups}
    return kinds.pop() if len(kinds) == 1 else None


def _common_bits(groups: Sequence[ConfigReader]) -> int | None:
    widths = {_bits_of(each) for each in groups}
    return widths.pop() if len(widths) == 1 else None


def _compressed_zero_points(weights: ConfigReader) -> float:
    group = weights.optional_positive_int("group_size")
    if not weights.is_false("symmetric") or group is None:
        return 0
    return zero_point_growth(_bits_of(weights), group)


def _compressed_group_bytes(weights: ConfigReader) -> float:
    width = _bits_of(weights)
    return grouped_bytes(
        width, weights.optional_positive_int("group_size"), zero_points=weights.is_false("symmetric")
    )


def _bits_of(weights: ConfigReader) -> int:
    return weight_bits(weights, "num_bits", default=8)
