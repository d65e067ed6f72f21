"""Warnings about quantization and the dtype that vLLM computes in."""

from recommender.memory.compute_dtype import compute_dtype
from recommender.messages.phrases import method_text
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.model.dtype import Dtype
from recommender.planning.compatibility import quantization_incompatibility
from recommender.planning.plan import Plan
from recommender.vllm.facts import refuses_float16


def _no_fp8_arithmetic(context: WarningContext) -> str | None:
    quantization, name = context.plan.quantization, context.instance.accelerator_name
    if quantization is None or quantization.name != "fp8" or context.gpu.computes_fp8:
        return None
    if quantization_incompatibility(context.gpu, quantization, context.behavior):
        return f"vLLM has no FP8 kernels for {name}: choose another quantization."
    return f"{name} has no FP8 arithmetic: vLLM would store the weights in FP8 and compute in 16 bit."


def _no_int8_arithmetic(context: WarningContext) -> str | None:
    quantization, name = context.plan.quantization, context.instance.accelerator_name
    if quantization is None or quantization.name != "int8":
        return None
    if quantization_incompatibility(context.gpu, quantization) is None:
        return None
    return f"vLLM has no INT8 kernels for {name}: choose another quantization."


def _needs_prepared_checkpoint(context: WarningContext) -> str | None:
    quantization = context.plan.quantization
    if quantization is None or quantization.at_load:
        return None
    label = quantization.label
    return (
        f"vLLM cannot quantize this model to {label} while loading it: use a checkpoint that is already"
        f" quantized to {label}{_or_at_load(context.at_load)}."
    )


def _or_at_load(plan: Plan | None) -> str:
    if plan is None or plan.quantization is None:
        return ""
    label, name = plan.quantization.label, plan.quantization.name
    return f", or choose {label} (quantization={name}), which vLLM applies while loading"


def _quantized_already(context: WarningContext) -> str | None:
    requested, method = context.overrides.quantization, context.model.quantization
    if requested is None or requested == "none" or method is None:
        return None
    return (
        f"The checkpoint is already quantized ({method_text(method)}) and runs as it is; the requested"
        f" quantization, {requested.upper()}, was ignored."
    )


def _runs_in_fp32(context: WarningContext) -> str | None:
    dtype = compute_dtype(context.model, context.gpu, context.behavior.version)
    if dtype is not Dtype.FLOAT32:
        return None
    return (
        f"{context.instance.accelerator_name} does not support BF16 and this model does not support FP16:"
        f" vLLM runs it in {dtype.label}, which takes twice the memory."
    )


def _runs_in_fp16(context: WarningContext) -> str | None:
    dtype = compute_dtype(context.model, context.gpu, context.behavior.version)
    if dtype is not Dtype.FLOAT16 or context.model.native_dtype is not Dtype.BFLOAT16:
        return None
    refused = refuses_float16(context.model.architecture, None)
    if context.gpu.computes_bf16:
        reason = f"vLLM's kernels for this form of {method_text(context.model.quantization or '')} lack BF16"
    else:
        reason = f"{context.instance.accelerator_name} does not support BF16"
    return (
        f"{reason}: vLLM runs this model in {dtype.label},"
        " which takes the same memory but overflows sooner; check a few answers before trusting the results."
        f"{' Newer versions of vLLM refuse FP16 for it as numerically unstable.' if refused else ''}"
    )


PRECISION_WARNINGS: WarningChecks = {
    "no_fp8_arithmetic": _no_fp8_arithmetic,
    "no_int8_arithmetic": _no_int8_arithmetic,
    "needs_prepared_checkpoint": _needs_prepared_checkpoint,
    "quantized_already": _quantized_already,
    "runs_in_fp32": _runs_in_fp32,
    "runs_in_fp16": _runs_in_fp16,
}
