"""The formats of quantized checkpoints: bytes of a packed element, and what tensor parallelism must respect.

The Hub counts the elements of AWQ, GPTQ, compressed-tensors, MXFP4 and bitsandbytes checkpoints as the
weights that they represent, and those of other formats as stored (huggingface.js,
`packages/hub/src/lib/parse-safetensors-metadata.ts`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from recommender.model.config_reader import ConfigReader
from recommender.model.grouped_weights import (
    group_size_of,
    grouped_bytes,
    weight_bits,
    zero_point_growth,
)
from recommender.model.quantization_schemes import quark_schemes

# The dtypes that hold packed weights in a safetensors file.
PACKED_DTYPES = frozenset({"I32", "U8"})

FP8_DTYPES = ("F8_E4M3", "F8_E5M2")

INTEGERS = {4: "int4", 8: "int8"}

_FP8_BITS = 8

# `MARLIN_SUPPORTED_GROUP_SIZES`, next to one group for each column.
_MARLIN_GROUPS = frozenset({32, 64, 128})

# OCP Microscaling Formats 1.0: one scale byte for 32 values of 4 bits.
MXFP4_BYTES = 0.5 + 1 / 32

# The same where the scales are counted among the bytes: one next to 16 that hold two values each.
_MXFP4_SCALES_PER_BYTE = 1 / 17

# Two 4-bit values in a byte, one FP8 scale for 16 of them.
_NVFP4_BYTES = 1 + 2 / 16
_NVFP4_SCALES_PER_BYTE = 2 / 16

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
    bits: int | None = None
    """Bits of a quantized weight without its scales; `None` where layers differ."""
    wide_zero_point_bytes: float = 0
    """What an element's zero point grows by in kernels that keep it in 16 bit."""
    runs_in_marlin: bool = True
    """Whether AWQ or GPTQ has a form that Marlin's kernels take."""
    schemes: tuple[str, ...] = ()
    """The formats of its layers by vLLM's names: `quantization_schemes.py`."""


def fp8(method: str) -> CheckpointQuantization:
    """FP8 values, each with a scale for its tensor, channel or block."""
    return CheckpointQuantization(method=method, quantized_to="fp8", bits=_FP8_BITS)


def grouped_integers(method: str, stated: ConfigReader) -> CheckpointQuantization:
    """AWQ, GPTQ and AutoRound: integers in groups that share a scale.

    vLLM allocates zero points even where none are used: `create_weights` of
    `vllm/model_executor/layers/quantization/gptq_marlin.py` and `awq_marlin.py` of 0.19, `auto_gptq.py` and
    `auto_awq.py` of 0.33.
    """
    uses_zero_points = method == "awq" and not stated.is_false("zero_point")
    width, group = weight_bits(stated, "bits", default=4), group_size_of(stated)
    return CheckpointQuantization(
        method=method,
        quantized_to=INTEGERS.get(width),
        bytes_per_packed_element=grouped_bytes(width, group, zero_points=True),
        bits=width,
        wide_zero_point_bytes=zero_point_growth(width, group) if uses_zero_points else 0,
        runs_in_marlin=_runs_in_marlin(method, stated, width),
    )


def _runs_in_marlin(method: str, stated: ConfigReader, width: int) -> bool:
    """Whether Marlin's kernels take bits, groups and zero points.

    Source: `is_gptq_marlin_compatible` and `is_awq_marlin_compatible`, in `gptq_marlin.py` and
    `awq_marlin.py` of `vllm/model_executor/layers/quantization/`.
    """
    group = group_size_of(stated)
    if group is not None and group not in _MARLIN_GROUPS:
        return False
    if method == "gptq":
        return width in INTEGERS and not stated.is_false("sym")
    return method != "awq" or (width == 4 and not stated.is_false("zero_point"))  # noqa: PLR2004 - bits


def bitsandbytes(stated: ConfigReader) -> CheckpointQuantization:
    """Blocks of 64 values in 4 bit, or integers of 8 bit."""
    scale = 1 if stated.is_true("bnb_4bit_use_double_quant") else 4
    is_4_bit = stated.is_true("load_in_4bit")
    return CheckpointQuantization(
        method="bitsandbytes",
        quantized_to="int4" if is_4_bit else "int8",
        bytes_per_packed_element=0.5 + scale / _BITSANDBYTES_BLOCK if is_4_bit else 1,
        bits=4 if is_4_bit else 8,
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


def modelopt(stored: Mapping[str, int]) -> CheckpointQuantization:
    """NVFP4 where there are packed bytes, alone or next to FP8, and FP8 elsewhere."""
    if stored.get("U8"):
        return replace(nvfp4("modelopt_fp4", stored), schemes=("modelopt NVFP4",))
    return replace(fp8("modelopt"), schemes=("modelopt FP8",))


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


def mxfp4(method: str, stored: Mapping[str, int]) -> CheckpointQuantization:
    """MXFP4 whose scales are bytes like its packed values, one for 16 of them."""
    return CheckpointQuantization(
        method=method,
        weights_per_packed_element=2,
        scales=int(stored.get("U8", 0) * _MXFP4_SCALES_PER_BYTE),
        bits=4,
    )


def nvfp4(method: str, stored: Mapping[str, int]) -> CheckpointQuantization:
    """NVFP4, with or without its scales among the counted elements."""
    packed, fp8 = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in FP8_DTYPES)
    scales_are_counted = fp8 >= packed * _NVFP4_SCALES_PER_BYTE
    return CheckpointQuantization(
        method=method,
        bytes_per_packed_element=1 if scales_are_counted else _NVFP4_BYTES,
        weights_per_packed_element=2,
        scales=int(packed * _NVFP4_SCALES_PER_BYTE) if scales_are_counted else 0,
        bits=4,
    )
