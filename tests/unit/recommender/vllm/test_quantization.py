"""Quantization that vLLM does while loading, by version and model."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import (
    BITSANDBYTES_INT4,
    FP8,
    INT4,
    INT8,
    PRE_QUANTIZED_FP8,
    Quantization,
    QuantizationName,
    quantization_named,
)
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("fp8", None, FP8),
        ("fp8", (0, 15), FP8),
        ("fp8", (0, 14, 1), PRE_QUANTIZED_FP8),
        ("int8", None, INT8),
        ("int8", (0, 19), INT8),
        ("int4", None, INT4),
        ("int4", (0, 8, 5), BITSANDBYTES_INT4),
        ("int4", (0, 27, 1), BITSANDBYTES_INT4),
        ("int4", (0, 28), INT4),
    ],
)
def test_what_is_quantized_while_loading_depends_on_the_version(
    name: QuantizationName, version: Version | None, expected: Quantization
) -> None:
    """FP8 layer by layer from 0.15 on; bitsandbytes is a plugin from 0.28 on."""
    assert expected == quantization_named(name, parse_model(llama()), behavior_of(version))


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", BITSANDBYTES_INT4),
        ("google/gemma-2-9b-it", BITSANDBYTES_INT4),
        ("openai-community/gpt2", INT4),
        ("bigcode/starcoder2-7b", INT4),
        ("Qwen/Qwen3-30B-A3B", INT4),
        ("deepseek-ai/DeepSeek-Coder-V2-Instruct", INT4),
        ("tiiuae/falcon-mamba-7b", INT4),
        ("Qwen/Qwen2.5-VL-7B-Instruct", INT4),
    ],
)
def test_bitsandbytes_is_used_for_dense_text_models_only(model_id: str, expected: Quantization) -> None:
    assert expected == quantization_named("int4", real_model(model_id), behavior_of((0, 19)))


def test_only_what_has_a_flag_is_done_at_load() -> None:
    assert [each.at_load for each in (FP8, PRE_QUANTIZED_FP8, INT8, INT4, BITSANDBYTES_INT4)] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_bitsandbytes_keeps_a_float32_scale_for_every_64_weights() -> None:
    """Llama 3.1 8B: 6,979,588,096 linear weights at 0.5625 bytes, 1,050,673,152 of embeddings at two."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")
    expected = 6_979_588_096 * 0.5625 + 1_050_673_152 * 2

    assert weight_bytes(model, model.native_dtype, BITSANDBYTES_INT4) / GIB == pytest.approx(
        expected / GIB, rel=1e-4
    )


def test_128_weights_share_a_scale_and_a_zero_point_or_64_a_float32_scale() -> None:
    """AWQ and GPTQ: 2 bytes and half a byte for a group; bitsandbytes: 4 bytes for a block."""
    assert 128 * INT4.bytes_per_weight == 64 + 2 + 0.5
    assert 64 * BITSANDBYTES_INT4.bytes_per_weight == 32 + 4
    assert (FP8.bytes_per_weight, INT8.bytes_per_weight) == (1, 1)
