"""The quantization of a checkpoint, from the many ways in which config.json files state it.

Source: `_normalize_quantization_config` of `vllm/transformers_utils/model_arch_config_convertor.py`, and
`vllm/model_executor/layers/quantization/__init__.py`, of vLLM 0.33.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from recommender.model.compressed_tensors import compressed_tensors
from recommender.model.config_reader import LANGUAGE_MODEL_KEYS, ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.quantization_schemes import modelopt_schemes
from recommender.model.quantized_formats import (
    FP8_DTYPES,
    MXFP4_BYTES,
    CheckpointQuantization,
    as_stored,
    bitsandbytes,
    cache_value_bytes,
    fp8,
    grouped_integers,
    modelopt,
    quark,
    torchao,
)
from recommender.model.safetensors import stored_elements

_KEYS = ("quantization_config", "compression_config")

# Other names of a method: of vLLM's registry, or as `_normalize_quantization_config` replaces them.
_ALIASES: Mapping[str, str] = {
    "auto_awq": "awq",
    "awq_marlin": "awq",
    "auto_gptq": "gptq",
    "gptq_marlin": "gptq",
    "auto_round": "auto-round",
    "compressed_tensors": "compressed-tensors",
    "modelopt_fp8": "modelopt",
    "modelopt_mixed": "modelopt",
    "modelopt_nvfp4": "modelopt_fp4",
    "nvfp4": "modelopt_fp4",
}

# Formats without any settings. The Hub counts the bytes of MXFP8 and of its scales as they are stored.
_FIXED_FORMATS: Mapping[str, CheckpointQuantization] = {
    "modelopt_mxfp8": fp8("modelopt_mxfp8"),
    "mxfp4": CheckpointQuantization(method="mxfp4", bytes_per_packed_element=MXFP4_BYTES, bits=4),
    "mxfp8": fp8("mxfp8"),
}

# Formats of transformers and other engines that vLLM does not load, with the last version that did.
_NOT_IN_VLLM: Mapping[str, str | None] = {
    **dict.fromkeys(("eetq", "exl2", "exl3", "higgs", "quanto", "quip", "spqr", "vptq"), None),
    "aqlm": "0.10.0",
    "hqq": "0.14.1",
    "marlin": "0.10.1",
}

# Methods that vLLM loads and whose memory is not modelled.
_NOT_MODELLED = frozenset(
    {"experts_int8", "fp_quant", "gguf", "humming", "inc", "moe_wna16", "quark", "torchao"}
)


def parse_quantization(
    stated: ConfigReader | None, stored: Mapping[str, int]
) -> CheckpointQuantization | None:
    """How the checkpoint is quantized; `None` where its weights are plain floats.

    `stated` is the result of `stated_quantization`, `stored` counts the elements by safetensors dtype. Raises
    `UnsupportedModel` for a method that vLLM does not have or whose size in memory is not known.
    """
    return _declared(stated, stored) if stated is not None else _undeclared(stored)


def stated_quantization(
    top_level: ConfigReader, config: ConfigReader, elsewhere: Mapping[str, Any] | None
) -> ConfigReader | None:
    """The part of config.json that states the quantization, or the document `elsewhere`.

    `None` where neither does. Source: `get_config` of `vllm/transformers_utils/config.py`.
    """
    for each in (top_level, config):
        key = next((key for key in _KEYS if each.is_set(key)), None)
        if key is not None:
            return each.nested(key)
    return None if elsewhere is None else ConfigReader(elsewhere, name="hf_quant_config.json")


def states_quantization_elsewhere(information: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Whether most elements are quantized and config.json does not say how.

    ModelOpt up to 0.29 wrote hf_quant_config.json instead, which also states the dtype of the cache.
    """
    top_level = ConfigReader(config, name="config.json")
    parts = [top_level, *(top_level.nested(key) for key in LANGUAGE_MODEL_KEYS if top_level.is_object(key))]
    if any(part.is_set(key) for part in parts for key in _KEYS):
        return False
    try:
        return _undeclared(stored_elements(information)) is not None
    except ImplausibleMetadata:
        return False


def computes_in_int8(quantization: CheckpointQuantization | None, stored: Mapping[str, int]) -> bool:
    """Whether a checkpoint multiplies in INT8, by its declaration or by the dtype of most of its elements.

    Bitsandbytes stores 8-bit integers too, but has kernels of its own.
    """
    if quantization is None or quantization.method not in {"compressed-tensors", "quark"}:
        return False
    if quantization.multiplies_in_int8 is not None:
        return quantization.multiplies_in_int8
    return 2 * stored.get("I8", 0) > sum(stored.values())


def _declared(stated: ConfigReader, stored: Mapping[str, int]) -> CheckpointQuantization:
    method = _method(stated)
    found = _FIXED_FORMATS.get(method)
    match method:
        case "fp8" | "fbgemm_fp8":
            found = fp8(method)
        case "awq" | "gptq" | "auto-round":
            found = grouped_integers(method, stated)
        case "bitsandbytes":
            found = bitsandbytes(stated)
        case "compressed-tensors":
            found = compressed_tensors(stated, stored)
        case "modelopt" | "modelopt_fp4":
            by_dtype = modelopt(stored)
            found = replace(
                by_dtype,
                cache_value_bytes=cache_value_bytes(stated),
                schemes=modelopt_schemes(stated) or by_dtype.schemes,
            )
        case "quark":
            found = as_stored(quark(stated), stored)
        case "torchao":
            found = as_stored(torchao(stated), stored)
    if found is None:
        raise UnsupportedModel(_why_unknown(method))
    return found


def _method(stated: ConfigReader) -> str:
    """The method by the name that is read here; ModelOpt may state an algorithm instead (`quant_algo`)."""
    stated_method = (stated.string("quant_method") or "").lower()
    if stated_method:
        return _ALIASES.get(stated_method, stated_method)
    is_modelopt = stated.nested("producer").string("name") == "modelopt" or any(
        each.is_set("quant_algo") for each in (stated, stated.nested("quantization"))
    )
    return "modelopt" if is_modelopt else "an unnamed method"


def _why_unknown(method: str) -> str:
    if method in _NOT_IN_VLLM:
        last = _NOT_IN_VLLM[method]
        since = f" after {last}" if last is not None else ""
        return (
            f"The checkpoint is quantized with {method}, which is not in vLLM{since}: choose a checkpoint in"
            " 16 bit, or one that is quantized with AWQ, GPTQ, FP8 or compressed-tensors."
        )
    if method in _NOT_MODELLED:
        return (
            f"The checkpoint is quantized with {method}, which vLLM has, and whose size in memory is not"
            " modelled yet."
        )
    return f"The checkpoint is quantized with {method}, whose size in memory is not known."


def _undeclared(stored: Mapping[str, int]) -> CheckpointQuantization | None:
    """ModelOpt repositories may declare their format in hf_quant_config.json alone; their dtypes show it."""
    packed, floats = stored.get("U8", 0), sum(stored.get(dtype, 0) for dtype in FP8_DTYPES)
    return modelopt(stored) if 2 * (packed + floats) > sum(stored.values()) else None
