"""How much memory one GPU lacks."""

from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.model import parse_model
from recommender.planning.shortfall import Shortfall, shortfall, smallest_shortfall
from recommender.vllm.engine_args import default_engine_args


def test_a_model_that_fits_lacks_nothing() -> None:
    """Mistral 7B takes 13.5 GiB in BF16 and 1.1 GiB of overhead; an A10G has 19.8 GiB for vLLM.

    A token takes 128 KiB of cache. The version that takes the most, 0.20, reserves no block.
    """
    g5 = instance("g5.xlarge")
    lack = smallest_shortfall(
        real_model("mistralai/Mistral-7B-Instruct-v0.3"), g5, None, default_engine_args(gpu_of(g5))
    )

    assert -6 * GIB < lack.missing_bytes < -5 * GIB
    assert lack.cache_bytes == 512 * 128 * 1024


def test_the_degree_that_comes_closest_is_chosen() -> None:
    g5 = instance("g5.12xlarge")
    lack = smallest_shortfall(
        real_model("meta-llama/Llama-3.1-70B-Instruct"), g5, None, default_engine_args(gpu_of(g5))
    )

    assert lack.tensor_parallel == 4
    assert lack.missing_bytes > 0


def test_what_is_missing_is_the_sum_of_the_needs_less_what_may_be_used() -> None:
    lack = Shortfall(
        tensor_parallel=1,
        context_tokens=512,
        usable_bytes=20,
        weight_bytes=15,
        even_share_bytes=15,
        overhead_bytes=4,
        cache_bytes=3,
        state_blocks=0,
    )

    assert lack.missing_bytes == 2


def test_an_even_share_is_the_weights_divided_by_the_degree() -> None:
    model, gpu = real_model("mistralai/Mistral-7B-Instruct-v0.3"), gpu_of(instance("g5.12xlarge"))

    assert shortfall(10**9, 4, budget(model, gpu, 4), 512).even_share_bytes == 250_000_000


def test_a_model_that_no_degree_divides_lacks_memory_of_one_gpu() -> None:
    """1000 inputs in groups of 128."""
    groups = {"quant_method": "awq", "group_size": 128}
    model, place = (
        parse_model(llama(intermediate_size=1000, quantization_config=groups)),
        instance("g5.12xlarge"),
    )

    assert smallest_shortfall(model, place, None, default_engine_args(gpu_of(place))).tensor_parallel == 1


def test_a_block_for_each_sequence_is_counted_where_states_need_more_than_the_context() -> None:
    model, gpu = real_model("Qwen/Qwen3.8-27B-FP8"), gpu_of(instance("p5.4xlarge"))
    lack = shortfall(2**30, 1, budget(model, gpu, 1), 512)

    assert lack.state_blocks == 1024
    assert lack.cache_bytes >= 1024 * budget(model, gpu, 1).layout.block_bytes
