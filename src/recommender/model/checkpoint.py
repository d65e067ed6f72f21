"""What the stored tensors take in memory, from the Hub's dtype map."""

import math
from collections.abc import Mapping
from typing import Any

from recommender.model.checkpoint_quantization import PACKED_DTYPES, CheckpointQuantization
from recommender.model.config_reader import shown
from recommender.model.dtype import BY_SAFETENSORS_NAME, STORED_BYTES, Dtype
from recommender.model.errors import ImplausibleMetadata
from recommender.model.values import Weights

_LARGEST_COUNT = 10**14


def stored_elements(information: Mapping[str, Any]) -> Mapping[str, int]:
    """Elements by safetensors dtype; empty where the Hub does not tell.

    Raises `ImplausibleMetadata` for a dtype that safetensors does not have and for impossible counts.
    """
    parameters = _safetensors(information).get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise ImplausibleMetadata("The Hub's safetensors.parameters is not an object.")
    unknown = next((dtype for dtype in parameters if dtype not in STORED_BYTES), None)
    if unknown is not None:
        raise ImplausibleMetadata(f"The Hub counts tensors of the dtype {unknown[:40]}, which is not known.")
    return {dtype: _element_count(count, dtype) for dtype, count in sorted(parameters.items())}


def stated_total(information: Mapping[str, Any]) -> int | None:
    """The Hub's count of all elements; `None` where it does not tell."""
    total = _safetensors(information).get("total")
    return None if total is None else _element_count(total, "total")


def loaded_weights(stored: Mapping[str, int], quantization: CheckpointQuantization | None) -> Weights:
    """What vLLM holds of the tensors `stored`.

    vLLM loads every plain float of an unquantized checkpoint in the dtype that it computes in, a float32
    file as 16 bit too (`vllm/config/model.py`, `_resolve_auto_dtype`). In a quantized checkpoint F32 is
    what the scales are stored in, and they keep it.
    """
    plain = {
        dtype: count for dtype, count in stored.items() if _is_plain(dtype, quantized=bool(quantization))
    }
    others = {dtype: count for dtype, count in stored.items() if dtype not in plain}
    per_element = quantization.weights_per_packed_element if quantization else 1
    parameters = sum(
        count * (per_element if dtype in PACKED_DTYPES else 1) for dtype, count in stored.items()
    )
    return Weights(
        parameters=parameters - (quantization.scales if quantization else 0),
        float_values=sum(plain.values()),
        packed_bytes=math.ceil(sum(count * _bytes(dtype, quantization) for dtype, count in others.items())),
    )


def largest_float(stored: Mapping[str, int]) -> Dtype | None:
    """The plain float dtype of most elements; `None` where nothing is stored as one."""
    floats = {dtype: count for dtype, count in stored.items() if dtype in BY_SAFETENSORS_NAME}
    return BY_SAFETENSORS_NAME[max(floats, key=lambda dtype: floats[dtype])] if floats else None


def _safetensors(information: Mapping[str, Any]) -> Mapping[str, Any]:
    found = information.get("safetensors") or {}
    if not isinstance(found, Mapping):
        raise ImplausibleMetadata("The Hub's safetensors field is not an object.")
    return found


def _element_count(count: object, dtype: str) -> int:
    if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= _LARGEST_COUNT:
        return count
    raise ImplausibleMetadata(
        f"The Hub gives {shown(count)} as the number of elements of {dtype[:40]}, which is impossible."
    )


def _is_plain(dtype: str, *, quantized: bool) -> bool:
    return dtype in BY_SAFETENSORS_NAME and not (quantized and dtype == "F32")


def _bytes(dtype: str, quantization: CheckpointQuantization | None) -> float:
    if quantization is not None and dtype in PACKED_DTYPES:
        return quantization.bytes_per_packed_element
    return STORED_BYTES[dtype]
