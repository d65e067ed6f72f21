"""vLLM's answers in `data/`, and the documents of the models that they are about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from support.metadata import MODELS

from recommender.model import HubMetadata

DATA = Path(__file__).with_name("data")
_DEFAULTS = DATA / "defaults.jsonl"

GPU = "H100"


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePlan:
    """How vLLM divides a given amount of cache."""

    cache_gib: int
    context: int
    blocks: int
    tokens: int
    concurrency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeAnswer:
    """What vLLM makes of a model at one tensor-parallel degree."""

    refused: str | None = None
    """The kind of refusal."""
    is_known: bool = True
    """False where the oracle has no answer."""
    weight_bytes: int | None = None
    """Of one rank, loaded, as the allocator hands them out."""
    plans: tuple[CachePlan, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """One value of `degrees`."""
        weights = document.get("weights")
        return cls(
            refused=document.get("refused"),
            is_known="unknown" not in document or weights is not None,
            weight_bytes=None if weights is None else weights + document.get("rounding", 0),
            plans=tuple(
                CachePlan(cache_gib=gib, context=context, blocks=blocks, tokens=tokens, concurrency=requests)
                for gib, context, blocks, tokens, requests in document.get("kv", ())
            ),
        )

    @property
    def is_accepted(self) -> bool:
        """Whether vLLM builds the model."""
        return self.weight_bytes is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one version of vLLM makes of a model."""

    version: str
    model: str
    context: int | None
    degrees: Mapping[int, DegreeAnswer]


@cache
def versions() -> tuple[str, ...]:
    """The versions that have answered, the oldest first."""
    stems = (path.stem for path in DATA.glob("*.jsonl") if path != _DEFAULTS)
    return tuple(sorted(stems, key=lambda stem: [int(part) for part in stem.split(".")]))


@cache
def answers(version: str) -> tuple[Answer, ...]:
    """All answers of `version`."""
    return tuple(
        Answer(
            version=version,
            model=document["model"],
            context=document.get("context"),
            degrees={
                int(degree): DegreeAnswer.from_json(each) for degree, each in document["degrees"].items()
            },
        )
        for document in _lines(DATA / f"{version}.jsonl")
    )


@cache
def documents() -> Mapping[str, HubMetadata]:
    """The documents of every model by name: those of the snapshot, and transformers' defaults."""
    return {metadata.model_id: metadata for metadata in (*MODELS, *map(_default, _lines(_DEFAULTS)))}


def _default(document: Mapping[str, Any]) -> HubMetadata:
    count = document["parameters"]
    stored = {"safetensors": {"parameters": {"BF16": count}, "total": count}} if count else {}
    return HubMetadata(
        model_id=document["model"],
        information={"pipeline_tag": "text-generation", **stored},
        config=document["config"],
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
