"""What a server does with the memory of a GPU."""

from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.calculate_budget import budget


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
