"""Quantization that the service may propose, and what a GPU can run."""

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.gpu import BF16_CAPABILITY, Gpu
from recommender.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """A way to shrink the linear layers of a checkpoint in 16 bit."""

    name: str
    label: str
    bytes_per_weight: float
    """Scales included where they matter: INT4 has a 16-bit scale and a 4-bit zero point for 128 weights."""
    at_load: bool
    """Whether vLLM does it while loading; otherwise a checkpoint quantized beforehand is needed."""


# vLLM quantizes to FP8 layer by layer while it loads, without ever holding the 16-bit model
# (vllm-project/vllm#31914, in every version since 0.15). It has no such path for INT8 or INT4 of dense
# layers: `vllm/model_executor/layers/quantization/`.
FP8 = Quantization(name="fp8", label="FP8", bytes_per_weight=1, at_load=True)
INT8 = Quantization(name="int8", label="INT8", bytes_per_weight=1, at_load=False)
INT4 = Quantization(name="int4", label="INT4", bytes_per_weight=0.5 + 2.5 / 128, at_load=False)

BY_NAME: Mapping[str, Quantization] = {each.name: each for each in (FP8, INT8, INT4)}

# Lowest compute capability for a checkpoint's method, `get_min_capability` of each class in
# `vllm/model_executor/layers/quantization/`, for those above the oldest GPU of the table (7.0).
_MINIMUM_CAPABILITY: Mapping[str, tuple[int, int]] = {
    "awq": (7, 5),
    "compressed-tensors": (7, 5),
    "fp8": (7, 5),
    "fbgemm_fp8": (8, 0),
    "modelopt": (8, 9),
    "mxfp4": (8, 0),
}


def candidates(model: Model, gpu: Gpu) -> tuple[Quantization, ...]:
    """What to try on `gpu` when native precision does not fit, in order.

    Nothing for a checkpoint that is quantized already, nor where the model has to run in FP32, for which
    there are no quantized kernels.
    """
    if model.quantization is not None or not runs_in_16_bit(model, gpu):
        return ()
    computable = ((FP8, gpu.computes_fp8), (INT8, gpu.computes_int8), (INT4, True))
    return tuple(quantization for quantization, is_computable in computable if is_computable)


def missing_capability(model: Model, gpu: Gpu) -> tuple[int, int] | None:
    """The compute capability that the checkpoint's quantization needs, where `gpu` has a lower one."""
    if model.quantization is None:
        return None
    if not runs_in_16_bit(model, gpu):
        return BF16_CAPABILITY
    needed = _MINIMUM_CAPABILITY.get(model.quantization)
    return needed if needed is not None and gpu.compute_capability < needed else None


def lacks_int8(model: Model, gpu: Gpu) -> bool:
    """Whether the checkpoint computes in INT8 and the GPU does not."""
    return model.computes_in_int8 and not gpu.computes_int8


def runs_in_16_bit(model: Model, gpu: Gpu) -> bool:
    """Whether there is a 16-bit dtype that both the GPU and the model have."""
    return gpu.computes_bf16 or model.supports_float16
