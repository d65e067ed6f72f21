"""The largest context that fits, and the budget that a server has with it."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.model import Model, parse_model
from recommender.planning.context import (
    budget_for_largest_context,
    holds_minimum_context,
    lacks_state_blocks,
    largest_context,
    power_of_two_within,
    with_startable_sequences,
)
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import (
    EngineOverrides,
    default_engine_args,
    engine_args_for,
)
from recommender.vllm.quantization import INT4
from recommender.vllm.version import Version

_STATES = "Qwen/Qwen3.6-27B-FP8"
_QWEN_VL = "Qwen/Qwen2.5-VL-7B-Instruct"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(32_768, 32_768), (40_960, 32_768), (10**7, 8_388_608), (512, 512), (100, 64), (1, 1)],
)
def test_context_is_a_power_of_two_within_the_models_limit(limit: int, expected: int) -> None:
    assert expected == power_of_two_within(limit)


@pytest.mark.parametrize("place", ["g6.xlarge", "g5.xlarge", "g6e.xlarge", "p4de.24xlarge", "p5.48xlarge"])
@pytest.mark.parametrize("version", [None, (0, 19), (0, 23), (0, 30)], ids=str)
def test_a_context_is_recommended_that_leaves_room_for_its_own_video(
    place: str, version: tuple[int, int] | None
) -> None:
    """vLLM profiles Qwen2.5-VL with a video as long as the context, of 114,688 tokens and 15 GiB at most."""
    model, gpu, behavior = real_model(_QWEN_VL), gpu_of(instance(place)), behavior_of(version)
    plan = best_plan(model, instance(place), behavior=behavior)
    assert isinstance(plan, Plan)

    engine_args = replace(default_engine_args(gpu, behavior), max_model_len=plan.max_model_len)
    started = budget(model, gpu, plan.tensor_parallel, plan.quantization, engine_args=engine_args)

    assert started.max_concurrent_requests(plan.max_model_len) > 0
    assert started.kv_cache_bytes == plan.budget.kv_cache_bytes


def test_twice_that_context_would_not_start() -> None:
    model, gpu = real_model(_QWEN_VL), gpu_of(instance("g6.xlarge"))
    engine_args = default_engine_args(gpu)
    found = budget_for_largest_context(model, gpu, 1, None, engine_args)
    context = largest_context(model.max_position_embeddings, found)
    longer = budget(model, gpu, 1, engine_args=replace(engine_args, max_model_len=2 * context))

    assert found.max_concurrent_requests(context)
    assert not longer.max_concurrent_requests(2 * context)


@pytest.mark.parametrize(
    ("utilization", "expected"),
    [
        (0.9, 65_536),
        # Room for 65,536 tokens, and not for twice as many.
        (0.7, 65_536),
        # A shorter video leaves more room.
        (0.6, 32_768),
    ],
)
def test_the_budget_is_that_of_the_largest_power_of_two_that_starts(
    utilization: float, expected: int
) -> None:
    """Qwen2.5-VL 7B has positions for 128,000 tokens, which take 56 KiB each."""
    model, gpu = real_model(_QWEN_VL), gpu_of(instance("g6e.xlarge"))
    engine_args = replace(default_engine_args(gpu, behavior_of((0, 19))), gpu_memory_utilization=utilization)
    found = budget_for_largest_context(model, gpu, 1, None, engine_args)

    assert found.engine_args.max_model_len == expected
    assert found == budget(model, gpu, 1, engine_args=found.engine_args)
    assert found.starts_with(expected)


def test_other_models_have_the_same_budget_at_every_context() -> None:
    model, gpu = real_model("Qwen/Qwen3-8B"), gpu_of(instance("g6.xlarge"))
    engine_args = default_engine_args(gpu)

    assert budget_for_largest_context(model, gpu, 1, None, engine_args) == budget(
        model, gpu, 1, engine_args=engine_args
    )


@pytest.mark.parametrize("version", [None, (0, 20), (0, 28), (0, 33)], ids=str)
def test_a_model_with_states_gets_the_most_sequences_that_start(version: Version | None) -> None:
    """`max_num_seqs (1024) exceeds available Mamba cache blocks`, vllm-project/recipes#551."""
    model, gpu = real_model(_STATES), gpu_of(instance("p5.4xlarge"))
    engine_args = engine_args_for(model, gpu, behavior_of(version))
    found = budget_for_largest_context(model, gpu, 1, None, engine_args)
    more = replace(found.engine_args, max_num_seqs=found.engine_args.max_num_seqs + 1)

    assert found.engine_args.lowers_max_num_seqs
    assert found == budget(model, gpu, 1, engine_args=found.engine_args)
    assert found.starts_with(4096)
    assert not budget(model, gpu, 1, engine_args=more).starts_with(4096)


@pytest.mark.parametrize("version", [None, (0, 29), (0, 32)], ids=str)
def test_sequences_that_start_are_found_where_fewer_of_them_leave_fewer_blocks(
    version: Version | None,
) -> None:
    """Nemotron Nano 9B on an L4 from 0.29 to 0.32: 61 blocks with 256 sequences, and 28 with 61.

    The sampler of 256 reuses the 0.9 GiB of a first start's copy of the embedding, and that of 61 does not.
    """
    model, gpu = real_model("nvidia/NVIDIA-Nemotron-Nano-9B-v2"), gpu_of(instance("g6.xlarge"))
    engine_args = engine_args_for(model, gpu, behavior_of(version))
    found = budget_for_largest_context(model, gpu, 1, None, engine_args)
    more = replace(found.engine_args, max_num_seqs=found.engine_args.max_num_seqs + 1)

    assert found.starts_with(512)
    assert not budget(model, gpu, 1, engine_args=more).starts_with(512)


