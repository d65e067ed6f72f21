"""What one decoding step certainly reads; tests/docs compares it with measurements."""

from dataclasses import replace
from typing import Any

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.hardware.gpu import gpu_named
from recommender.memory.decoding_floor import least_ms_per_token
from recommender.model import Model, parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import INT8, Quantization

L2 = 128 * 1024**2
EMBEDDING = 32_000 * 1024
UNREAD_EXPERTS = 8 * 6 * 3 * 1024 * 4096


def floor(
    model: Model,
    gpu: str = "A100-40",
    degree: int = 1,
    quantization: Quantization | None = None,
    *,
    requests: int = 0,
    tokens: int = 0,
) -> float:
    found = least_ms_per_token(
        model,
        gpu_named(gpu),
        Dtype.BFLOAT16,
        degree,
        quantization,
        value_bytes=2,
        requests=requests,
        tokens=tokens,
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


@pytest.mark.parametrize(
    ("parameters", "checkpoint", "quantization", "read_bytes"),
    [
        (10**9, ABSENT, None, 2 * (10**9 - EMBEDDING) - 2 * UNREAD_EXPERTS),
        (10**9, ABSENT, INT8, (10**9 - 2 * EMBEDDING) + 2 * EMBEDDING - UNREAD_EXPERTS),
        # A quarter of everything, where the experts' part is not known, or more than everything.
        (10**9, {"quant_method": "fp8"}, None, 2 * (10**9 - EMBEDDING) // 4),
        (5 * 10**8, ABSENT, None, 2 * (5 * 10**8 - EMBEDDING) // 4),
    ],
    ids=["BF16", "INT8 at load", "FP8", "too few parameters"],
)
def test_six_of_eight_experts_are_not_read(
    parameters: int, checkpoint: Any, quantization: Quantization | None, read_bytes: int
) -> None:
    """8 layers with 8 experts, two for each token, of three matrices of 1024 x 4096."""
    model = parse_model(llama(parameters={"BF16": parameters}, quantization_config=checkpoint))
    experts = {"experts": 8, "experts_per_token": 2, "expert_intermediate_size": 4096}
    model = replace(model, shape=replace(model.shape, **experts))

    assert floor(model, quantization=quantization) == pytest.approx((read_bytes - L2) / 1555e6)


@pytest.mark.parametrize(
    ("is_tied", "read_bytes"),
    [(False, (10**9 - 2 * EMBEDDING) + 2 * EMBEDDING), (True, 10**9 - EMBEDDING)],
    ids=["untied", "tied"],
)
def test_a_quantization_at_load_shrinks_all_but_the_embeddings(read_bytes: int, *, is_tied: bool) -> None:
    """In INT8 with an output head in 16 bit; that of a tied embedding is left out, in doubt."""
    model = parse_model(llama(tie_word_embeddings=is_tied))

    assert floor(model, quantization=INT8) == pytest.approx((read_bytes - L2) / 1555e6)


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
