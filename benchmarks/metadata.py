"""The bundled Hub metadata as the calculator takes them."""

from functools import cache

from local.embedded.snapshot import Snapshot, load_snapshot
from recommender.model import HubMetadata


def snapshot_metadata(model_id: str) -> HubMetadata | None:
    """The metadata of a model, under its present or a former ID; `None` for one that is not bundled."""
    repo = snapshot().find(model_id)
    return None if repo is None else repo.metadata()


@cache
def snapshot() -> Snapshot:
    """The snapshot, loaded once."""
    return load_snapshot()
