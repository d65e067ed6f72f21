"""The memory of weights on each GPU."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import FP8, INT4, INT8
from recommender.vllm.version import Version

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


@pytest.mark.parametrize(
    ("model_id", "version", "tensor_parallel", "built_bytes"),
    [
        # Experts of 1024: shares of 128, which vLLM pads to 256 from 0.27 on.
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", (0, 19), 8, 12_344_918_960),
        ("moonshotai/Kimi-Linear-48B-A3B-Instruct", (0, 33), 8, 24_129_878_020),
        # Shares of 96 in groups of 128, which are halved to 32.
        ("Qwen/Qwen3-30B-A3B-GPTQ-Int4", (0, 19), 8, 2_295_952_128),
        # An encoder that every GPU holds whole, and values that are stored as keys.
        ("google/gemma-4-31B-it", (0, 19), 1, 63_169_033_002),
        ("google/gemma-4-31B-it", (0, 19), 8, 9_313_383_210),
        # A second copy of the output head.
        ("google/gemma-4-26B-A4B", (0, 19), 1, 52_043_362_122),
        # Latents that every GPU holds whole.
        ("openbmb/MiniCPM3-4B", (0, 33), 1, 8_152_070_112),
        ("openbmb/MiniCPM3-4B", (0, 33), 8, 1_316_665_312),
        # An output head that is the embedding, without saying so.
        ("mosaicml/mpt-7b", (0, 19), 1, 13_298_573_824),
        # Causal masks among the weights.
        ("openai-community/gpt2", (0, 19), 1, 248_952_000),
        ("EleutherAI/pythia-1b", (0, 19), 1, 2_023_825_664),
        # Rotary tables with four times the context's rows up to 0.31.
        ("Qwen/Qwen3-VL-2B-Instruct", (0, 19), 1, 4_524_024_256),
        ("Qwen/Qwen3-VL-2B-Instruct", (0, 32), 1, 4_322_697_664),
        # A learned vector for each position on every GPU.
        ("facebook/opt-2.7b", (0, 19), 8, 672_973_312),
    ],
)
def test_weights_are_what_vllm_builds(
    model_id: str, version: Version, tensor_parallel: int, built_bytes: int
) -> None:
    """The parameters and buffers of vLLM's own layers, built without a GPU."""
    behavior = behavior_of(version)
    predicted = weight_bytes_per_gpu(real_model(model_id), Dtype.BFLOAT16, tensor_parallel, behavior=behavior)

    assert built_bytes == pytest.approx(predicted, rel=0.013)


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
