"""Which quantizations to try where native precision does not fit."""

from recommender.hardware.gpu import Gpu
from recommender.model import Model
from recommender.planning.compatibility import incompatibility
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.quantization import INT4, Quantization, QuantizationName, quantization_named
from recommender.vllm.version_behavior import VersionBehavior


def quantization_options(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[Quantization, ...]:
    """FP8 on GPUs with FP8 arithmetic, INT8 and INT4, as far as vLLM runs them on `gpu`.

    INT4 that vLLM does while loading takes more memory than a pre-quantized checkpoint, which follows it.
    """
    names: tuple[QuantizationName, ...] = ("fp8", "int8", "int4")
    options = tuple(
        quantization
        for quantization in _compatible(names, model, gpu, behavior)
        if quantization.name != "fp8" or gpu.computes_fp8
    )
    return (*options, INT4) if options and options[-1].name == "int4" and options[-1].at_load else options


def load_time_options(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[Quantization, ...]:
    """What vLLM does while loading the checkpoint, FP8 weights without FP8 arithmetic included."""
    options = _compatible(("fp8", "int4"), model, gpu, behavior)
    return tuple(quantization for quantization in options if quantization.at_load)


def _compatible(
    names: tuple[QuantizationName, ...], model: Model, gpu: Gpu, behavior: VersionBehavior
) -> tuple[Quantization, ...]:
    """None for a checkpoint that is quantized already, and for a class that may not have kernels for any."""
    if model.quantization is not None or model.is_estimated:
        return ()
    options = (quantization_named(name, model, behavior) for name in names)
    return tuple(each for each in options if incompatibility(model, gpu, each, behavior) is None)
