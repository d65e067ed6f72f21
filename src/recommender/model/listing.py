"""The Hub's list of the repositories that were quantized from a model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.model.checkpoint import stored_elements
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata

# How `quant_method` names what vLLM loads; other tools' formats, such as MLX's, have none.
_METHODS = frozenset({"awq", "auto-round", "bitsandbytes", "compressed-tensors", "fbgemm_fp8", "fp8", "gptq"})

# The dtypes that most of a checkpoint is stored in.
_STORED_AS: Mapping[str, frozenset[str]] = {
    "fp8": frozenset({"F8_E4M3", "F8_E5M2"}),
    "int8": frozenset({"I8", "I32"}),
    "int4": frozenset({"I32", "U8"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCheckpoint:
    """An entry of the list; its config.json is not part of it."""

    model_id: str
    downloads: int
    """Of the last 30 days."""
    is_gated: bool
    information: Mapping[str, Any]

    def may_be(self, quantized_to: str) -> bool:
        """Whether it could be quantized to `fp8`, `int8` or `int4`, as far as the list tells."""
        try:
            stored = stored_elements(self.information)
            method = (
                ConfigReader(self.information, name="the list").nested("config").nested("quantization_config")
            )
        except ImplausibleMetadata:
            return False
        usual = max(stored, key=lambda dtype: stored[dtype], default="")
        return method.text("quant_method") in _METHODS and usual in _STORED_AS[quantized_to]


def parse_listing(entries: Iterable[object]) -> tuple[ListedCheckpoint, ...]:
    """The usable ones of `entries`, each once, the most downloaded first."""
    found = {
        entry["id"]: ListedCheckpoint(
            model_id=entry["id"],
            downloads=_count(entry.get("downloads")),
            is_gated=entry.get("gated") not in (False, None),
            information=entry,
        )
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("id"), str) and not entry.get("disabled")
    }
    return tuple(sorted(found.values(), key=lambda each: (-each.downloads, each.model_id)))


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
