"""Which quantization vLLM does itself, on which GPU and in which version."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import budget
from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.quantization import (
    FP8,
    PRE_QUANTIZED_FP8,
    INT4,
    BITSANDBYTES_INT4,
    INT8,
    Quantization,
    QuantizationName,
    candidates_at_load,
    holds_fp8_weights,
    quantization_named,
)
from recommender.vllm.version import Version

LLAMA = parse_model(llama())


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
def test_what_is_done_at_load_depends_on_the_version(
    name: QuantizationName, version: Version | None, expected: Quantization
) -> None:
    """FP8 layer by layer from 0.15 on; bitsandbytes is a plugin from 0.28 on."""
    assert expected == quantization_named(name, LLAMA, behavior_of(version))


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
def test_bitsandbytes_is_counted_on_for_dense_text_models_only(model_id: str, expected: Quantization) -> None:
    assert expected == quantization_named("int4", real_model(model_id), behavior_of((0, 19)))


@pytest.mark.parametrize(
    ("instance_type", "version", "expected"),
    [
        ("g5.xlarge", None, (FP8,)),
        ("g5.xlarge", (0, 19), (FP8, BITSANDBYTES_INT4)),
        ("g4dn.xlarge", None, (FP8,)),
        ("g4dn.xlarge", (0, 16), (BITSANDBYTES_INT4,)),
        ("p3dn.24xlarge", (0, 19), (BITSANDBYTES_INT4,)),
        ("g5.xlarge", (0, 12), (BITSANDBYTES_INT4,)),
    ],
)
def test_what_a_gpu_can_do_with_the_checkpoint_as_it_is(
    instance_type: str, version: Version | None, expected: tuple[Quantization, ...]
) -> None:
    assert expected == candidates_at_load(LLAMA, gpu_of(instance(instance_type)), behavior_of(version))


def test_nothing_is_done_with_a_quantized_checkpoint() -> None:
    gpu = gpu_of(instance("p5.48xlarge"))

    assert candidates_at_load(real_model("Qwen/Qwen2.5-7B-Instruct-AWQ"), gpu) == ()


def test_volta_holds_no_fp8_weights() -> None:
    held = {name: holds_fp8_weights(gpu_of(instance(name))) for name in ("p3dn.24xlarge", "g4dn.xlarge")}

    assert held == {"p3dn.24xlarge": False, "g4dn.xlarge": True}


def test_4_bit_at_load_keeps_a_float32_scale_for_64_weights() -> None:
    """Llama 3.1 8B: 6,979,588,096 linear weights at 0.5625 bytes, 1,050,673,152 of embeddings at two."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")
    expected = 6_979_588_096 * 0.5625 + 1_050_673_152 * 2

    assert weight_bytes(model, model.native_dtype, BITSANDBYTES_INT4) / GIB == pytest.approx(
        expected / GIB, rel=1e-4
    )


def test_bitsandbytes_unpacks_a_matrix_in_the_forward_pass() -> None:
    """The widest of a layer, 1024 x 4096 in 16 bit; with one sequence the sampler is no larger peak."""
    gpu, behavior = gpu_of(instance("g5.xlarge")), behavior_of((0, 19))
    few = dataclasses.replace(
        default_engine_args(gpu, behavior), max_num_batched_tokens=16_384, max_num_seqs=1, enforce_eager=True
    )
    held, unpacked = (
        budget(LLAMA, gpu, 1, each, engine_args=few).overhead.activation_bytes
        for each in (None, BITSANDBYTES_INT4)
    )

    assert unpacked - held == 1024 * 4096 * 2
