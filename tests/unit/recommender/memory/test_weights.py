"""The memory of weights on each GPU."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import FP8, INT4, INT8

_BILLION = 10**9


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 14.99),
        ("meta-llama/Llama-3.1-8B-Instruct", 2, 7.51),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 3.77),
        ("codellama/CodeLlama-7b-hf", 1, 12.56),
        ("Qwen/Qwen2.5-7B-Instruct", 1, 14.25),
        ("Qwen/Qwen2.5-72B-Instruct", 2, 67.8),
        ("Qwen/Qwen2.5-72B-Instruct", 4, 33.98),
        ("Qwen/Qwen3-14B", 1, 27.52),
        ("google/gemma-2-9b-it", 1, 17.22),
        ("google/gemma-3-4b-it", 1, 8.58),
        ("google/gemma-3-12b-it", 1, 23.31),
        ("microsoft/phi-4", 1, 27.39),
        ("microsoft/phi-4", 2, 13.77),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 2, 43.51),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 4, 53.12),
        ("openai/gpt-oss-20b", 1, 13.64),
        ("Qwen/Qwen3.5-9B", 1, 17.66),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, 29.43),
        ("Qwen/Qwen3-0.6B", 1, 1.12),
        ("RedHatAI/Qwen2.5-7B-Instruct-FP8-dynamic", 1, 8.14),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", 1, 8.49),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", 1, 5.38),
    ],
)
def test_weights_are_what_a_server_logged(model_id: str, tensor_parallel: int, logged_gib: float) -> None:
    """`Model loading took ... GiB` of public logs of vLLM 0.17 to 0.31, on each GPU."""
    predicted = weight_bytes_per_gpu(real_model(model_id), Dtype.BFLOAT16, tensor_parallel)

    assert logged_gib == pytest.approx(predicted / GIB, rel=0.006)


def test_quantizing_at_load_leaves_embeddings_in_16_bit() -> None:
    """vLLM 0.19 logs 8.49 GiB for Llama-3.1-8B with `--quantization fp8`, not half of 14.96."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")

    assert weight_bytes(model, Dtype.BFLOAT16, FP8) / GIB == pytest.approx(8.49, rel=0.005)


def test_smaller_formats_take_less() -> None:
    model = parse_model(llama())
    sizes = [weight_bytes(model, Dtype.BFLOAT16, each) for each in (None, INT8, INT4)]

    assert sizes == sorted(sizes, reverse=True)
    assert weight_bytes(model, Dtype.BFLOAT16, FP8) == weight_bytes(model, Dtype.BFLOAT16, INT8)


def test_a_float32_checkpoint_is_loaded_in_16_bit() -> None:
    model = parse_model(llama(parameters={"F32": _BILLION}, torch_dtype="float32"))

    assert 2 * _BILLION == weight_bytes(model, Dtype.BFLOAT16)
