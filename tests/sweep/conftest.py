"""Models are parsed once: the sweeps ask for each of them hundreds of times."""

import pytest

from recommender import recommend
from recommender.model import HubMetadata, Model, parse_model


@pytest.fixture(autouse=True)
def _parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommend, "parse_model", _parsed)


_PARSED: dict[str, Model] = {}


def _parsed(metadata: HubMetadata) -> Model:
    if metadata.model_id not in _PARSED:
        _PARSED[metadata.model_id] = parse_model(metadata)
    return _PARSED[metadata.model_id]