def test_sequences_that_the_caller_fixes_stay() -> None:
    model, gpu = real_model(_STATES), gpu_of(instance("p5.4xlarge"))
    engine_args = engine_args_for(model, gpu, overrides=EngineOverrides(max_num_seqs=1000))
    found = budget_for_largest_context(model, gpu, 1, None, engine_args)

    assert found.engine_args.max_num_seqs == 1000
    assert found.lacks_state_blocks


def test_no_number_of_sequences_helps_where_there_is_no_block() -> None:
    model, gpu = real_model("Qwen/Qwen3.5-27B"), gpu_of(instance("g5.xlarge"))
    memory = budget(model, gpu, 1, engine_args=engine_args_for(model, gpu))

    assert with_startable_sequences(memory, model, gpu, 1, None) is memory


def test_without_a_version_the_sequences_start_under_every_one() -> None:
    """Nemotron-H 56B in INT4: 0.20 leaves fewer blocks than 0.33, which holds the fewest requests."""
    model, place = real_model("nvidia/Nemotron-H-56B-Base-8K"), instance("g7.12xlarge")
    plan = best_plan(model, place, INT4)
    under_0_20 = best_plan(model, place, INT4, behavior=behavior_of((0, 20)))

    assert isinstance(plan, Plan)
    assert isinstance(under_0_20, Plan)
    assert plan.budget.engine_args.max_num_seqs == under_0_20.budget.engine_args.max_num_seqs


def with_blocks(model: Model, blocks: int) -> Budget:
    """An L4 under 0.33 with a cache of so many blocks."""
    gpu = gpu_of(instance("g6.xlarge"))
    memory = budget(model, gpu, 1, engine_args=engine_args_for(model, gpu, behavior_of((0, 33))))
    cache_bytes = blocks * memory.layout.block_bytes
    return replace(memory, usable_bytes=memory.weight_bytes + memory.overhead.total_bytes + cache_bytes)


@pytest.mark.parametrize(
    ("limit", "blocks", "holds"), [(8192, 33, True), (8192, 32, False), (128, 9, True), (128, 8, False)]
)
def test_the_shortest_context_is_512_tokens_or_the_limit_of_the_model(
    limit: int, blocks: int, *, holds: bool
) -> None:
    """Blocks of 16 tokens, and one that 0.33 reserves."""
    model = parse_model(llama(max_position_embeddings=limit))

    assert holds_minimum_context(model, with_blocks(model, blocks)) is holds


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [(0, 1), (1, 1), (2, 16), (32, 256), (33, 512), (64, 512), (65, 1024), (10**5, 8192)],
)
def test_the_largest_context_is_a_power_of_two_of_which_the_cache_holds_a_request(
    blocks: int, expected: int
) -> None:
    """Blocks of 16 tokens, and one that 0.33 reserves. A token where the cache holds none."""
    model = parse_model(llama())

    assert expected == largest_context(8192, with_blocks(model, blocks))


def test_a_gpu_has_to_hold_the_weights_with_it() -> None:
    """14.8 billion weights take 27.6 GiB in BF16, and an L4 has 22.0 GiB."""
    model, gpu = real_model("Qwen/Qwen2.5-14B-Instruct"), gpu_of(instance("g6.xlarge"))

    assert not holds_minimum_context(model, budget(model, gpu, 1))
    assert holds_minimum_context(model, budget(model, gpu, 2))


def test_a_model_with_states_needs_a_block_for_every_sequence() -> None:
    """An H100 schedules 1024 sequences by default, and one GPU has fewer blocks for Qwen3.8-27B."""
    model, gpu, dense = real_model("Qwen/Qwen3.8-27B"), gpu_of(instance("p5.48xlarge")), parse_model(llama())

    assert lacks_state_blocks(budget(model, gpu, 1))
    assert not lacks_state_blocks(budget(model, gpu, 4))
    assert not lacks_state_blocks(budget(dense, gpu, 1))


@pytest.mark.parametrize(("blocks", "lacks"), [(0, False), (1, True), (255, True), (256, False)])
def test_a_cache_without_any_block_lacks_memory_rather_than_blocks_for_states(
    blocks: int, *, lacks: bool
) -> None:
    """An L4 schedules 256 sequences by default."""
    assert lacks_state_blocks(with_blocks(real_model("Qwen/Qwen3.5-27B"), blocks)) is lacks


@pytest.mark.parametrize("sequences", [1, 2, 3, 100, 255])
def test_as_many_sequences_start_as_their_overhead_leaves_blocks_for(sequences: int) -> None:
    """On a GPU whose memory is just enough for them."""
    model, gpu = real_model("Qwen/Qwen3.5-4B"), gpu_of(instance("g6.xlarge"))
    default = engine_args_for(model, gpu, behavior_of((0, 33)))
    fewer = budget(model, gpu, 1, engine_args=replace(default, max_num_seqs=sequences))
    needed = fewer.weight_bytes + fewer.overhead.total_bytes + sequences * fewer.layout.block_bytes
    small = replace(gpu, visible_bytes=int(needed / 0.9) + 2)
    memory = budget(model, small, 1, engine_args=default)

    assert memory.lacks_state_blocks
    found = with_startable_sequences(memory, model, small, 1, None)
    assert found.engine_args.max_num_seqs == sequences
