"""Models are parsed once: the sweeps ask for each of them hundreds of times."""

import pytest

from recommender import recommend
from recommender.model import HubMetadata, Model, parse_model


@pytest.fixture(autouse=True)
def _parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "parse_model", _parsed)


_PARSED: dict[tuple[str, str | None], Model] = {}


def _parsed(metadata: HubMetadata, class_name: str | None = None) -> Model:
    key = metadata.model_id, class_name
    if key not in _PARSED:
        _PARSED[key] = parse_model(metadata, class_name)
    return _PARSED[key]
