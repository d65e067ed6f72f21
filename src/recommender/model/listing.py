"""The Hub's list of the repositories that were quantized from a model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.model.config_reader import ConfigReader, printable
from recommender.model.errors import ImplausibleMetadata
from recommender.model.safetensors import stored_elements
from recommender.model.values import LONGEST_MODEL_ID

# The values of `quant_method` that vLLM can load; other tools' formats, such as MLX's, state none.
_METHODS = frozenset({"awq", "auto-round", "bitsandbytes", "compressed-tensors", "fbgemm_fp8", "fp8", "gptq"})

# The dtypes that most elements of such a checkpoint are stored in.
_STORED_AS: Mapping[str, frozenset[str]] = {
    "fp8": frozenset({"F8_E4M3", "F8_E5M2"}),
    "int8": frozenset({"I8", "I32"}),
    "int4": frozenset({"I32", "U8"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCheckpoint:
    """An entry of the list, which does not include its config.json."""

    model_id: str
    downloads: int
    """In the last 30 days."""
    is_gated: bool
    information: Mapping[str, Any]

    def may_be(self, quantized_to: str) -> bool:
        """Whether it could be quantized to `fp8`, `int8` or `int4`, as far as the list shows."""
        try:
            stored = stored_elements(self.information)
        except ImplausibleMetadata:
            return False
        config = ConfigReader(self.information, name="the list").nested("config")
        method = config.nested("quantization_config").string("quant_method")
        most_common = max(stored, key=lambda dtype: stored[dtype], default="")
        return method in _METHODS and most_common in _STORED_AS[quantized_to]


def parse_listing(entries: Iterable[object]) -> tuple[ListedCheckpoint, ...]:
    """The usable `entries` without duplicates, the most downloaded first."""
    read = (_parse_entry(entry) for entry in entries if isinstance(entry, Mapping))
    found = {listed.model_id: listed for listed in read if listed is not None}
    return tuple(sorted(found.values(), key=lambda each: (-each.downloads, each.model_id)))


def _parse_entry(entry: Mapping[str, Any]) -> ListedCheckpoint | None:
    """The checkpoint; `None` for one that is disabled or without a possible name."""
    model_id, listed = entry.get("id"), ConfigReader(entry, name="the list")
    if not isinstance(model_id, str) or model_id != printable(model_id, longest=LONGEST_MODEL_ID):
        return None
    if listed.is_truthy("disabled"):
        return None
    try:
        downloads = listed.non_negative_int("downloads")
    except ImplausibleMetadata:
        downloads = 0
    is_gated = listed.is_set("gated") and not listed.is_false("gated")
    return ListedCheckpoint(model_id=model_id, downloads=downloads, is_gated=is_gated, information=entry)
