"""Quantization that the service may propose, and which of it a version of vLLM does while loading."""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.caches import bounded_cache
from recommender.model import Model
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.facts import quantizes_at_load
from recommender.vllm.version_behavior import VersionBehavior

QuantizationName = Literal["fp8", "int8", "int4"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantization:
    """A way to shrink the linear layers of a 16-bit checkpoint."""

    name: QuantizationName
    label: str
    bytes_per_weight: float
    """Scales included where they matter."""
    flag: str | None = None
    """The value of `--quantization` with which vLLM quantizes while loading; `None` where it needs a
    pre-quantized checkpoint."""

    @property
    def at_load(self) -> bool:
        """Whether vLLM quantizes while loading."""
        return self.flag is not None


# No version quantizes dense layers to INT8 while loading: `facts.quantizes_at_load`.
FP8 = Quantization(name="fp8", label="FP8", bytes_per_weight=1, flag="fp8")
PRE_QUANTIZED_FP8 = replace(FP8, flag=None)
INT8 = Quantization(name="int8", label="INT8", bytes_per_weight=1)
# AWQ and GPTQ have a 16-bit scale and a 4-bit zero point for every 128 weights.
INT4 = Quantization(name="int4", label="INT4", bytes_per_weight=0.5 + 2.5 / 128)
# A float32 scale for every 64 weights: `_dequantize_dq` in `model_loader/bitsandbytes_loader.py`.
BITSANDBYTES_INT4 = Quantization(
    name="int4", label="INT4", bytes_per_weight=0.5 + 4 / 64, flag="bitsandbytes"
)

# Dense models whose class lacks `packed_modules_mapping`, which the bitsandbytes loader requires:
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


def quantization_named(
    name: QuantizationName, model: Model, behavior: VersionBehavior = ANY_VERSION
) -> Quantization:
    """The quantization `name` of `model`, done while loading where every version that is meant can."""
    match name:
        case "fp8":
            is_at_load = behavior.quantizes_by_layer and _quantizes_at_load("fp8", "linear", behavior.version)
            return FP8 if is_at_load else PRE_QUANTIZED_FP8
        case "int8":
            return INT8
        case "int4":
            return BITSANDBYTES_INT4 if _loads_through_bitsandbytes(model, behavior) else INT4


def _loads_through_bitsandbytes(model: Model, behavior: VersionBehavior) -> bool:
    """Whether that is certain: for dense text models, where the version has bitsandbytes."""
    is_dense = not model.shape.experts and model.recurrent is None and model.kv_heads is not None
    is_loadable = (
        not model.has_vision
        and not model.is_in_mistral_format
        and model.class_name not in _WITHOUT_PACKED_MODULES
    )
    return is_dense and is_loadable and _quantizes_at_load("bitsandbytes", "linear", behavior.version)


_quantizes_at_load = bounded_cache(quantizes_at_load)
