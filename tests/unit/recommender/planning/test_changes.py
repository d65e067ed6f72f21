"""The smallest changes with which a model starts."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.changes import Change, changes
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.version import Version

GPT_OSS = "openai/gpt-oss-120b"


def found(
    model_id: str,
    on: str,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
    version: Version | None = None,
) -> dict[str, Change]:
    made = changes(real_model(model_id), instance(on), behavior_of(version), engine)
    return {"+".join(setting.name for setting in change.settings): change for change in made}


def starts(model: Model, place: Instance, engine: EngineOverrides) -> bool:
    return isinstance(best_plan(model, place, behavior=behavior_of((0, 14)), engine=engine), Plan)


def test_each_setting_is_changed_only_as_far_as_necessary() -> None:
    """The log of vllm-project/vllm#23278: gpt-oss-120b leaves -2.14 GiB of an H100 for the cache."""
    model, place = real_model(GPT_OSS), instance("p5.4xlarge")
    made = found(GPT_OSS, "p5.4xlarge", version=(0, 14))
    utilization, sequences, tokens = (
        made[name].engine for name in ("gpu_memory_utilization", "max_num_seqs", "max_num_batched_tokens")
    )
    assert utilization.gpu_memory_utilization is not None
    assert sequences.max_num_seqs is not None
    assert tokens.max_num_batched_tokens is not None
    lower = round(utilization.gpu_memory_utilization - 0.01, 2)

    assert not starts(model, place, NO_ENGINE_OVERRIDES)
    assert all(starts(model, place, each) for each in (utilization, sequences, tokens))
    assert not starts(model, place, replace(utilization, gpu_memory_utilization=lower))
    assert not starts(model, place, replace(sequences, max_num_seqs=sequences.max_num_seqs + 1))
    assert not starts(model, place, replace(tokens, max_num_batched_tokens=2 * tokens.max_num_batched_tokens))


def test_the_smallest_step_comes_first() -> None:
    made = changes(real_model(GPT_OSS), instance("p5.4xlarge"), behavior_of((0, 14)), NO_ENGINE_OVERRIDES)
    steps = [change.settings[0].step for change in made]

    assert made[0].settings[0].name == "gpu_memory_utilization"
    assert steps == sorted(steps)


@pytest.mark.parametrize("version", [(0, 10, 2), (0, 14)], ids=str)
def test_the_recipe_for_one_h100_starts(version: Version) -> None:
    """The recipe of vllm-project/vllm#23278."""
    model, place, behavior = real_model(GPT_OSS), instance("p5.4xlarge"), behavior_of(version)
    recipe = EngineOverrides(gpu_memory_utilization=0.95, max_num_batched_tokens=1024)

    assert not isinstance(best_plan(model, place, behavior=behavior), Plan)
    assert isinstance(best_plan(model, place, behavior=behavior, engine=recipe), Plan)
    assert found(GPT_OSS, "p5.4xlarge", version=version)["gpu_memory_utilization"].settings[0].value <= 0.95


def test_two_are_offered_where_none_suffices_alone() -> None:
    (names,) = found("Qwen/Qwen3-14B", "g7.8xlarge")

    assert names == "gpu_memory_utilization+enforce_eager"


def test_nothing_is_offered_where_nothing_helps() -> None:
    assert found("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge") == {}


def test_what_the_caller_fixes_stays() -> None:
    engine = EngineOverrides(enforce_eager=True, gpu_memory_utilization=0.85)
    made = found(GPT_OSS, "p5.4xlarge", engine, (0, 14))

    assert "enforce_eager" not in made
    assert {change.engine.enforce_eager for change in made.values()} == {True}


def test_a_cache_in_fp8_is_offered_only_where_the_gpu_has_kernels_for_it() -> None:
    assert found("google/gemma-7b", "g6.2xlarge")["kv_cache_dtype"].settings[0].value == "fp8"
    assert "kv_cache_dtype" not in found("zai-org/chatglm3-6b", "g4dn.xlarge")


def test_without_images_the_encoder_is_not_loaded() -> None:
    model = real_model("OpenGVLab/InternVL3-78B")
    change = found(model.model_id, "g6e.12xlarge")["limit_mm_per_prompt"]

    assert change.plan.budget.engine_args.language_model_only
    assert change.plan.weight_bytes < model.weights.size_bytes(model.native_dtype)


def test_a_huge_number_of_sequences_is_lowered_to_what_starts() -> None:
    made = found("Qwen/Qwen3-8B", "p5.4xlarge", EngineOverrides(max_num_seqs=10**9))

    assert 0 < made["max_num_seqs"].settings[0].value < 10**6
