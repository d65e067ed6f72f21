"""Each change that an answer offers, asked for as overrides, starts; one step less does not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.instances import GPU_INSTANCES
from support.turns import models_of_turn

from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.planning.changes import Change
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan
from recommender.planning.serve_arguments import serve_arguments
from recommender.planning.startup import serves
from recommender.recommend import recommend
from recommender.recommendation import Feasible, Infeasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version import Version

_PLACES = GPU_INSTANCES[::7]

_OVERRIDES = (
    Overrides(tensor_parallel=1),
    Overrides(tensor_parallel=3),
    Overrides(tensor_parallel=16, max_model_len=1 << 20),
    Overrides(max_model_len=1 << 17),
    Overrides(max_model_len=4096, input_tokens=6000),
    Overrides(input_tokens=12_000, quantization="fp8"),
    Overrides(engine=EngineOverrides(max_num_seqs=2048, max_num_batched_tokens=1024)),
    Overrides(engine=EngineOverrides(kv_cache_dtype="fp8"), max_model_len=1 << 16),
    Overrides(engine=EngineOverrides(gpu_memory_utilization=0.4), tensor_parallel=2),
)

_NOT_STARTING = {
    "tp_exceeds_gpus",
    "tp_not_accepted",
    "memory_exceeded",
    "context_above_limit",
    "context_above_cache",
    "workload_above_context",
    "states_limit_sequences",
    "batched_tokens_below_sequences",
    "batched_tokens_below_image",
    "batched_tokens_below_context",
    "no_fp8_cache",
}


@pytest.mark.parametrize("version", [None, (0, 14), (0, 25)], ids=str)
@pytest.mark.parametrize("place", GPU_INSTANCES[::5], ids=lambda instance: instance.name)
def test_each_change_starts_at_native_precision_and_one_step_less_does_not(
    place: Instance, version: Version | None
) -> None:
    for metadata in models_of_turn(place, every=4):
        answer = recommend(metadata, place, [place], behavior_of(version))
        for change in answer.alternatives.changes if answer.alternatives else ():
            assert change.plan.quantization is None
            _assert_starts(metadata, place, version, NO_OVERRIDES, change)


@pytest.mark.parametrize("version", [None, (0, 25)], ids=str)
@pytest.mark.parametrize("place", _PLACES, ids=lambda instance: instance.name)
def test_each_change_of_what_does_not_start_starts_and_one_step_less_does_not(
    place: Instance, version: Version | None
) -> None:
    for metadata in models_of_turn(place, every=10):
        for overrides in _OVERRIDES:
            answer = recommend(metadata, place, [place], behavior_of(version), overrides)
            if isinstance(answer, Feasible) and not _serves(answer):
                for change in answer.alternatives.changes if answer.alternatives else ():
                    _assert_starts(metadata, place, version, overrides, change)
            elif isinstance(answer, Feasible) and answer.plan.quantization is None:
                assert answer.alternatives is None


def _assert_starts(
    metadata: HubMetadata, place: Instance, version: Version | None, overrides: Overrides, change: Change
) -> None:
    names = [setting.name for setting in change.settings]
    assert max(Counter(names).values()) == 1
    quantization = change.plan.quantization
    asked = replace(change.overrides, quantization=quantization.name if quantization else "none")
    changed = recommend(metadata, place, [place], behavior_of(version), asked)
    assert isinstance(changed, Feasible)
    assert _serves(changed)
    assert _NOT_STARTING.isdisjoint(warning.code for warning in changed.warnings)
    # INT4 is done while loading or before; with the change, the other one may be recommended.
    assert changed.plan.quantization != quantization or _figures(changed.plan) == _figures(change.plan)
    for less in _one_step_less(change, replace(asked, quantization=overrides.quantization)):
        before = recommend(metadata, place, [place], behavior_of(version), less)
        assert (
            isinstance(before, Infeasible) or before.plan.quantization != quantization or not _serves(before)
        )


def _figures(plan: Plan) -> tuple[object, ...]:
    """What a caller sees of a plan; a limit that repeats the default is not fixed once it is sent back."""
    memory = plan.budget
    parts = memory.weight_bytes, memory.overhead, memory.kv_cache_bytes
    return (serve_arguments(plan), *parts, plan.valid_tensor_parallel, plan.workload, plan.concurrency)


def _one_step_less(change: Change, asked: Overrides) -> Iterator[Overrides]:
    """The step before the last one; where that is the caller's value, it is known not to start."""
    *_, last = change.settings
    value, default, engine = last.value, last.default, asked.engine
    match last.name:
        case "max_model_len" if float(value) + 1 < float(default):
            yield replace(asked, max_model_len=int(value) + 1)
        case "max_num_seqs" if int(value) + 1 < int(default):
            yield replace(asked, engine=replace(engine, max_num_seqs=int(value) + 1))
        case "max_num_batched_tokens" if 2 * int(value) < int(default):
            yield replace(asked, engine=replace(engine, max_num_batched_tokens=2 * int(value)))
        case "gpu_memory_utilization" if float(value) - 0.01 > float(default) + 1e-6:
            lower = round(float(value) - 0.01, 2)
            yield replace(asked, engine=replace(engine, gpu_memory_utilization=lower))


def _serves(answer: Feasible) -> bool:
    return serves(answer.model, answer.instance, answer.plan)
