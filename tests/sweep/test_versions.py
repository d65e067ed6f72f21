"""An answer without a chosen version against the answers for each version."""

from collections.abc import Iterator

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.planning.plan import Plan
from recommender.recommend import Feasible, recommend
from recommender.vllm.behavior import FIRST_VERSIONS, behavior_of
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
        default = recommend(metadata, place, [place])
        plans = list(_plans(metadata, place))
        if not isinstance(default, Feasible):
            assert len(plans) < len(_VERSIONS), metadata.model_id
        elif plans:
            least = min(plan.max_model_len for plan in plans)
            assert default.plan.max_model_len >= least, metadata.model_id
            if all(_decisions(plan) == _decisions(default.plan) for plan in plans):
                assert default.plan.max_model_len == least, metadata.model_id
                assert default.plan.concurrency == min(plan.concurrency for plan in plans), metadata.model_id


def _plans(metadata: HubMetadata, place: Instance) -> Iterator[Plan]:
    for version in _VERSIONS:
        answer = recommend(metadata, place, [place], behavior_of(version))
        if isinstance(answer, Feasible):
            yield answer.plan


def _decisions(plan: Plan) -> tuple[object, ...]:
    return plan.tensor_parallel, plan.quantization, plan.budget.engine_args.max_num_seqs
