"""The quantization of a checkpoint: bytes of a packed element, and what tensor parallelism must respect.

The Hub counts the elements of AWQ, GPTQ, compressed-tensors, MXFP4 and bitsandbytes checkpoints as the
weights that they represent, and those of NVFP4 as stored (huggingface.js,
`packages/hub/src/lib/parse-safetensors-metadata.ts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

# The dtypes that hold packed weights in a safetensors file.
PACKED_DTYPES = frozenset({"I32", "U8"})

_FP8_DTYPES = ("F8_E4M3", "F8_E5M2")

# Group size of AWQ and GPTQ where the configuration states none.
_DEFAULT_GROUP_SIZE = 128

_INTEGERS = {4: "int4", 8: "int8"}
_FLOATS = {8: "fp8"}

_MOST_BITS = 16
_FP8_BITS = 8

# OCP Microscaling Formats 1.0: one scale byte for 32 values of 4 bits.
_MXFP4_BYTES = 0.5 + 1 / 32

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
    shard_multiple: int = 1
    """What the width of a GPU's share of a matrix must be a multiple of: weights that share a scale."""
    shards_experts_in_multiples: bool = False
    """Whether that holds for the matrices of experts too."""
    cache_value_bytes: int | None = None
    """Bytes of a value of the KV cache where the checkpoint sets them."""


def parse_quantization(
    top_level: ConfigReader, config: ConfigReader, stored: Mapping[str, int]
) -> CheckpointQuantization | None:
    """How the checkpoint is quantized; `None` where its weights are plain floats.

    `stored` counts the elements by safetensors dtype. Raises `UnsupportedModel` for a method whose size
    in memory is not known.
    """
    for each in (top_level, config):
        if each.is_set("quantization_config"):
            return _declared(each.nested("quantization_config"), stored)
    return _undeclared(stored)


def computes_in_int8(quantization: CheckpointQuantization | None, stored: Mapping[str, int]) -> bool:
    """Whether most of a checkpoint is stored as 8-bit integers by a scheme that multiplies in INT8.

    Bitsandbytes stores 8-bit integers too, but has kernels of its own.
    """
    is_scheme = quantization is not None and quantization.method == "compressed-tensors"
    return is_scheme and 2 * stored.get("I8", 0) > sum(stored.values())


