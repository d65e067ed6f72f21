"""An answer without a chosen version against the answers for each version."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.calculate_budget import budget
from recommender.model import HubMetadata
from recommender.model.errors import UnsupportedModel
from recommender.planning.compatibility import degree_incompatibility, incompatibility
from recommender.planning.decision import decide
from recommender.planning.overrides import NO_OVERRIDES
from recommender.planning.plan import Plan
from recommender.recommend import supported_model
from recommender.vllm.behavior import ANY_VERSION, FIRST_VERSIONS, behavior_of
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version
from recommender.vllm.version_behavior import VersionBehavior

# Those between them have the same behavior.
_VERSIONS = [version for version in FIRST_VERSIONS if version >= OLDEST_COVERED_VERSION]

_PLACES = {(gpu_of(place).name, place.accelerator_count): place for place in GPU_INSTANCES}


@pytest.mark.parametrize("place", _PLACES.values(), ids=lambda place: place.name)
def test_the_default_is_the_least_of_the_versions(place: Instance) -> None:
    """It refuses nothing that every version runs, and its values start under each that runs the model.

    Its context is the least of theirs. Where a version takes another degree, quantization or number of
    sequences, the default's may be longer.
    """
    for metadata in MODELS[::2]:
        default, plans = _plan(metadata, place, ANY_VERSION), list(_plans(metadata, place))
        if default is None:
            assert len(plans) < len(_VERSIONS), metadata.model_id
        else:
            assert plans or default.budget.engine_args.allow_deprecated_quantization, metadata.model_id
            for version in _VERSIONS:
                assert _starts(metadata, place, default, version), (metadata.model_id, version)
        if default is not None and plans:
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


def _starts(metadata: HubMetadata, place: Instance, default: Plan, version: Version) -> bool:
    """Whether a version holds the requests with the arguments of `default`, or does not run the model."""
    behavior, gpu = behavior_of(version), gpu_of(place)
    try:
        model = supported_model(metadata, behavior)
    except UnsupportedModel:
        return True
    is_run = incompatibility(model, gpu, default.quantization, behavior) is None
    if not is_run or degree_incompatibility(model, default.tensor_parallel, behavior) is not None:
        return True
    engine_args = replace(default.budget.engine_args, behavior=behavior, max_model_len=default.max_model_len)
    memory = budget(model, gpu, default.tensor_parallel, default.quantization, engine_args=engine_args)
    holds = memory.max_concurrent_requests(default.workload.total_tokens) >= default.concurrency
    return holds and memory.starts_with(default.max_model_len)


def _decisions(plan: Plan) -> tuple[object, ...]:
    return plan.tensor_parallel, plan.quantization, plan.budget.engine_args.max_num_seqs
