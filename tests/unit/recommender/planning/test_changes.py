"""The smallest changes with which a model starts."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB
from recommender.model import Model
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.changes import Change, changes_of_plan, native_changes
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.version import Version

GPT_OSS = "openai/gpt-oss-120b"


def found(
    model_id: str,
    on: str,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
    version: Version | None = None,
) -> dict[str, Change]:
    made = native_changes(real_model(model_id), instance(on), behavior_of(version), engine)
    return {"+".join(setting.name for setting in change.settings): change for change in made}


def starts(model: Model, place: Instance, engine: EngineOverrides) -> bool:
    return isinstance(best_plan(model, place, behavior=behavior_of((0, 14)), engine=engine), Plan)


def test_each_setting_is_changed_only_as_far_as_necessary() -> None:
    """The log of vllm-project/vllm#23278: gpt-oss-120b leaves -2.14 GiB of an H100 for the cache."""
    model, place = real_model(GPT_OSS), instance("p5.4xlarge")
    made = found(GPT_OSS, "p5.4xlarge", version=(0, 14))
    utilization, sequences, tokens = (
        made[name].overrides.engine
        for name in ("gpu_memory_utilization", "max_num_seqs", "max_num_batched_tokens")
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
    made = native_changes(
        real_model(GPT_OSS), instance("p5.4xlarge"), behavior_of((0, 14)), NO_ENGINE_OVERRIDES
    )
    steps = [change.settings[0].step for change in made]

    assert made[0].settings[0].name == "gpu_memory_utilization"
    assert steps == sorted(steps)


def test_utilization_alone_starts_gpt_oss_on_one_h100() -> None:
    """By logs of vllm-project/vllm#23278 and #27508, and not by the calculator alone.

    At 0.9 the first leaves -2.14 GiB for the cache, so that 0.03 more of 79.19 GiB leave 0.24 GiB. At 0.95
    with 1,024 batched tokens the second leaves 1.71 GiB; 0.93 takes 1.58 GiB of it. A request of 1,024 tokens
    holds 64 blocks of the 18 full layers and 65 of the 18 with a window, each with 8 heads of 64 values.
    """
    block = 18 * 16 * 2 * 8 * 64 * 2
    least_logged_bytes = int((1.71 - 0.02 * 79.19) * 2**30)
    (utilization,) = (
        change
        for change in found(GPT_OSS, "p5.4xlarge", version=(0, 14)).values()
        if change.settings[0].name == "gpu_memory_utilization"
    )

    assert utilization.settings[0].value == 0.93
    assert utilization.plan.max_model_len == 1024
    assert utilization.plan.budget.kv_cache_bytes < least_logged_bytes
    assert (64 + 65) * block < utilization.plan.budget.kv_cache_bytes


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


@pytest.mark.parametrize(
    ("device_mib", "expected"),
    [
        (19_620, {"max_num_seqs": 16, "kv_cache_dtype": "fp8"}),
        # 40 MiB more hold a request in 16 bit and the sampler of one sequence.
        (19_662, {"max_num_seqs": 1}),
        # 30 MiB less hold no more than 15 sequences with a cache in FP8.
        (19_580, {}),
    ],
)
def test_two_changes_leave_sixteen_sequences_or_are_not_offered(
    device_mib: int, expected: dict[str, object]
) -> None:
    """15.9 GiB of weights almost fill the GPU, and all other settings are at their limits.

    Its 512 tokens take 224 MiB, or 112 in FP8; the sampler's 14.5 bytes x 256,000 are 3.5 MiB for a sequence.
    """
    place = replace(instance("g6.2xlarge"), accelerator_name="X1", accelerator_device_mib=device_mib)
    engine = EngineOverrides(gpu_memory_utilization=0.95, max_num_batched_tokens=256, enforce_eager=True)
    made = native_changes(real_model("google/gemma-7b"), place, behavior_of((0, 19)), engine)

    assert {each.name: each.value for change in made for each in change.settings} == expected


def test_nothing_is_offered_where_nothing_helps() -> None:
    assert found("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge") == {}


def test_what_the_caller_fixes_stays() -> None:
    engine = EngineOverrides(enforce_eager=True, gpu_memory_utilization=0.85)
    made = found(GPT_OSS, "p5.4xlarge", engine, (0, 14))

    assert "enforce_eager" not in made
    assert {change.overrides.engine.enforce_eager for change in made.values()} == {True}


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


def served(model_id: str, on: str, overrides: Overrides) -> list[tuple[tuple[str, object], ...]]:
    """The settings of each change of a plan with `overrides`."""
    model, place = real_model(model_id), instance(on)
    base = best_plan(model, place)
    assert isinstance(base, Plan)
    asked = apply_overrides(model, place, base, overrides, ANY_VERSION)
    made = changes_of_plan(model, place, asked, overrides)
    return [tuple((each.name, each.value) for each in change.settings) for change in made]


def test_a_context_beyond_the_cache_is_shortened_to_the_largest_that_fits() -> None:
    model, place = real_model("meta-llama/Llama-3.1-8B-Instruct"), instance("g5.xlarge")
    ((settings,),) = served(model.model_id, "g5.xlarge", Overrides(max_model_len=100_000))
    name, largest = settings
    plan = best_plan(model, place)

    assert isinstance(plan, Plan)
    assert isinstance(largest, int)
    assert name == "max_model_len"
    assert plan.budget.starts_with(largest)
    assert not plan.budget.starts_with(largest + 1)


@pytest.mark.parametrize(("degree", "expected"), [(3, 2), (16, 8), (1, 2)])
def test_a_degree_that_does_not_start_becomes_the_nearest_that_does(degree: int, expected: int) -> None:
    """Qwen3-14B takes 27.5 GiB; an L4 has 22."""
    assert served("Qwen/Qwen3-14B", "g6.48xlarge", Overrides(tensor_parallel=degree))[-1] == (
        ("tensor_parallel_degree", expected),
    )


def test_a_context_may_need_another_degree_that_replicates_kv_heads() -> None:
    """Qwen2.5-3B has two KV heads, so that TP 4 keeps a copy of each, and less of the weights."""
    asked = Overrides(max_model_len=32_768, input_tokens=30_000, output_tokens=2768)
    cramped = replace(asked, engine=EngineOverrides(gpu_memory_utilization=0.24))
    made = served("Qwen/Qwen2.5-3B-Instruct", "g6.12xlarge", cramped)

    assert (("tensor_parallel_degree", 4),) in made


def test_a_request_longer_than_the_context_needs_a_longer_one() -> None:
    asked = Overrides(max_model_len=4096, input_tokens=8000)

    assert served("Qwen/Qwen3-8B", "g5.12xlarge", asked) == [(("max_model_len", 8256),)]


def test_fewer_batched_tokens_than_sequences_leave_two_ways() -> None:
    asked = Overrides(engine=EngineOverrides(max_num_seqs=1024, max_num_batched_tokens=512))

    assert served("Qwen/Qwen3-8B", "p5.4xlarge", asked) == [
        (("max_num_seqs", 512),),
        (("max_num_batched_tokens", 1024),),
    ]


def test_two_values_that_do_not_start_are_changed_together() -> None:
    asked = Overrides(tensor_parallel=16, max_model_len=500_000)

    assert served("meta-llama/Llama-3.1-70B-Instruct", "p5.48xlarge", asked) == [
        (("tensor_parallel_degree", 8), ("max_model_len", 131_072)),
    ]


def test_an_overhead_that_leaves_no_room_cannot_be_changed() -> None:
    assert served("Qwen/Qwen3-8B", "g5.xlarge", Overrides(overhead_bytes=9 * GIB)) == []
