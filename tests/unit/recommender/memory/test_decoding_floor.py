"""What one decoding step certainly reads; tests/docs compares it with measurements."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_named
from recommender.memory.decoding_floor import least_ms_per_token
from recommender.model import Model, parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import INT8

L2 = 128 * 1024**2


def floor(
    model: Model, gpu: str = "A100-40", degree: int = 1, *, requests: int = 0, tokens: int = 0
) -> float:
    found = least_ms_per_token(
        model, gpu_named(gpu), Dtype.BFLOAT16, degree, value_bytes=2, requests=requests, tokens=tokens
    )
    assert found is not None
    return found


def test_all_weights_but_the_input_embedding_are_read_once() -> None:
    """By hand: 10^9 parameters less 32,000 x 1024 of the embedding, in BF16, at 1,555 GB/s."""
    model = parse_model(llama())

    assert floor(model) == pytest.approx((2 * (10**9 - 32_000 * 1024) - L2) / 1555e6)


def test_a_tied_embedding_is_read_as_the_output_head() -> None:
    """Qwen3-0.6B stores 751,632,384 parameters, 155,582,464 of them as a second copy of the embedding."""
    model = real_model("Qwen/Qwen3-0.6B")

    assert floor(model) == pytest.approx((2 * (751_632_384 - 155_582_464) - L2) / 1555e6, rel=1e-4)


def test_each_request_adds_the_cache_of_its_tokens() -> None:
    """By hand: 8 layers x keys and values of 4 heads of 64 values in BF16."""
    model = parse_model(llama())

    added = floor(model, requests=3, tokens=1000) - floor(model)
    assert added == pytest.approx(3 * 1000 * 8 * 2 * 4 * 64 * 2 / 1555e6)


def test_of_experts_those_of_one_token_are_read() -> None:
    """Mixtral reads 2 of 8: 12.9 of its 46.7 B parameters, less the embedding."""
    model = real_model("mistralai/Mixtral-8x7B-Instruct-v0.1")
    experts = 32 * 8 * 3 * 4096 * 14_336
    read = model.weights.parameters - experts * 6 // 8 - 32_000 * 4096

    assert read == pytest.approx(12.7e9, rel=0.01)
    assert floor(model, degree=2) == pytest.approx((read - L2) / 1555e6, rel=1e-6)


def test_a_quantization_shrinks_what_is_read() -> None:
    model, gpu = real_model("meta-llama/Llama-3.1-8B-Instruct"), gpu_named("A10G")
    shrunk = least_ms_per_token(model, gpu, Dtype.BFLOAT16, 1, INT8, value_bytes=2, requests=1, tokens=1)

    assert shrunk is not None
    assert shrunk < floor(model, "A10G", requests=1, tokens=1) * 0.6


def test_a_degree_divides_the_weights() -> None:
    model = real_model("meta-llama/Llama-3.1-70B-Instruct")

    assert floor(model, "H100", 8) < floor(model, "H100", 4) / 1.9


@pytest.mark.parametrize(
    "model_id", ["Qwen/Qwen2.5-VL-7B-Instruct", "google/gemma-3-27b-it"], ids=["Qwen VL", "Gemma 3"]
)
def test_there_is_no_bound_for_models_with_an_image_encoder(model_id: str) -> None:
    model = real_model(model_id)

    assert (
        least_ms_per_token(model, gpu_named("H100"), Dtype.BFLOAT16, 1, value_bytes=2, requests=1, tokens=1)
        is None
    )


def test_there_is_no_bound_without_a_bandwidth() -> None:
    model = parse_model(llama())
    unknown = gpu_named("RTX PRO 4500")

    assert least_ms_per_token(model, unknown, Dtype.BFLOAT16, 1, value_bytes=2, requests=1, tokens=1) is None


def test_a_cache_from_which_an_indexer_chooses_is_not_counted() -> None:
    model = real_model("deepseek-ai/DeepSeek-V3.2")

    assert floor(model, "H200", 8, requests=64, tokens=100_000) == floor(model, "H200", 8)


def test_a_model_that_fits_in_the_cache_of_the_chip_has_no_bound_above_zero() -> None:
    assert floor(parse_model(llama(parameters={"BF16": 60_000_000}))) == 0