def _declared(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    method = (stated.string("quant_method") or "an unnamed method").lower()
    match method:
        case "fp8" | "fbgemm_fp8":
            return _fp8(method, _block_size(stated.positive_ints("weight_block_size")))
        case "mxfp4":
            return CheckpointQuantization(method=method, bytes_per_packed_element=_MXFP4_BYTES)
        case "awq" | "gptq" | "auto-round":
            zero_points = not stated.is_true("sym") and not stated.is_false("zero_point")
            bits = _bits(stated, "bits", default=4)
            group = _group_size(stated)
            packed = _grouped_bytes(bits, group, zero_points=zero_points)
            return CheckpointQuantization(
                method=method,
                quantized_to=_INTEGERS.get(bits),
                bytes_per_packed_element=packed,
                shard_multiple=group or 1,
            )
        case "bitsandbytes":
            scale = 1 if stated.is_true("bnb_4bit_use_double_quant") else 4
            is_4_bit = stated.is_true("load_in_4bit")
            packed = 0.5 + scale / _BITSANDBYTES_BLOCK if is_4_bit else 1
            return CheckpointQuantization(
                method=method, quantized_to="int4" if is_4_bit else "int8", bytes_per_packed_element=packed
            )
        case "compressed-tensors":
            return _compressed_tensors(stated, stored)
        case "modelopt" | "modelopt_fp4":
            return replace(_modelopt(stored), cache_value_bytes=_cache_value_bytes(stated))
    raise UnsupportedModel(f"The checkpoint is quantized with {method}, whose size in memory is not known.")


def _fp8(method: str, block: int) -> CheckpointQuantization:
    """Source: `vllm/model_executor/layers/quantization/utils/fp8_utils.py`, `validate_fp8_block_shape`."""
    return CheckpointQuantization(
        method=method, quantized_to="fp8", shard_multiple=block, shards_experts_in_multiples=True
    )


def _block_size(shape: tuple[int, ...]) -> int:
    return max(shape, default=1)


def _compressed_tensors(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    """Source: `compressed_tensors/config/base.py`, `CompressionFormat`."""
    all_groups = stated.nested("config_groups")
    groups = [all_groups.nested(name) for name in all_groups.sorted_keys()]
    default = stated.string("format") or ""
    formats = {group.string("format") or default for group in groups} or {default}
    if formats <= _NVFP4_FORMATS:
        return _nvfp4("compressed-tensors", stored)
    if not formats <= _COMPRESSED_FORMATS:
        raise UnsupportedModel(
            f"The checkpoint is compressed as {', '.join(sorted(formats))[:80]}, whose size in memory is not"
            " known."
        )
    weights = [group.nested("weights") for group in groups]
    blocks = [_block_size(each.positive_ints("block_structure")) for each in weights]
    return CheckpointQuantization(
        method="compressed-tensors",
        quantized_to=_compressed_to(weights),
        bytes_per_packed_element=max((_compressed_group_bytes(each) for each in weights), default=1.0),
        shard_multiple=max(blocks, default=1),
        shards_experts_in_multiples=True,
    )


def _compressed_to(groups: Sequence[ConfigReader]) -> str | None:
    """The format that all groups have in common; `None` where they differ."""
    kinds = {
        (_FLOATS if each.string("type") == "float" else _INTEGERS).get(_bits(each, "num_bits", default=8))
        for each in groups
    }
    return kinds.pop() if len(kinds) == 1 else None


def _compressed_group_bytes(weights: ConfigReader) -> float:
    bits = _bits(weights, "num_bits", default=8)
    return _grouped_bytes(
        bits, weights.optional_positive_int("group_size"), zero_points=weights.is_false("symmetric")
    )


def _modelopt(stored: Mapping[str, int]) -> CheckpointQuantization:
    if stored.get("U8"):
        return _nvfp4("modelopt_fp4", stored)
    return CheckpointQuantization(method="modelopt", quantized_to="fp8")


def _cache_value_bytes(stated: ConfigReader) -> int | None:
    """vLLM honours only ModelOpt's: `vllm/utils/torch_utils.py`, `get_kv_cache_quant_algo_string`."""
    scheme = stated.nested("kv_cache_scheme")
    if scheme.optional_positive_int("num_bits") == _FP8_BITS and scheme.string("type") == "float":
        return 1
    return 1 if (stated.string("kv_cache_quant_algo") or "").upper() == "FP8" else None


def _nvfp4(method: str, stored: Mapping[str, int]) -> CheckpointQuantization:
    packed, fp8 = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in _FP8_DTYPES)
    scales_are_counted = fp8 >= packed * _NVFP4_SCALES_PER_BYTE
    return CheckpointQuantization(
        method=method,
        bytes_per_packed_element=1 if scales_are_counted else _NVFP4_BYTES,
        weights_per_packed_element=2,
        scales=int(packed * _NVFP4_SCALES_PER_BYTE) if scales_are_counted else 0,
    )


def _undeclared(stored: Mapping[str, int]) -> CheckpointQuantization | None:
    """ModelOpt repositories may declare their format in hf_quant_config.json alone; their dtypes show it."""
    packed, fp8 = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in _FP8_DTYPES)
    return _modelopt(stored) if 2 * (packed + fp8) > sum(stored.values()) else None


def _bits(stated: ConfigReader, key: str, *, default: int) -> int:
    bits = stated.optional_positive_int(key) or default
    if bits > _MOST_BITS:
        raise ImplausibleMetadata(f"{stated.name} says {key} = {bits}, which no quantized weight has.")
    return bits


def _group_size(stated: ConfigReader) -> int | None:
    """Weights that share a scale; `None` for one scale per channel."""
    if stated.is_minus_one("group_size"):
        return None
    return stated.optional_positive_int("group_size") or _DEFAULT_GROUP_SIZE


def _grouped_bytes(bits: int, group_size: int | None, *, zero_points: bool) -> float:
    """Bytes of one weight of `bits`, with its share of a 16-bit scale and of a zero point per group."""
    if group_size is None:
        return bits / 8
    return bits / 8 + (2 + (bits / 8 if zero_points else 0)) / group_size
