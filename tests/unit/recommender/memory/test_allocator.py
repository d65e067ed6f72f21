"""What PyTorch's allocator adds to large matrices, by hand."""

import pytest
from support.metadata import llama, real_model

from recommender.memory.allocator import quantized_weight_bytes, rounding_bytes
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import FP8

_MIB = 1024**2


@pytest.mark.parametrize(
    ("width", "added_mib"),
    [(5119, 0), (5120, 0), (5121, 0), (5631, 0), (5632, 1), (6143, 1 / 512), (6144, 0)],
)
def test_a_rest_of_up_to_1_mib_stays_with_a_matrix_of_10_mib(width: int, added_mib: float) -> None:
    """8 layers with two matrices of 1024 x width; the rest of embeddings of 62.5 MiB is split off."""
    model = parse_model(llama(model_type="gpt2", intermediate_size=width))

    assert rounding_bytes(model, Dtype.BFLOAT16, 1, None) / _MIB == 8 * 2 * added_mib


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "mib"),
    [
        ("01-ai/Yi-1.5-34B-Chat", 1, 2),
        ("01-ai/Yi-1.5-34B-Chat", 2, 121),
        ("google/gemma-4-31B-it", 1, 61.1875),
        ("google/gemma-4-31B-it", 8, 144.9375),
        ("facebook/opt-125m", 1, 0.3125),
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 2, 47.125),
    ],
)
def test_matrices_are_rounded_as_vllm_builds_them(model_id: str, tensor_parallel: int, mib: float) -> None:
    """The sizes of vLLM's own tensors, built without a GPU, rounded in the same way, without encoders."""
    found = rounding_bytes(real_model(model_id), Dtype.BFLOAT16, tensor_parallel, None)

    assert found / _MIB == pytest.approx(mib, abs=1.2)


def test_a_model_quantized_at_load_is_rounded_in_its_new_size() -> None:
    """Qwen3 32B on 2 GPUs, 64 layers: down is 125 MiB in 16 bit; gate and up 125, QKV 25 MiB in FP8."""
    model, embeddings = real_model("Qwen/Qwen3-32B"), 0.25

    assert rounding_bytes(model, Dtype.BFLOAT16, 2, None) / _MIB == 64 + embeddings
    assert rounding_bytes(model, Dtype.BFLOAT16, 2, FP8) / _MIB == 2 * 64 + embeddings


@pytest.mark.parametrize(("bits", "expected"), [(4, 0.5), (8, 1)])
def test_a_pre_quantized_weight_takes_the_bits_of_its_checkpoint(bits: int, expected: float) -> None:
    config = {"quant_method": "gptq", "bits": bits, "group_size": 128}
    model = parse_model(llama(quantization_config=config))

    assert quantized_weight_bytes(model, Dtype.BFLOAT16, None) == expected
