"""Quantization that the service may propose, and what a GPU and a version of vLLM can run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.gpu import BF16_CAPABILITY, Gpu
from recommender.model import Model
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.version import OLDEST_OF_ANY, Version

QuantizationName = Literal["fp8", "int8", "int4"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """A way to shrink the linear layers of a checkpoint in 16 bit."""

    name: QuantizationName
    label: str
    bytes_per_weight: float
    """Scales included where they matter."""
    flag: str | None = None
    """What `--quantization` takes for vLLM to do it while loading; `None` where it needs a checkpoint that
    is quantized beforehand."""

    @property
    def at_load(self) -> bool:
        """Whether vLLM does it while loading."""
        return self.flag is not None


# Source of what can be done at load: `vllm/model_executor/layers/quantization/`. None of the versions
# quantizes dense layers to INT8.
FP8 = Quantization(name="fp8", label="FP8", bytes_per_weight=1, flag="fp8")
FP8_BEFOREHAND = replace(FP8, flag=None)
INT8 = Quantization(name="int8", label="INT8", bytes_per_weight=1)
# AWQ and GPTQ have a 16-bit scale and a 4-bit zero point for 128 weights.
INT4 = Quantization(name="int4", label="INT4", bytes_per_weight=0.5 + 2.5 / 128)
# A float32 scale for 64 weights: `_dequantize_dq` in `model_loader/bitsandbytes_loader.py`.
INT4_AT_LOAD = Quantization(name="int4", label="INT4", bytes_per_weight=0.5 + 4 / 64, flag="bitsandbytes")

# Before, vLLM held the 16-bit model whole while it quantized it (vllm-project/vllm#31914).
_FP8_LAYER_BY_LAYER: Version = (0, 15)

# FP8 weights on GPUs without FP8 arithmetic, through Marlin: `get_min_capability` of `Fp8Config`.
_FP8_WEIGHTS_CAPABILITY = (7, 5)
_FP8_WEIGHTS_CAPABILITY_BEFORE_0_17 = (8, 0)

# From 0.28 on bitsandbytes is a plugin that has to be installed: `docs/features/quantization/bnb.md`.
LAST_WITH_BITSANDBYTES: Version = (0, 27)

# Dense models whose class has no `packed_modules_mapping`, without which bitsandbytes loads none:
# `vllm/model_executor/models/` of 0.19.
_WITHOUT_PACKED_MODULES = frozenset(
    {
        "GPT2LMHeadModel",
        "GPTJForCausalLM",
        "GPTNeoXForCausalLM",
        "MptForCausalLM",
        "MPTForCausalLM",
        "StableLMEpochForCausalLM",
        "StableLmForCausalLM",
        "Starcoder2ForCausalLM",
    }
)

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


def quantization_named(
    name: QuantizationName, model: Model, behavior: VersionBehavior = ANY_VERSION
) -> Quantization:
    """The quantization `name` of `model`, done at load where the version that `behavior` is of can."""
    version = behavior.version or OLDEST_OF_ANY
    match name:
        case "fp8":
            return FP8 if version >= _FP8_LAYER_BY_LAYER else FP8_BEFOREHAND
        case "int8":
            return INT8
        case "int4":
            return INT4_AT_LOAD if _loads_through_bitsandbytes(model, behavior) else INT4


def candidates(model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION) -> tuple[Quantization, ...]:
    """What to try on `gpu` when native precision does not fit, in order.

    Nothing for a checkpoint that is quantized already, nor where the model has to run in FP32, for which
    there are no quantized kernels.
    """
    if model.quantization is not None or not runs_in_16_bit(model, gpu):
        return ()
    computable: tuple[tuple[QuantizationName, bool], ...] = (
        ("fp8", gpu.computes_fp8),
        ("int8", gpu.computes_int8),
        ("int4", True),
    )
    return tuple(quantization_named(name, model, behavior) for name, is_right in computable if is_right)


def candidates_at_load(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[Quantization, ...]:
    """What vLLM can do on `gpu` with the checkpoint as it is, in order; FP8 of the weights alone, too."""
    if model.quantization is not None or not runs_in_16_bit(model, gpu):
        return ()
    loadable: tuple[tuple[QuantizationName, bool], ...] = (
        ("fp8", holds_fp8_weights(gpu, behavior)),
        ("int4", True),
    )
    each = (quantization_named(name, model, behavior) for name, is_right in loadable if is_right)
    return tuple(quantization for quantization in each if quantization.at_load)


def holds_fp8_weights(gpu: Gpu, behavior: VersionBehavior = ANY_VERSION) -> bool:
    """Whether vLLM runs weights in FP8 on `gpu`, if only by turning them into 16 bit at each use."""
    before = (behavior.version or OLDEST_OF_ANY) < OLDEST_OF_ANY
    needed = _FP8_WEIGHTS_CAPABILITY_BEFORE_0_17 if before else _FP8_WEIGHTS_CAPABILITY
    return gpu.compute_capability >= needed


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


def lacks_bitsandbytes(model: Model, behavior: VersionBehavior) -> bool:
    """Whether the checkpoint needs bitsandbytes and the version that was chosen is without it."""
    return (
        model.quantization == "bitsandbytes"
        and behavior.version is not None
        and not has_bitsandbytes(behavior)
    )


def has_bitsandbytes(behavior: VersionBehavior) -> bool:
    """Whether the version that was chosen brings it; without a version, not all of them do."""
    return behavior.version is not None and behavior.version[:2] <= LAST_WITH_BITSANDBYTES


def runs_in_16_bit(model: Model, gpu: Gpu) -> bool:
    """Whether there is a 16-bit dtype that both the GPU and the model have."""
    return gpu.computes_bf16 or model.supports_float16


def _loads_through_bitsandbytes(model: Model, behavior: VersionBehavior) -> bool:
    """Whether it is sure to: dense text models, under a version that has bitsandbytes."""
    is_dense = not model.shape.experts and model.recurrent is None and model.kv_heads is not None
    is_loadable = not model.has_vision and model.class_name not in _WITHOUT_PACKED_MODULES
    return has_bitsandbytes(behavior) and is_dense and is_loadable
