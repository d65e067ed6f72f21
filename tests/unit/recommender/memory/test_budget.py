"""What a server does with the memory of a GPU."""

from dataclasses import replace

from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.calculate_budget import budget
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args


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
