"""Memory behavior by version."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB, gib_bytes
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.memory.kv_cache import cache_layout
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version
from recommender.vllm.version_behavior import VersionBehavior


def budget_on(
    instance_type: str, model_id: str, behavior: VersionBehavior, tensor_parallel: int = 1
) -> Budget:
    gpu = gpu_of(instance(instance_type))
    return budget(real_model(model_id), gpu, tensor_parallel, engine_args=default_engine_args(gpu, behavior))


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "version", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, (0, 19), 58.11),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, (0, 19), 67.44),
        ("google/gemma-2-9b-it", 1, (0, 19), 54.12),
        ("google/gemma-3-12b-it", 1, (0, 19), 47.72),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 2, (0, 19), 28.44),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, (0, 19), 43.61),
        ("Qwen/Qwen2.5-72B-Instruct", 2, (0, 19), 3.04),
        ("openai/gpt-oss-20b", 1, (0, 19), 58.47),
        ("Qwen/Qwen3-14B", 1, (0, 16), 41.94),
        ("Qwen/Qwen3-14B", 1, (0, 17), 45.34),
        ("Qwen/Qwen3-14B", 1, (0, 18), 45.23),
    ],
)
def test_the_cache_of_a_version_is_the_one_that_it_logged(
    model_id: str, tensor_parallel: int, version: Version, logged_gib: float
) -> None:
    """H100 of 79.19 GiB at a gpu_memory_utilization of 0.95, `Available KV cache memory` on each GPU."""
    found = budget_on("p5.48xlarge", model_id, behavior_of(version), tensor_parallel)
    kv_cache_gib = found.kv_cache_bytes / GIB + 79.19 * 0.95 - found.usable_bytes / GIB

    assert logged_gib == pytest.approx(kv_cache_gib, abs=0.15)


def test_a_version_before_the_table_has_the_oldest_behavior() -> None:
    oldest = behavior_of((0, 1))

    assert dataclasses.replace(behavior_of((0, 0)), version=(0, 1)) == oldest
    assert dataclasses.replace(behavior_of((0, 6)), version=(0, 1)) == oldest


def test_a_latent_was_cached_as_heads_up_to_0_6() -> None:
    """DeepSeek V3 on 8 GPUs: 61 layers of a key and a value of 16 heads of 256, or of a latent of 576."""
    model = real_model("deepseek-ai/DeepSeek-V3")
    old, recent = (cache_layout(model, 8, 2, behavior_of(version)) for version in ((0, 6, 6), (0, 8)))

    assert old.block_bytes == 16 * 61 * 2 * 16 * 256 * 2
    assert recent.block_bytes == 64 * 61 * 576 * 2


def test_older_versions_use_more_memory_on_eight_gpus() -> None:
    """Logs show 2.1 GiB on A100 and more than 7 GiB on Hopper."""
    found = {
        name: budget_on(name, "meta-llama/Llama-3.1-70B-Instruct", behavior_of((0, 7)), 8).overhead
        for name in ("p4de.24xlarge", "p5.48xlarge")
    }

    assert round(found["p4de.24xlarge"].non_torch_bytes / GIB, 1) == 1.8
    assert round(found["p5.48xlarge"].non_torch_bytes / GIB, 1) == 7.2


def test_tokens_are_logged_as_the_version_counts_them() -> None:
    """Gemma 2: half of the layers have a window of 4096, so a context of 8192 takes less than its blocks."""
    model, gpu = "google/gemma-2-9b-it", "p5.48xlarge"
    blocks, concurrency = (budget_on(gpu, model, behavior_of(version)) for version in ((0, 20), (0, 21)))

    assert blocks.logged_tokens(8192) == blocks.kv_cache_tokens
    assert concurrency.logged_tokens(8192) == int(concurrency.max_concurrency(8192) * 8192)
    assert concurrency.logged_tokens(8192) != concurrency.kv_cache_tokens


def test_without_a_version_no_release_is_chosen() -> None:
    assert behavior_of(None) is ANY_VERSION
    assert ANY_VERSION.version is None


def test_states_need_a_block_per_sequence_only_with_graphs() -> None:
    """A server with `--enforce-eager` ran with 792 blocks and 1024 sequences."""
    gpu = gpu_of(instance("p5.48xlarge"))
    engine_args = default_engine_args(gpu, behavior_of((0, 20)))

    assert engine_args.required_state_blocks == 1024
    assert dataclasses.replace(engine_args, enforce_eager=True).required_state_blocks == 0


def test_a_request_holds_two_states_since_prefixes_of_hybrids_are_cached_by_default() -> None:
    """`vllm/engine/arg_utils.py:2520` of 0.26.0, `:2604` of 0.27.0 and `:2650` of 0.28.0."""
    assert [behavior_of((0, minor)).states_per_request for minor in (25, 26, 27, 28)] == [1, 1, 1, 2]
    assert ANY_VERSION.states_per_request == 2


def test_the_version_of_a_behavior_is_a_release() -> None:
    assert behavior_of((0, 19)).version == (0, 19, 1)
    assert behavior_of((0, 19, 0)).version == (0, 19, 0)
    assert behavior_of((0, 34)).version == (0, 34)


def test_fp8_is_quantized_layer_by_layer_from_0_15_on() -> None:
    """vllm-project/vllm#31914."""
    found = [behavior_of((0, minor)).quantizes_by_layer for minor in (14, 15, 33)]

    assert found == [False, True, True]
    assert ANY_VERSION.quantizes_by_layer


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("hopper_switch_bytes", {(0, 8): gib_bytes(5.4), (0, 9, 0): 0}),
        ("switch_bytes", {(0, 16): gib_bytes(1.2), (0, 17): 0}),
        ("latent_head_dim", {(0, 6): 256, (0, 7): None}),
        ("profiles_whole_context", {(0, 7): True, (0, 8): False}),
        ("latent_block_tokens", {(0, 7): 16, (0, 8): 64, (0, 17): 64, (0, 18): 16}),
        ("caches_windows_whole", {(0, 9, 0): True, (0, 9, 1): False}),
        (
            "caches_chunks_whole",
            {(0, 9, 2): True, (0, 10, 0): False, (0, 10, 1): True, (0, 13): True, (0, 14): False},
        ),
        ("reads_state_dtype", {(0, 12): False, (0, 13): True}),
        ("merges_odd_outputs", {(0, 13): False, (0, 14): True}),
        ("takes_stated_caches", {(0, 13): False, (0, 14): True}),
        ("divides_moonvit", {(0, 13): False, (0, 14): True}),
        ("copies_embedding", {(0, 16): "never", (0, 17): "always", (0, 28): "always", (0, 29): "on one GPU"}),
        ("runs_awq_in_machete", {(0, 18): False, (0, 19): True}),
        ("needs_block_per_sequence", {(0, 19): False, (0, 20): True}),
        ("default_state_value_bytes", {(0, 19): 2, (0, 20): 4, (0, 33): 4}),
        ("latent_block_step_tokens", {(0, 19): 64, (0, 20): 16, (0, 26): 16, (0, 27): 128}),
        ("tokens_follow_concurrency", {(0, 20): False, (0, 21): True}),
        ("pads_values", {(0, 20): True, (0, 21): False}),
        ("encodes_frames_in_chunks", {(0, 22): False, (0, 23): True}),
        ("shares_indexers", {(0, 23): False, (0, 24): True}),
        ("concurrent_batches", {(0, 25): 1, (0, 26): 2}),
        (
            "pins_embedding",
            {(0, 26): "never", (0, 27): "any model", (0, 32): "any model", (0, 33): "experts"},
        ),
        ("keeps_mxfp4_scales_once", {(0, 26): False, (0, 27): True}),
        ("pads_kimi_experts", {(0, 26): False, (0, 27): True}),
        ("masks_images", {(0, 28): True, (0, 29): False}),
        ("reserved_blocks", {(0, 28): 0, (0, 29): 1}),
        ("refines_expert_blocks", {(0, 29): False, (0, 30): True}),
        ("wide_fp8_block_tokens", {(0, 30): 16, (0, 31): 64}),
        ("prefill_checkpoint_blocks", {(0, 31): 0, (0, 32): 1}),
        ("extends_rotary_tables", {(0, 31): True, (0, 32): False}),
        ("delta_net_step_tokens", {(0, 32): 0, (0, 33): 64}),
    ],
    ids=str,
)
def test_a_behavior_changes_with_the_release_whose_source_has_it(
    field: str, values: dict[Version, object]
) -> None:
    """The file of vLLM that shows each of them stands at the field of `VersionBehavior`."""
    assert values == {version: getattr(behavior_of(version), field) for version in values}
