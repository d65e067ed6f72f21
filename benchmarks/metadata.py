"""The bundled Hub metadata as the calculator takes them."""

import json
from functools import cache

from local.embedded.snapshot import Snapshot, load_snapshot
from recommender.model import HubMetadata


def snapshot_metadata(model_id: str) -> HubMetadata | None:
    """The metadata of a model, under its present or a former ID; `None` for one that is not bundled."""
    repo = snapshot().find(model_id)
    if repo is None:
        return None
    config = repo.file("config.json")
    return HubMetadata(
        model_id=repo.id, information=repo.info(), config=json.loads(config) if config else None
    )


@cache
def snapshot() -> Snapshot:
    """The snapshot, loaded once."""
    return load_snapshot()
