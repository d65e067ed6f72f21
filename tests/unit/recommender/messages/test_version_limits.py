"""Which versions of vLLM run a model on a GPU, and what the others lack."""

import pytest
from support.instances import instance

from recommender.hardware.gpu import gpu_of
from recommender.messages.version_limits import version_limit, version_warning
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    ExpertsNotInVersion,
    MethodDeprecated,
    MethodNotInVersion,
    NoBackendForStatedCache,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    SettingRefused,
    VersionLimit,
)
from recommender.vllm.version import VersionRange

_A100 = gpu_of(instance("p4de.24xlarge"))
_FROM_0_20, _UP_TO_0_23 = (VersionRange(first=(0, 20)),), (VersionRange(last=(0, 23)),)
_BETWEEN = (VersionRange(first=(0, 10, 1), last=(0, 12)),)


@pytest.mark.parametrize(
    ("limit", "sentence", "warning"),
    [
        (
            ClassNotInVersion(class_name="X", versions=_FROM_0_20),
            "X needs vLLM 0.20 or later.",
            "X needs vLLM 0.20 or later.",
        ),
        (
            ClassNotInVersion(class_name="X", versions=_UP_TO_0_23),
            "vLLM supports X only up to 0.23.",
            "vLLM supports X only up to 0.23: choose 0.23 or earlier.",
        ),
        (
            ClassNotInVersion(class_name="X", versions=_BETWEEN),
            "vLLM supports X only from 0.10.1 to 0.12.",
            "vLLM supports X only from 0.10.1 to 0.12.",
        ),
        (
            SettingRefused(class_name="X", setting="windows", versions=_FROM_0_20),
            "vLLM runs X with a sliding window only from 0.20 on.",
            "vLLM runs X with a sliding window only from 0.20 on: choose 0.20 or later.",
        ),
        (
            NoWheels(versions=_UP_TO_0_23),
            "vLLM's released wheels support A100 only up to 0.23.",
            "vLLM's released wheels support A100 only up to 0.23: choose 0.23 or earlier.",
        ),
        (
            NoBackendForStatedCache(versions=_UP_TO_0_23),
            "vLLM runs the FP8 cache that the checkpoint sets on A100 only up to 0.23.",
            (
                "vLLM runs the FP8 cache that the checkpoint sets on A100 only up to 0.23: choose 0.23 or"
                " earlier."
            ),
        ),
        (
            MethodNotInVersion(method="mxfp4", versions=_FROM_0_20),
            "vLLM runs MXFP4 checkpoints only from 0.20 on.",
            "vLLM runs MXFP4 checkpoints only from 0.20 on.",
        ),
        (
            MethodNotInVersion(method="bitsandbytes", versions=_UP_TO_0_23),
            (
                "vLLM runs bitsandbytes checkpoints only up to 0.23; later versions need the plugin"
                " vllm-bnb-plugin."
            ),
            (
                "vLLM runs bitsandbytes checkpoints only up to 0.23; later versions need the plugin"
                " vllm-bnb-plugin."
            ),
        ),
        (
            SchemeNotInVersion(scheme="modelopt NVFP4", versions=_FROM_0_20),
            "vLLM reads the checkpoint's format (modelopt NVFP4) only from 0.20 on.",
            "vLLM reads the checkpoint's format (modelopt NVFP4) only from 0.20 on: choose 0.20 or later.",
        ),
        (
            ExpertsNotInVersion(method="awq", versions=_FROM_0_20),
            "vLLM runs experts that are quantized with AWQ only from 0.20 on.",
            "vLLM runs experts that are quantized with AWQ only from 0.20 on: choose 0.20 or later.",
        ),
        (
            CapabilityTooLow(method="modelopt", needed=(8, 9), versions=_FROM_0_20),
            (
                "The checkpoint is quantized with modelopt, for which vLLM needs compute capability 8.9 or"
                " higher; A100 has 8.0. vLLM supports it there only from 0.20 on."
            ),
            "vLLM runs modelopt checkpoints on A100 only from 0.20 on: choose 0.20 or later.",
        ),
        (
            NoSparseAttention(versions=_FROM_0_20, has_fp8_cache=False),
            "vLLM has kernels for this model's sparse attention on A100 only from 0.20 on.",
            (
                "vLLM has kernels for this model's sparse attention on A100 only from 0.20 on: choose 0.20"
                " or later."
            ),
        ),
    ],
)
def test_a_limit_names_its_versions_and_a_warning_the_choice(
    limit: VersionLimit, sentence: str, warning: str
) -> None:
    assert version_limit(limit, _A100, "A100") == sentence
    assert version_warning(limit, _A100, "A100") == warning


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        (ClassNotInVersion(class_name="X", versions=()), "The class X is not in vLLM."),
        (MethodNotInVersion(method="exl2", versions=()), "vLLM has no quantization method exl2."),
        (
            NoSparseAttention(versions=(), has_fp8_cache=True),
            (
                "vLLM has no kernels for this model's sparse attention with the FP8 cache that the"
                " checkpoint sets on A100."
            ),
        ),
        (
            SettingRefused(class_name="X", setting="mixed_windows", versions=()),
            "No version of vLLM runs X with a sliding window in only some of its layers.",
        ),
        (
            MethodDeprecated(method="fbgemm_fp8", versions=()),
            (
                "vLLM deprecates fbgemm_fp8, which the checkpoint is quantized with, and does not start"
                " without --allow-deprecated-quantization: add this flag."
            ),
        ),
    ],
)
def test_a_limit_of_every_version_names_none(limit: VersionLimit, sentence: str) -> None:
    assert version_limit(limit, _A100, "A100") == sentence


def test_experts_that_no_version_runs_are_named() -> None:
    limit = ExpertsNotInVersion(method="fbgemm_fp8", versions=())

    assert version_limit(limit, gpu_of(instance("g5.xlarge")), "A10G") == (
        "vLLM does not run experts that are quantized with fbgemm_fp8."
    )
