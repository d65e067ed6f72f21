"""Integers in groups that share a scale and a zero point: their bits, groups and bytes."""

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata

# Group size of AWQ and GPTQ where the configuration states none.
_DEFAULT_GROUP_SIZE = 128

_MOST_BITS = 16

# `vllm/model_executor/layers/quantization/utils/machete_utils.py`, groups of several weights.
_MACHETE_GROUPS = (64, 128)


def weight_bits(stated: ConfigReader, key: str, *, default: int) -> int:
    """Bits of a weight as `key` states them; raises `ImplausibleMetadata` for more than any has."""
    width = stated.optional_positive_int(key) or default
    if width > _MOST_BITS:
        raise ImplausibleMetadata(f"{stated.name} says {key} = {width}, which no quantized weight has.")
    return width


def group_size_of(stated: ConfigReader) -> int | None:
    """Weights that share a scale; `None` for one scale per channel."""
    if stated.is_minus_one("group_size"):
        return None
    return stated.optional_positive_int("group_size") or _DEFAULT_GROUP_SIZE


def zero_point_growth(width: int, group_size: int | None) -> float:
    """Bytes that the share of a zero point grows by in 16 bit, for groups that Machete takes."""
    return (2 - width / 8) / group_size if group_size in _MACHETE_GROUPS else 0


def grouped_bytes(width: int, group_size: int | None, *, zero_points: bool) -> float:
    """Bytes of one weight of `width` bits, with its share of a 16-bit scale and of a zero point per group."""
    if group_size is None:
        return width / 8
    return width / 8 + (2 + (width / 8 if zero_points else 0)) / group_size
