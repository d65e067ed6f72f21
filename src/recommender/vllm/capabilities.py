"""Compute capabilities that a version of vLLM needs: for its wheels, and for quantization methods."""

from collections.abc import Mapping

from recommender.vllm.version import EVERY_VERSION, OLDEST_COVERED_VERSION, Version, VersionRange

Capability = tuple[int, int]

# From 0.20 on the released wheels are built with CUDA 13, which has dropped Volta: `CMakeLists.txt`.
_WHEELS_WITH_VOLTA = VersionRange(last=(0, 19))
_CUDA_13_CAPABILITY: Capability = (7, 5)

_ANY_VERSION: Version = (0,)

# Lowest compute capability of a method by the first version that it holds for: `get_min_capability` of each
# class in `vllm/model_executor/layers/quantization/`, for those above the oldest GPU of the table (7.0).
# GPUs without FP8 arithmetic run FP8 weights through Marlin: `Fp8Config`, and
# `CompressedTensorsW8A16Fp8` for checkpoints in the format of compressed-tensors.
_LOWEST_CAPABILITY: Mapping[str, Mapping[Version, Capability]] = {
    "awq": {_ANY_VERSION: (7, 5)},
    "compressed-tensors": {_ANY_VERSION: (7, 5)},
    "fp8": {_ANY_VERSION: (8, 0), (0, 17): (7, 5)},
    "fbgemm_fp8": {_ANY_VERSION: (8, 0)},
    "modelopt": {_ANY_VERSION: (8, 9)},
    "mxfp4": {_ANY_VERSION: (8, 0)},
}


def wheel_versions(capability: Capability) -> VersionRange:
    """The versions whose released wheels run on GPUs of `capability`."""
    return EVERY_VERSION if capability >= _CUDA_13_CAPABILITY else _WHEELS_WITH_VOLTA


def lowest_capability(method: str, version: Version | None) -> Capability | None:
    """The compute capability that `version` needs for a quantization method.

    `None` where every GPU of the table has it. Without a version, that of the oldest covered one.
    """
    by_version = _LOWEST_CAPABILITY.get(method)
    if by_version is None:
        return None
    return by_version[max(first for first in by_version if first <= (version or OLDEST_COVERED_VERSION))]
