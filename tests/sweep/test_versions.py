"""An answer without a chosen version against the answers for each version."""

from collections.abc import Iterator

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.model.errors import UnsupportedModel
from recommender.planning.decision import decide
from recommender.planning.overrides import NO_OVERRIDES
from recommender.planning.plan import Plan
from recommender.recommend import supported_model
from recommender.vllm.behavior import ANY_VERSION, FIRST_VERSIONS, VersionBehavior, behavior_of
from recommender.vllm.version import OLDEST_COVERED_VERSION

# Those between them have the same behavior.
_VERSIONS = [version for version in FIRST_VERSIONS if version >= OLDEST_COVERED_VERSION]

_PLACES = {(gpu_of(place).name, place.accelerator_count): place for place in GPU_INSTANCES}


@pytest.mark.parametrize("place", _PLACES.values(), ids=lambda place: place.name)
def test_the_default_is_the_least_of_the_versions(place: Instance) -> None:
    """It refuses nothing that every version runs, and its context is the least of theirs.

    Where a version takes another degree, quantization or number of sequences, the default's may be longer.
    """
    for metadata in MODELS[::2]:
        default, plans = _plan(metadata, place, ANY_VERSION), list(_plans(metadata, place))
        if default is None:
            assert len(plans) < len(_VERSIONS), metadata.model_id
        elif plans:
            least = min(plan.max_model_len for plan in plans)
            assert default.max_model_len >= least, metadata.model_id
            if all(_decisions(plan) == _decisions(default) for plan in plans):
                assert default.max_model_len == least, metadata.model_id
                assert default.concurrency == min(plan.concurrency for plan in plans), metadata.model_id


def _plans(metadata: HubMetadata, place: Instance) -> Iterator[Plan]:
    for version in _VERSIONS:
        plan = _plan(metadata, place, behavior_of(version))
        if plan is not None:
            yield plan


def _plan(metadata: HubMetadata, place: Instance, behavior: VersionBehavior) -> Plan | None:
    """What is recommended, before any sentence is made."""
    try:
        return decide(supported_model(metadata, behavior), place, behavior, NO_OVERRIDES).plan
    except UnsupportedModel:
        return None


def _decisions(plan: Plan) -> tuple[object, ...]:
    return plan.tensor_parallel, plan.quantization, plan.budget.engine_args.max_num_seqs
