"""The schemas of openapi.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def document() -> dict[str, Any]:
    """openapi.yaml as it is."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
    return loaded


def schema(name: str) -> dict[str, Any]:
    """A named schema that validates by itself."""
    return {**document()["components"]["schemas"][name], "components": document()["components"]}
