"""What is said to be supported, against the registries of all releases that were downloaded."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.metadata import MODELS

from recommender.planning.compatibility import class_incompatibility
from recommender.vllm.behavior import behavior_of
from recommender.vllm.releases import known_releases
from recommender.vllm.transformers_backend import falls_back
from recommender.vllm.version import Version
from tools.vllm_facts.distributions import CACHE, cached, published, sources

_REGISTRY = "vllm/model_executor/models/registry.py"
_GENERATING = frozenset({"_TEXT_GENERATION_MODELS", "_MULTIMODAL_MODELS", "_TRANSFORMERS_SUPPORTED_MODELS"})
_NEWEST = "0.33.0"

_CLASSES = sorted({name for each in MODELS for name in (each.config or {}).get("architectures") or []})


def _at_hand() -> Iterator[tuple[Version, Path]]:
    for release in known_releases():
        text = ".".join(map(str, release))
        if cached(text) is not None:
            yield release, CACHE / text / _REGISTRY


def _registered(registry: Path) -> set[str]:
    """The classes in its tables of generators, read without the code that extracts facts."""
    found: set[str] = set()
    for node in ast.parse(registry.read_text(encoding="utf-8")).body:
        name = getattr(
            node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None), "id", ""
        )
        if (
            name in _GENERATING
            and isinstance(node, ast.Assign | ast.AnnAssign)
            and isinstance(node.value, ast.Dict)
        ):
            found |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return found


def test_support_agrees_for_every_class_of_the_snapshot_in_every_release_at_hand() -> None:
    if cached(_NEWEST) is None:
        if not os.environ.get("CI"):
            pytest.skip(f"vLLM {_NEWEST} was not downloaded yet: `make vllm-facts VERSION={_NEWEST}` does it")
        sources(published()[_NEWEST])

    differing = [
        (release, name)
        for release, registry in _at_hand()
        for registered in [_registered(registry)]
        for name in _CLASSES
        if (class_incompatibility(name, behavior_of(release)) is None)
        != (name in registered or falls_back(name, release))
    ]

    assert differing == []
