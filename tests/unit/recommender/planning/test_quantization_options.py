"""Which quantizations are tried where native precision does not fit."""

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.model import parse_model
from recommender.planning.quantization_options import load_time_options, quantization_options
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import BITSANDBYTES_INT4, FP8, INT4, INT8, Quantization
from recommender.vllm.version import Version

LLAMA = parse_model(llama())


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("p3dn.24xlarge", (INT4,)),
        ("g4dn.xlarge", (INT8, INT4)),
        ("g5.xlarge", (INT8, INT4)),
        ("g6.xlarge", (FP8, INT8, INT4)),
        ("p5.48xlarge", (FP8, INT8, INT4)),
        ("p6-b200.48xlarge", (FP8, INT4)),
    ],
)
def test_only_formats_that_the_gpu_computes_in_are_tried(
    instance_type: str, expected: tuple[Quantization, ...]
) -> None:
    assert expected == quantization_options(LLAMA, gpu_of(instance(instance_type)))


def test_a_pre_quantized_checkpoint_follows_the_larger_one_that_vllm_makes_while_loading() -> None:
    options = quantization_options(LLAMA, gpu_of(instance("g5.xlarge")), behavior_of((0, 19)))

    assert options == (INT8, BITSANDBYTES_INT4, INT4)


@pytest.mark.parametrize(
    ("instance_type", "version", "expected"),
    [
        ("g5.xlarge", None, (FP8,)),
        ("g5.xlarge", (0, 19), (FP8, BITSANDBYTES_INT4)),
        ("g4dn.xlarge", None, (FP8,)),
        ("g4dn.xlarge", (0, 13), (BITSANDBYTES_INT4,)),
        ("g4dn.xlarge", (0, 15), (FP8, BITSANDBYTES_INT4)),
        ("p3dn.24xlarge", (0, 19), (BITSANDBYTES_INT4,)),
        ("g5.xlarge", (0, 12), (BITSANDBYTES_INT4,)),
    ],
)
def test_load_time_options_include_fp8_weights_without_fp8_arithmetic(
    instance_type: str, version: Version | None, expected: tuple[Quantization, ...]
) -> None:
    assert expected == load_time_options(LLAMA, gpu_of(instance(instance_type)), behavior_of(version))


def test_a_quantized_checkpoint_has_no_options() -> None:
    model, gpu = real_model("Qwen/Qwen2.5-7B-Instruct-AWQ"), gpu_of(instance("p5.48xlarge"))

    assert (quantization_options(model, gpu), load_time_options(model, gpu)) == ((), ())


def test_a_model_that_runs_in_fp32_has_no_options() -> None:
    """There are no quantized kernels for FP32, in which Gemma 3 runs on a T4."""
    model, gpu = real_model("google/gemma-3-27b-it"), gpu_of(instance("g4dn.12xlarge"))

    assert (quantization_options(model, gpu), load_time_options(model, gpu)) == ((), ())
