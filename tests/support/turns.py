"""Which models a sweep tries on which instance types."""

from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from support.instances import GPU_INSTANCES
from support.metadata import MODELS


def models_of_turn(place: Instance, *, every: int) -> tuple[HubMetadata, ...]:
    """One in `every` models, different ones on the next type, so that each model is tried on some types."""
    return MODELS[GPU_INSTANCES.index(place) % every :: every]
