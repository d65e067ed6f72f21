"""Warnings about quantization and dtype, each with its condition and only then."""

from typing import Any

import pytest
from support.metadata import llama
from support.warned import warnings

from recommender.vllm.version import Version

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


@pytest.mark.parametrize(
    ("code", "model", "on", "overrides", "without", "sentence"),
    [
        (
            "no_fp8_arithmetic",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "fp8"},
            {"quantization": "int8"},
            "A10G has no FP8 arithmetic: vLLM would store the weights in FP8 and compute in 16 bit.",
        ),
        (
            "no_fp8_arithmetic",
            MISTRAL,
            "p3dn.24xlarge",
            {"quantization": "fp8"},
            {"quantization": "int4"},
            "vLLM has no FP8 kernels for V100: choose another quantization.",
        ),
        (
            "no_int8_arithmetic",
            MISTRAL,
            "p6-b200.48xlarge",
            {"quantization": "int8"},
            {"quantization": "fp8"},
            "vLLM has no INT8 kernels for B200: choose another quantization.",
        ),
        (
            "needs_prepared_checkpoint",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "int4"},
            {"quantization": "fp8"},
            (
                "vLLM cannot quantize this model to INT4 while loading it: use a checkpoint that is already"
                " quantized to INT4, or choose FP8 (quantization=fp8), which vLLM applies while loading."
            ),
        ),
        (
            "quantized_already",
            "Qwen/Qwen2.5-7B-Instruct-AWQ",
            "g5.xlarge",
            {"quantization": "fp8"},
            {},
            (
                "The checkpoint is already quantized (AWQ) and runs as it is; the requested quantization,"
                " FP8, was ignored."
            ),
        ),
    ],
)
def test_an_override_is_warned_about(
    code: str, model: str, on: str, overrides: dict[str, Any], without: dict[str, Any], sentence: str
) -> None:
    assert warnings(model, on, **overrides)[code].endswith(sentence)
    assert code not in warnings(model, on, **without)


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ((0, 13), "vLLM has no FP8 kernels for T4: choose another quantization."),
        ((0, 14), "T4 has no FP8 arithmetic: vLLM would store the weights in FP8 and compute in 16 bit."),
    ],
    ids=str,
)
def test_fp8_kernels_depend_on_the_version(version: Version, sentence: str) -> None:
    found = warnings("Qwen/Qwen2.5-7B-Instruct", "g4dn.12xlarge", version, quantization="fp8")

    assert found["no_fp8_arithmetic"] == sentence


def test_a_gpu_without_bf16_is_warned_about_with_the_consequence() -> None:
    assert warnings("google/gemma-2-9b-it", "g4dn.12xlarge")["runs_in_fp32"] == (
        "T4 does not support BF16 and this model does not support FP16: vLLM runs it in FP32, which takes"
        " twice the memory."
    )
    assert warnings("meta-llama/Llama-3.1-8B-Instruct", "g4dn.12xlarge")["runs_in_fp16"] == (
        "T4 does not support BF16: vLLM runs this model in FP16, which takes the same memory but overflows"
        " sooner; check a few answers before trusting the results."
    )


def test_fp16_that_newer_versions_refuse_is_warned_about() -> None:
    """`_FLOAT16_NOT_SUPPORTED_MODELS` came with 0.9.1."""
    found = warnings("google/gemma-2-9b-it", "g4dn.12xlarge", (0, 9, 0))

    assert "runs_in_fp32" not in found
    assert found["runs_in_fp16"].endswith(
        "Newer versions of vLLM refuse FP16 for it as numerically unstable."
    )


def test_kernels_without_bf16_are_warned_about() -> None:
    quantized = {"quant_method": "gptq", "bits": 3, "group_size": 128, "sym": True, "desc_act": False}
    metadata = llama(parameters={"I32": 10**9, "BF16": 10**8}, quantization_config=quantized)

    assert warnings(metadata, "g5.xlarge", (0, 10, 2))["runs_in_fp16"].startswith(
        "vLLM's kernels for this form of GPTQ lack BF16: vLLM runs this model in FP16"
    )
