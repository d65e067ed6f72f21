"""The dtype that vLLM computes in."""

from typing import Any

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("model_id", "instance_type", "expected"),
    [
        ("Qwen/Qwen3-8B", "g5.xlarge", Dtype.BFLOAT16),
        ("Qwen/Qwen3-8B", "g4dn.xlarge", Dtype.FLOAT16),
        ("google/gemma-2-9b-it", "g4dn.xlarge", Dtype.FLOAT32),
        ("google/gemma-2-9b-it", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g5.xlarge", Dtype.BFLOAT16),
        ("openai-community/gpt2", "g4dn.xlarge", Dtype.FLOAT16),
        ("microsoft/phi-2", "g5.xlarge", Dtype.FLOAT16),
    ],
)
def test_compute_dtype_is_the_one_that_vllm_chooses(
    model_id: str, instance_type: str, expected: Dtype
) -> None:
    assert expected is compute_dtype(real_model(model_id), gpu_of(instance(instance_type)), None)


@pytest.mark.parametrize(
    ("version", "expected"), [((0, 9, 0), Dtype.FLOAT16), ((0, 9, 1), Dtype.FLOAT32)], ids=str
)
def test_compute_dtype_follows_the_version(version: Version, expected: Dtype) -> None:
    """0.9.1 refuses Gemma 2 in FP16: `_FLOAT16_NOT_SUPPORTED_MODELS`."""
    assert expected is compute_dtype(
        real_model("google/gemma-2-9b-it"), gpu_of(instance("g4dn.xlarge")), version
    )


@pytest.mark.parametrize(
    ("settings", "version", "expected"),
    [
        ({"bits": 4, "sym": True}, (0, 10, 2), Dtype.BFLOAT16),
        ({"bits": 4, "sym": False}, (0, 10, 2), Dtype.FLOAT16),
        ({"bits": 3, "sym": True}, (0, 21), Dtype.FLOAT16),
        ({"bits": 3, "sym": True}, (0, 22), Dtype.BFLOAT16),
        ({"bits": 4, "sym": True, "group_size": 1024}, (0, 10, 2), Dtype.FLOAT16),
    ],
)
def test_gptq_outside_of_marlin_computes_in_fp16(
    settings: dict[str, Any], version: Version, expected: Dtype
) -> None:
    """`GPTQConfig` up to 0.21: "torch.bfloat16 is not supported for quantization method gptq"."""
    quantized = {"quant_method": "gptq", "group_size": 128, "desc_act": False, **settings}
    model = parse_model(llama(parameters={"I32": 10**9, "BF16": 10**8}, quantization_config=quantized))

    assert expected is compute_dtype(model, gpu_of(instance("g5.xlarge")), version)
