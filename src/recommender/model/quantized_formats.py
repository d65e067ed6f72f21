"""The formats of quantized checkpoints: bytes of a packed element, and what tensor parallelism must respect.

The Hub counts the elements of AWQ, GPTQ, compressed-tensors, MXFP4 and bitsandbytes checkpoints as the
weights that they represent, and those of other formats as stored (huggingface.js,
`packages/hub/src/lib/parse-safetensors-metadata.ts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.quantization_schemes import compressed_tensors_schemes, quark_schemes

# The dtypes that hold packed weights in a safetensors file.
PACKED_DTYPES = frozenset({"I32", "U8"})

FP8_DTYPES = ("F8_E4M3", "F8_E5M2")

# Group size of AWQ and GPTQ where the configuration states none.
_DEFAULT_GROUP_SIZE = 128

_INTEGERS = {4: "int4", 8: "int8"}
_FLOATS = {8: "fp8"}

_MOST_BITS = 16
_FP8_BITS = 8
_INT8_BITS = 8

# OCP Microscaling Formats 1.0: one scale byte for 32 values of 4 bits.
MXFP4_BYTES = 0.5 + 1 / 32

# Two 4-bit values in a byte, one FP8 scale for 16 of them.
_NVFP4_BYTES = 1 + 2 / 16
_NVFP4_SCALES_PER_BYTE = 2 / 16

_NVFP4_FORMATS = frozenset({"nvfp4-pack-quantized"})
_COMPRESSED_FORMATS = frozenset(
    {"", "dense", "pack-quantized", "int-quantized", "float-quantized", "naive-quantized"}
)

# bitsandbytes keeps one scale for 64 values: a float32, or a byte where the scales are quantized again.
_BITSANDBYTES_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointQuantization:
    """How the linear layers of a checkpoint are stored."""

    method: str
    quantized_to: str | None = None
    """`fp8`, `int8` or `int4` where it is one of them."""
    bytes_per_packed_element: float = 1
    """Memory of one `I32` or `U8` element as the Hub counts them, its share of the scales included."""
    weights_per_packed_element: int = 1
    scales: int = 0
    """The stored elements that are scales rather than weights."""
    cache_value_bytes: int | None = None
    """Bytes of a value of the KV cache where the checkpoint sets them."""
    multiplies_in_int8: bool | None = None
    """Whether weights and activations are 8-bit integers; `None` where it does not say."""
    schemes: tuple[str, ...] = ()
    """The formats of its layers by vLLM's names: `quantization_schemes.py`."""


def fp8(method: str) -> CheckpointQuantization:
    """FP8 values, each with a scale for its tensor, channel or block."""
    return CheckpointQuantization(method=method, quantized_to="fp8")


def grouped_integers(method: str, stated: ConfigReader) -> CheckpointQuantization:
    """AWQ, GPTQ and AutoRound: integers in groups that share a scale."""
    zero_points = not stated.is_true("sym") and not stated.is_false("zero_point")
    width, group = _bits(stated, "bits", default=4), _group_size(stated)
    return CheckpointQuantization(
        method=method,
        quantized_to=_INTEGERS.get(width),
        bytes_per_packed_element=_grouped_bytes(width, group, zero_points=zero_points),
    )


def bitsandbytes(stated: ConfigReader) -> CheckpointQuantization:
    """Blocks of 64 values in 4 bit, or integers of 8 bit."""
    scale = 1 if stated.is_true("bnb_4bit_use_double_quant") else 4
    is_4_bit = stated.is_true("load_in_4bit")
    return CheckpointQuantization(
        method="bitsandbytes",
        quantized_to="int4" if is_4_bit else "int8",
        bytes_per_packed_element=0.5 + scale / _BITSANDBYTES_BLOCK if is_4_bit else 1,
    )


def as_stored(
    declared: CheckpointQuantization | None, stored: Mapping[str, int]
) -> CheckpointQuantization | None:
    """`declared` for a format whose elements the Hub counts as they are stored: 4 bits in bytes or in I32.

    `None` where nothing is declared or counted.
    """
    if declared is None or not stored:
        return None
    in_bytes, in_words = stored.get("U8", 0), stored.get("I32", 0)
    if not in_bytes + in_words:
        return declared
    mean = (in_bytes + 4 * in_words) / (in_bytes + in_words)
    return replace(
        declared, bytes_per_packed_element=mean, weights_per_packed_element=8 if in_words > in_bytes else 2
    )


def quark(stated: ConfigReader) -> CheckpointQuantization | None:
    """Quark's, by the dtype of all weights; `None` where it is not stated or layers differ.

    Source: `vllm/model_executor/layers/quantization/quark/quark.py`, `from_config`, which requires `export`.
    """
    every_layer = stated.nested("global_quant_config")
    weight, inputs = every_layer.nested("weight"), every_layer.nested("input_tensors")
    dtype = weight.string("dtype") or ""
    if not stated.is_object("export") or not dtype:
        return None
    return CheckpointQuantization(
        method="quark",
        quantized_to=next((name for name in ("fp8", "int8", "int4") if dtype.startswith(name)), None),
        multiplies_in_int8=dtype == "int8" and inputs.string("dtype") == "int8",
        schemes=quark_schemes(dtype),
    )


