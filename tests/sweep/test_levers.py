"""What an answer offers besides changes, asked for as overrides, starts; one sequence more does not."""

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS, quantized_from

from recommender.hardware.instance import Instance
from recommender.model import HubMetadata, parse_model
from recommender.model.errors import CalculationError
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.recommend import recommend, with_checkpoints
from recommender.recommendation import Feasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version import Version

_PLACES = GPU_INSTANCES[::5]


@pytest.mark.parametrize("version", [None, (0, 20), (0, 28)], ids=str)
def test_one_sequence_more_than_a_plan_with_states_needs_does_not_start(version: Version | None) -> None:
    found, models = 0, [metadata for metadata in MODELS if _keeps_states(metadata)]
    for place in GPU_INSTANCES[::2]:
        for metadata in models:
            answer = recommend(metadata, place, [place], behavior_of(version))
            if isinstance(answer, Feasible) and answer.plan.lowers_max_num_seqs:
                found += 1
                same, more = (_with_sequences(answer, metadata, place, version, extra) for extra in (0, 1))
                assert same.starts
                assert not more.starts
    assert found > 3


def _keeps_states(metadata: HubMetadata) -> bool:
    try:
        return parse_model(metadata).recurrent is not None
    except CalculationError:
        return False


def _with_sequences(
    answer: Feasible, metadata: HubMetadata, place: Instance, version: Version | None, extra: int
) -> Plan:
    quantization = answer.plan.quantization.name if answer.plan.quantization else None
    sequences = answer.plan.budget.engine_args.max_num_seqs + extra
    asked = Overrides(quantization=quantization, engine=EngineOverrides(max_num_seqs=sequences))
    again = recommend(metadata, place, [place], behavior_of(version), asked)
    assert isinstance(again, Feasible)
    return again.plan


@pytest.mark.parametrize("place", _PLACES, ids=lambda instance: instance.name)
def test_each_layout_starts_with_its_degree_and_context(place: Instance) -> None:
    for metadata in MODELS[::2]:
        answer = recommend(metadata, place, [place])
        for layout in answer.layouts if isinstance(answer, Feasible) else ():
            degree, context = layout.plan.tensor_parallel, layout.plan.max_model_len
            asked = Overrides(tensor_parallel=degree, max_model_len=context)
            alone = recommend(metadata, place, [place], overrides=asked)
            assert isinstance(alone, Feasible)
            assert alone.plan.starts
            assert layout.kv_cache_tokens == alone.plan.budget.logged_tokens(context)
            requests = layout.max_concurrent_requests_total // layout.replicas
            tokens = layout.plan.workload.total_tokens
            assert requests == alone.plan.budget.max_concurrent_requests(tokens)
            assert layout.replicas * degree <= place.accelerator_count


@pytest.mark.parametrize("place", _PLACES, ids=lambda instance: instance.name)
def test_each_checkpoint_starts_with_its_own_values(place: Instance) -> None:
    for metadata in MODELS[::2]:
        answer = recommend(metadata, place, [place])
        if isinstance(answer, Feasible) and answer.wanted_checkpoints:
            answer = with_checkpoints(answer, quantized_from(answer.model.model_id))
            for checkpoint in answer.checkpoints or ():
                assert checkpoint.plan.starts
