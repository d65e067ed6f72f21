"""The quantization that a checkpoint comes with: what one packed element of it takes in memory.

The Hub counts the elements of AWQ, GPTQ, compressed-tensors, MXFP4 and bitsandbytes checkpoints as the
weights that they stand for, and those of NVFP4 as stored (huggingface.js,
`packages/hub/src/lib/parse-safetensors-metadata.ts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

# The dtypes that hold packed weights in a safetensors file.
PACKED_DTYPES = frozenset({"I32", "U8"})

_FP8_DTYPES = ("F8_E4M3", "F8_E5M2")

# Groups of AWQ and GPTQ where the configuration does not name a size.
_USUAL_GROUP_SIZE = 128

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
    """Of the stored elements, those that are no weights but their scales."""
    shard_multiple: int = 1
    """What the width of a GPU's share of a matrix must be a multiple of: a block or group with one scale."""
    shards_experts_in_multiples: bool = False
    """Whether that holds for the matrices of experts too."""
    cache_value_bytes: int | None = None
    """Bytes of a value of the KV cache where the checkpoint sets them."""


def parse_quantization(
    config: ConfigReader, text: ConfigReader, stored: Mapping[str, int]
) -> CheckpointQuantization | None:
    """How the checkpoint is quantized; `None` where its weights are plain floats.

    `stored` counts the elements by safetensors dtype. Raises `UnsupportedModel` for a method whose size
    is not understood.
    """
    for fields in (config, text):
        if fields.has("quantization_config"):
            return _declared(fields.nested("quantization_config"), stored)
    return _undeclared(stored)


def computes_in_int8(quantization: CheckpointQuantization | None, stored: Mapping[str, int]) -> bool:
    """Whether most of a checkpoint are 8-bit integers of a scheme that multiplies in INT8.

    Bitsandbytes stores 8-bit integers too, but brings kernels of its own.
    """
    is_scheme = quantization is not None and quantization.method == "compressed-tensors"
    return is_scheme and 2 * stored.get("I8", 0) > sum(stored.values())


def _declared(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    method = (stated.text("quant_method") or "an unnamed method").lower()
    match method:
        case "fp8" | "fbgemm_fp8":
            return _fp8(method, _block_size(stated.entries("weight_block_size")))
        case "mxfp4":
            return CheckpointQuantization(method=method, bytes_per_packed_element=_MXFP4_BYTES)
        case "awq" | "gptq" | "auto-round":
            zero_points = stated.value("sym") is not True and stated.value("zero_point") is not False
            bits = _bits(stated, "bits", usual=4)
            group = _group_size(stated)
            packed = _grouped_bytes(bits, group, zero_points=zero_points)
            return CheckpointQuantization(
                method=method,
                quantized_to=_INTEGERS.get(bits),
                bytes_per_packed_element=packed,
                shard_multiple=group or 1,
            )
        case "bitsandbytes":
            scale = 1 if stated.flag("bnb_4bit_use_double_quant") else 4
            is_4_bit = stated.flag("load_in_4bit")
            packed = 0.5 + scale / _BITSANDBYTES_BLOCK if is_4_bit else 1
            return CheckpointQuantization(
                method=method, quantized_to="int4" if is_4_bit else "int8", bytes_per_packed_element=packed
            )
        case "compressed-tensors":
            return _compressed_tensors(stated, stored)
        case "modelopt" | "modelopt_fp4":
            return replace(_modelopt(stored), cache_value_bytes=_cache_value_bytes(stated))
    raise UnsupportedModel(
        f"The checkpoint is quantized with {method[:60]}, whose size in memory is not understood."
    )


def _fp8(method: str, block: int) -> CheckpointQuantization:
    """Source: `vllm/model_executor/layers/quantization/utils/fp8_utils.py`, `validate_fp8_block_shape`."""
    return CheckpointQuantization(
        method=method, quantized_to="fp8", shard_multiple=block, shards_experts_in_multiples=True
    )


def _block_size(shape: tuple[object, ...]) -> int:
    return max((size for size in shape if isinstance(size, int) and size > 0), default=1)


def _compressed_tensors(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    """Source: `compressed_tensors/config/base.py`, `CompressionFormat`."""
    groups = [stated.nested("config_groups").nested(name) for name in stated.nested("config_groups").names()]
    usual = stated.text("format") or ""
    formats = {group.text("format") or usual for group in groups} or {usual}
    if formats <= _NVFP4_FORMATS:
        return _nvfp4("compressed-tensors", stored)
    if not formats <= _COMPRESSED_FORMATS:
        raise UnsupportedModel(
            f"The checkpoint is compressed as {', '.join(sorted(formats))[:80]}, whose size in memory is not"
            " understood."
        )
    weights = [group.nested("weights") for group in groups]
    blocks = [_block_size(each.entries("block_structure")) for each in weights]
    return CheckpointQuantization(
        method="compressed-tensors",
        quantized_to=_compressed_to(weights),
        bytes_per_packed_element=max((_compressed_group_bytes(each) for each in weights), default=1.0),
        shard_multiple=max(blocks, default=1),
        shards_experts_in_multiples=True,
    )


def _compressed_to(groups: Sequence[ConfigReader]) -> str | None:
    """What all groups have in common."""
    kinds = {
        (_FLOATS if each.text("type") == "float" else _INTEGERS).get(_bits(each, "num_bits", usual=8))
        for each in groups
    }
    return kinds.pop() if len(kinds) == 1 else None


def _compressed_group_bytes(weights: ConfigReader) -> float:
    bits = _bits(weights, "num_bits", usual=8)
    return _grouped_bytes(
        bits, weights.optional_count("group_size"), zero_points=weights.value("symmetric") is False
    )


def _modelopt(stored: Mapping[str, int]) -> CheckpointQuantization:
    if stored.get("U8"):
        return _nvfp4("modelopt_fp4", stored)
    return CheckpointQuantization(method="modelopt", quantized_to="fp8")


def _cache_value_bytes(stated: ConfigReader) -> int | None:
    """Only ModelOpt's are honoured: `vllm/utils/torch_utils.py`, `get_kv_cache_quant_algo_string`."""
    scheme = stated.nested("kv_cache_scheme")
    if scheme.value("num_bits") == _FP8_BITS and scheme.text("type") == "float":
        return 1
    return 1 if (stated.text("kv_cache_quant_algo") or "").upper() == "FP8" else None


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
    """ModelOpt repositories may declare themselves in hf_quant_config.json alone; what they store tells."""
    packed, fp8 = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in _FP8_DTYPES)
    return _modelopt(stored) if 2 * (packed + fp8) > sum(stored.values()) else None


def _bits(stated: ConfigReader, key: str, *, usual: int) -> int:
    bits = stated.optional_count(key) or usual
    if bits > _MOST_BITS:
        raise ImplausibleMetadata(f"{stated.name} says {key} = {bits}, which no quantized weight has.")
    return bits


def _group_size(stated: ConfigReader) -> int | None:
    return (
        None if stated.value("group_size") == -1 else stated.optional_count("group_size") or _USUAL_GROUP_SIZE
    )


def _grouped_bytes(bits: int, group_size: int | None, *, zero_points: bool) -> float:
    """Bytes of one weight of `bits`, with its share of a 16-bit scale and of a zero point per group."""
    if group_size is None:
        return bits / 8
    return bits / 8 + (2 + (bits / 8 if zero_points else 0)) / group_size