def torchao(stated: ConfigReader) -> CheckpointQuantization | None:
    """torchao's, by the class of its default configuration; `None` for mixtures.

    Source: `vllm/model_executor/layers/quantization/torchao.py`, `from_config`.
    """
    name = (stated.nested("quant_type").nested("default").string("_type") or "").lower()
    kinds = {"float8weight": "fp8", "float8dynamic": "fp8", "int8weight": "int8", "int4weight": "int4"}
    found = next((quantized_to for start, quantized_to in kinds.items() if name.startswith(start)), None)
    return CheckpointQuantization(method="torchao", quantized_to=found) if found is not None else None


def compressed_tensors(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    """Source: `compressed_tensors/config/base.py`, `CompressionFormat`."""
    all_groups = stated.nested("config_groups")
    groups = [all_groups.nested(name) for name in all_groups.sorted_keys()]
    default = stated.string("format") or ""
    formats = {group.string("format") or default for group in groups} or {default}
    schemes = compressed_tensors_schemes(groups, default)
    if formats <= _NVFP4_FORMATS:
        return replace(_nvfp4("compressed-tensors", stored), schemes=schemes)
    if not formats <= _COMPRESSED_FORMATS:
        raise UnsupportedModel(
            f"The checkpoint is compressed as {', '.join(sorted(formats))[:80]}, whose size in memory is not"
            " known."
        )
    weights = [group.nested("weights") for group in groups]
    return CheckpointQuantization(
        method="compressed-tensors",
        quantized_to=_compressed_to(weights),
        bytes_per_packed_element=max((_compressed_group_bytes(each) for each in weights), default=1.0),
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
    kinds = {
        (_FLOATS if each.string("type") == "float" else _INTEGERS).get(_bits(each, "num_bits", default=8))
        for each in groups
    }
    return kinds.pop() if len(kinds) == 1 else None


def _compressed_group_bytes(weights: ConfigReader) -> float:
    width = _bits(weights, "num_bits", default=8)
    return _grouped_bytes(
        width, weights.optional_positive_int("group_size"), zero_points=weights.is_false("symmetric")
    )


def modelopt(stored: Mapping[str, int]) -> CheckpointQuantization:
    """NVFP4 where there are packed bytes, alone or next to FP8, and FP8 elsewhere."""
    if stored.get("U8"):
        return replace(_nvfp4("modelopt_fp4", stored), schemes=("modelopt NVFP4",))
    return CheckpointQuantization(method="modelopt", quantized_to="fp8", schemes=("modelopt FP8",))


def cache_value_bytes(stated: ConfigReader) -> int | None:
    """vLLM honours only ModelOpt's: `vllm/utils/torch_utils.py`, `get_kv_cache_quant_algo_string`.

    A scheme goes before the name of an algorithm.
    """
    places = (stated.nested("quantization"), stated)
    scheme = next(
        (each.nested("kv_cache_scheme") for each in places if each.is_truthy("kv_cache_scheme")), None
    )
    if scheme is not None:
        is_fp8 = scheme.optional_positive_int("num_bits") == _FP8_BITS and scheme.string("type") == "float"
        return 1 if is_fp8 and scheme.is_false("dynamic") else None
    algorithms = (each.string("kv_cache_quant_algo") for each in places)
    return 1 if (next(filter(None, algorithms), "")).upper() == "FP8" else None


def _nvfp4(method: str, stored: Mapping[str, int]) -> CheckpointQuantization:
    packed, fp8 = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in FP8_DTYPES)
    scales_are_counted = fp8 >= packed * _NVFP4_SCALES_PER_BYTE
    return CheckpointQuantization(
        method=method,
        bytes_per_packed_element=1 if scales_are_counted else _NVFP4_BYTES,
        weights_per_packed_element=2,
        scales=int(packed * _NVFP4_SCALES_PER_BYTE) if scales_are_counted else 0,
    )


def _block_size(shape: tuple[int, ...]) -> int:
    return max(shape, default=1)


def _bits(stated: ConfigReader, key: str, *, default: int) -> int:
    width = stated.optional_positive_int(key) or default
    if width > _MOST_BITS:
        raise ImplausibleMetadata(f"{stated.name} says {key} = {width}, which no quantized weight has.")
    return width


def _group_size(stated: ConfigReader) -> int | None:
    """Weights that share a scale; `None` for one scale per channel."""
    if stated.is_minus_one("group_size"):
        return None
    return stated.optional_positive_int("group_size") or _DEFAULT_GROUP_SIZE


def _grouped_bytes(width: int, group_size: int | None, *, zero_points: bool) -> float:
    """Bytes of one weight of `width` bits, with its share of a 16-bit scale and of a zero point per group."""
    if group_size is None:
        return width / 8
    return width / 8 + (2 + (width / 8 if zero_points else 0)) / group_size
