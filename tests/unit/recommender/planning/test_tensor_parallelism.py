"""Which tensor parallel degrees are valid."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.model import parse_model
from recommender.planning.tensor_parallelism import minimum_degree, valid_degrees


@pytest.mark.parametrize(
    ("model_id", "gpus", "expected"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 8, (1, 2, 4, 8)),
        ("Qwen/Qwen2.5-7B-Instruct", 8, (1, 2, 4)),
        ("microsoft/phi-4", 8, (1, 2)),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", 8, (1,)),
        ("Qwen/Qwen3-30B-A3B-FP8", 8, (1, 2)),
        ("MiniMaxAI/MiniMax-M2.5", 8, (1, 2, 4)),
        ("LGAI-EXAONE/EXAONE-4.0-32B-FP8", 8, (1, 2)),
        ("Qwen/Qwen3-32B-FP8", 8, (1, 2, 4, 8)),
        ("Qwen/Qwen2.5-14B-Instruct-AWQ", 8, (1, 2, 4)),
        ("Qwen/Qwen2.5-14B-Instruct", 8, (1, 2, 4, 8)),
        ("unsloth/Llama-3.2-1B-Instruct-FP8-Block", 8, (1, 2, 4, 8)),
        ("tiiuae/falcon-7b-instruct", 8, (1,)),
        ("Qwen/Qwen2.5-1.5B-Instruct", 4, (1, 2)),
        ("deepseek-ai/DeepSeek-V3", 8, (1, 2, 4, 8)),
        ("meta-llama/Llama-3.1-8B-Instruct", 1, (1,)),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", 8, (1, 2, 4, 8)),
        ("tiiuae/falcon-mamba-7b", 8, (1, 2, 4, 8)),
        ("tiiuae/Falcon-H1-0.5B-Base", 8, (1, 2)),
        ("openbmb/MiniCPM3-4B", 8, (1, 2, 4, 8)),
    ],
)
def test_a_degree_divides_all_that_vllm_shards(model_id: str, gpus: int, expected: tuple[int, ...]) -> None:
    """Phi-4: 100,352 entries do not divide by 5; Qwen3 30B: 768 / 4 is no multiple of a block of 128."""
    assert expected == valid_degrees(real_model(model_id), gpus)


def test_groups_of_a_state_space_model_are_divided_unless_there_is_one() -> None:
    keys = {"mamba_n_heads": 32, "mamba_d_head": 64, "mamba_d_state": 128, "mamba_d_conv": 4}
    two, one = (
        parse_model(llama(model_type="bamba", attn_layer_indices=[3], mamba_n_groups=groups, **keys))
        for groups in (2, 1)
    )

    assert valid_degrees(two, 4) == (1, 2)
    assert valid_degrees(one, 4) == (1, 2, 4)


def test_multiples_of_the_kv_heads_are_valid_where_heads_may_be_replicated() -> None:
    """Qwen2.5-1.5B has 12 heads, 2 KV heads and a width of 8960, which 6 does not divide."""
    model = real_model("Qwen/Qwen2.5-1.5B-Instruct")

    assert (1, 2, 4) == valid_degrees(model, 8, replicate_kv_heads=True)


def test_a_degree_divides_the_feed_forward_width() -> None:
    assert (1, 2) == valid_degrees(parse_model(llama(intermediate_size=4098)), 4)


@pytest.mark.parametrize(
    ("weights_gib", "gpu_gib", "expected"), [(17, 20, 1), (17.1, 20, 2), (131.4, 80, 2), (0.1, 80, 1)]
)
def test_weights_take_at_most_85_percent_of_the_gpus(weights_gib: float, gpu_gib: int, expected: int) -> None:
    assert expected == minimum_degree(int(weights_gib * GIB), gpu_gib * GIB)
