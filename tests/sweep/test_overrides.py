"""Models of the snapshot under versions of vLLM, and with values that the caller fixes."""

from functools import cache

import pytest
from support.consistency import assert_consistent, assert_starts
from support.instances import GPU_INSTANCES
from support.metadata import real
from support.turns import models_of_turn

from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible, Recommendation
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version import Version


@pytest.mark.parametrize("version", [(0, 8), (0, 16), (0, 19), (0, 21), (0, 27), (0, 33)], ids=str)
def test_what_is_recommended_for_a_version_starts_under_it(version: Version) -> None:
    for place in GPU_INSTANCES[::4]:
        for metadata in models_of_turn(place, every=3):
            answer = recommend(metadata, place, [place], behavior_of(version))
            assert_consistent(answer, answer, NO_OVERRIDES)
            if isinstance(answer, Feasible):
                assert_starts(answer)


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(quantization="none"),
        Overrides(quantization="fp8"),
        Overrides(quantization="int8"),
        Overrides(quantization="int4"),
        Overrides(max_model_len=1000),
        Overrides(max_model_len=200_000),
        Overrides(concurrency=500),
        Overrides(input_tokens=20_000, output_tokens=20_000),
        Overrides(overhead_bytes=12 * GIB),
        Overrides(tensor_parallel=64, quantization="int4", max_model_len=7, concurrency=1),
        Overrides(engine=EngineOverrides(max_num_seqs=16, max_num_batched_tokens=512)),
        Overrides(engine=EngineOverrides(max_num_seqs=4096)),
        Overrides(engine=EngineOverrides(gpu_memory_utilization=0.3)),
        Overrides(engine=EngineOverrides(kv_cache_dtype="fp8")),
    ],
    ids=repr,
)
def test_no_override_of_any_model_breaks_an_answer(overrides: Overrides) -> None:
    for place in GPU_INSTANCES[::5]:
        for metadata in models_of_turn(place, every=4):
            base = _without_overrides(metadata.model_id, place)
            assert_consistent(recommend(metadata, place, [place], overrides=overrides), base, overrides)


@cache
def _without_overrides(model_id: str, place: Instance) -> Recommendation:
    """The answer that all overrides of a model and a type are compared with."""
    return recommend(real(model_id), place, [place])
