"""What a server does with the memory of a GPU."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.budget import Budget, least_budget
from recommender.memory.calculate_budget import budget
from recommender.memory.layout import AttentionGroup, CacheLayout, StateGroup
from recommender.memory.overhead import Overhead
from recommender.model import FullAttention, SlidingWindow
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version

FULL = AttentionGroup(block_tokens=16, span=FullAttention())
WINDOW = AttentionGroup(block_tokens=16, span=SlidingWindow(tokens=32))


def test_cache_is_counted_in_blocks_and_never_below_none() -> None:
    roomy = budget(real_model("Qwen/Qwen3-8B"), gpu_of(instance("g5.xlarge")), 1)
    hopeless = budget(real_model("meta-llama/Llama-3.1-70B-Instruct"), gpu_of(instance("g5.xlarge")), 1)

    assert roomy.kv_cache_tokens % 16 == 0
    assert hopeless.kv_cache_tokens == 0


def test_a_model_with_states_needs_a_block_for_each_sequence() -> None:
    """`max_num_seqs (1024) exceeds available Mamba cache blocks` stops vLLM 0.20 to 0.29."""
    gpu = gpu_of(instance("p5.48xlarge"))
    model = real_model("Qwen/Qwen3.8-27B")
    one, eight = (budget(model, gpu, degree) for degree in (1, 8))

    assert one.blocks < 1024 <= eight.blocks
    assert not one.starts_with(4096)
    assert eight.starts_with(4096)


def test_a_later_start_spares_what_only_the_first_one_needs() -> None:
    """Llama 3.1 8B under 0.30 with 16 sequences: the compiler's copy of the embedding."""
    gpu, model = gpu_of(instance("g6e.xlarge")), real_model("meta-llama/Llama-3.1-8B-Instruct")
    engine_args = replace(default_engine_args(gpu, behavior_of((0, 30))), max_num_seqs=16)
    first = budget(model, gpu, 1, engine_args=engine_args)
    later = budget(model, gpu, 1, engine_args=replace(engine_args, has_compile_cache=True))

    assert first.after_first_start.kv_cache_bytes == later.kv_cache_bytes > first.kv_cache_bytes


def test_a_reserved_block_is_not_among_those_of_requests() -> None:
    """`null_block` of `vllm/v1/core/block_pool.py`: a cache of two requests of 768 tokens holds one."""
    gpu, model = gpu_of(instance("g6e.xlarge")), real_model("Qwen/Qwen3-8B")
    memory = budget(model, gpu, 1, engine_args=default_engine_args(gpu, behavior_of((0, 29))))
    two_requests = 2 * memory.layout.blocks_for(768, 0)
    exact, one_more = (
        replace(
            memory,
            usable_bytes=memory.usable_bytes + blocks * memory.layout.block_bytes - memory.kv_cache_bytes,
        )
        for blocks in (two_requests, two_requests + 1)
    )

    assert (exact.blocks, exact.max_concurrent_requests(768)) == (two_requests, 1)
    assert one_more.max_concurrent_requests(768) == 2
    assert one_more.least_cache_bytes(768) == (two_requests // 2 + 1) * memory.layout.block_bytes


def budget_of(blocks: int, *groups: AttentionGroup | StateGroup, version: Version, sequences: int) -> Budget:
    """A cache of so many blocks of 1000 bytes, and nothing else."""
    default = default_engine_args(gpu_of(instance("g6.xlarge")), behavior_of(version))
    return Budget(
        visible_bytes=blocks * 1000,
        usable_bytes=blocks * 1000,
        weight_bytes=0,
        overhead=Overhead(non_torch_bytes=0, activation_bytes=0, cuda_graph_bytes=0),
        layout=CacheLayout(block_bytes=1000, groups=groups),
        engine_args=replace(default, max_num_seqs=sequences, max_num_batched_tokens=16),
    )


@pytest.mark.parametrize(("blocks", "starts"), [(1, False), (2, True)])
def test_vllm_starts_with_a_context_of_which_it_holds_a_request(blocks: int, *, starts: bool) -> None:
    """32 tokens in blocks of 16."""
    assert budget_of(blocks, FULL, version=(0, 19), sequences=256).starts_with(32) is starts


@pytest.mark.parametrize(("blocks", "starts"), [(9, False), (10, True)])
def test_vllm_starts_with_as_many_blocks_for_states_as_sequences(blocks: int, *, starts: bool) -> None:
    """Each of 10 sequences needs a block for its state, though a request holds only two."""
    state = StateGroup(block_tokens=16, states=1)
    memory = budget_of(blocks, FULL, state, version=(0, 20), sequences=10)

    assert memory.lacks_state_blocks is not starts
    assert memory.starts_with(16) is starts


@pytest.mark.parametrize(("version", "tokens"), [((0, 20), 25 // 2 * 16), ((0, 21), 285)], ids=str)
def test_the_tokens_that_are_logged_follow_the_concurrency_from_0_21_on(
    version: Version, tokens: int
) -> None:
    """160 tokens hold 10 blocks of full attention and 4 of a window: 31 + 16 tokens in 3, and one more.

    25 blocks for two groups, of 16 tokens; or 25/14 of 160 tokens, 285.
    """
    memory = budget_of(25, FULL, WINDOW, version=version, sequences=256)

    assert memory.logged_tokens(160) == tokens


def test_the_least_budget_for_a_context_is_that_of_the_version_that_holds_the_fewest() -> None:
    """All tokens in 100 blocks, or a window in 20: 100 and 4 requests of a block, 2 and 4 of fifty."""
    whole = budget_of(100, FULL, version=(0, 19), sequences=256)
    windowed = budget_of(20, WINDOW, version=(0, 20), sequences=256)
    least = least_budget([whole, windowed], whole.engine_args, 16)

    assert least.layout == least.least_at(16).layout == windowed.layout
    assert least.least_at(50 * 16).layout == whole.layout
