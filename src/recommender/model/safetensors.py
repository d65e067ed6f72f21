"""The Hub's counts of the elements that a repository's safetensors files store."""

from collections.abc import Mapping
from typing import Any

from recommender.model.config_reader import printable, truncated_repr
from recommender.model.dtype import BY_SAFETENSORS_NAME, STORED_BYTES, Dtype
from recommender.model.errors import ImplausibleMetadata

_LARGEST_COUNT = 10**14


def stored_elements(information: Mapping[str, Any]) -> Mapping[str, int]:
    """Elements by safetensors dtype; empty where the Hub does not say.

    Raises `ImplausibleMetadata` for a dtype that safetensors does not have and for impossible counts.
    """
    parameters = _safetensors(information).get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise ImplausibleMetadata("The Hub's safetensors.parameters is not an object.")
    unknown = next((dtype for dtype in parameters if dtype not in STORED_BYTES), None)
    if unknown is not None:
        raise ImplausibleMetadata(
            f"The Hub counts tensors of the dtype {printable(unknown)}, which is not known."
        )
    return {dtype: _element_count(count, dtype) for dtype, count in sorted(parameters.items())}


def stated_total(information: Mapping[str, Any]) -> int | None:
    """The Hub's count of all elements; `None` where it does not say."""
    total = _safetensors(information).get("total")
    return None if total is None else _element_count(total, "total")


def largest_float(stored: Mapping[str, int]) -> Dtype | None:
    """The plain float dtype of most elements; `None` where no elements are plain floats."""
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
        f"The Hub gives {truncated_repr(count)} as the number of elements of {dtype}, which is impossible."
    )
