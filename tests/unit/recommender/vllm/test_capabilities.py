"""Compute capabilities that versions of vLLM need."""

import pytest

from recommender.vllm.capabilities import Capability, lowest_capability, wheel_versions
from recommender.vllm.version import EVERY_VERSION, Version, VersionRange

_VOLTA, _TURING = (7, 0), (7, 5)


def test_wheels_run_on_volta_up_to_0_19() -> None:
    """CUDA 13 has dropped it."""
    assert wheel_versions(_VOLTA) == VersionRange(last=(0, 19))
    assert wheel_versions(_TURING) == EVERY_VERSION


@pytest.mark.parametrize(
    ("method", "version", "expected"),
    [
        ("fp8", (0, 12), (8, 0)),
        ("fp8", (0, 16, 2), (8, 0)),
        ("fp8", (0, 17), (7, 5)),
        ("fp8", (0, 33), (7, 5)),
        ("fp8", None, (7, 5)),
        ("awq", None, (7, 5)),
        ("compressed-tensors", (0, 19), (7, 5)),
        ("fbgemm_fp8", (0, 19), (8, 0)),
        ("modelopt", (0, 19), (8, 9)),
        ("mxfp4", (0, 19), (8, 0)),
        ("gptq", (0, 19), None),
    ],
)
def test_a_method_needs_the_capability_of_its_class_in_vllm(
    method: str, version: Version | None, expected: Capability | None
) -> None:
    """`get_min_capability` in `vllm/model_executor/layers/quantization/`."""
    assert expected == lowest_capability(method, version)
