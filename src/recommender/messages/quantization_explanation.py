"""Why the model is quantized, or why not."""

from dataclasses import replace

from recommender.hardware.units import gib_text
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.explanation_context import ExplanationContext
from recommender.messages.memory_sum import needs_text
from recommender.messages.phrases import choice_text, gpus_text, method_text, precision_text
from recommender.planning.context import budget_for_largest_context, minimum_context
from recommender.planning.quantization_options import quantization_options
from recommender.planning.shortfall import Shortfall, shortfall, smallest_shortfall
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.quantization import Quantization


def quantization_explanation(context: ExplanationContext) -> str:
    """What the weights take in the plan's precision, and why not in another one."""
    quantization = context.plan.quantization
    if context.model.quantization is not None:
        ignored = context.overrides.quantization not in {None, "none"}
        start = "The requested quantization was ignored" if ignored else "Nothing to add"
        method = method_text(context.model.quantization)
        return f"{start}: the checkpoint is already quantized ({method}), and {_fit(context)}."
    precision = precision_text(context.model, context.gpu, context.behavior)
    if quantization is None:
        needed = "In" if _quantization_helps(context) else "Not needed: in"
        return f"{_requested(context)}{needed} {precision} {_fit(context)}.{_larger(context)}"
    requested = _requested(context)
    start = f"{requested}In" if requested else "Needed: in"
    return (
        f"{start} {precision}, {_native(context)} In {quantization.label} {_fit(context)}."
        f"{_why_not_before(context, quantization)}{_how(context, quantization)}{_larger(context)}"
    )


def _requested(context: ExplanationContext) -> str:
    """That another quantization is fixed than the recommended one."""
    requested, recommended = context.overrides.quantization, context.recommended.quantization
    if requested is None:
        return ""
    precision = precision_text(context.model, context.gpu, context.behavior)
    label = recommended.label if recommended is not None else precision
    return f"{precision if requested == 'none' else requested.upper()} as requested; {label} is recommended. "


def _quantization_helps(context: ExplanationContext) -> bool:
    return context.recommended.quantization is not None or not context.holds_minimum


def _fit(context: ExplanationContext) -> str:
    """What the weights take of each GPU, or the sum that does not fit."""
    memory, name = context.plan.budget, context.instance.accelerator_name
    if not context.holds_minimum:
        each = "the GPU" if context.plan.tensor_parallel == 1 else "each GPU"
        return f"{each} would need {needs_text(context.shortfall)}"
    usable, share = gib_text(memory.usable_bytes), f"{memory.engine_args.gpu_memory_utilization:.0%}"
    return (
        f"the weights take {gib_text(memory.weight_bytes)} of the {usable} that vLLM may use on each {name}"
        f" ({share} of what CUDA reports)"
    )


def _native(context: ExplanationContext) -> str:
    """What the model would take without quantization."""
    lack = _native_shortfall(context)
    each = "the GPU" if lack.tensor_parallel == 1 else f"each of {gpus_text(lack.tensor_parallel)}"
    if lack.missing_bytes > 0:
        return f"{each} would need {needs_text(lack)}."
    return f"the weights would take {gib_text(lack.weight_bytes)} of {each}."


def _native_shortfall(context: ExplanationContext) -> Shortfall:
    """At the plan's degree where it or the quantization is fixed, else at the one that comes closest."""
    model, plan, gpu = context.model, context.plan, context.gpu
    args = plan.budget.engine_args
    args = replace(args, max_num_seqs=args.default_max_num_seqs or args.max_num_seqs)
    if context.overrides.tensor_parallel is None and context.overrides.quantization is None:
        return smallest_shortfall(model, context.instance, None, args)
    degree = nearest_degree(model, plan.tensor_parallel, context.behavior)
    memory = budget_for_largest_context(model, gpu, degree, None, args)
    native_bytes = weight_bytes(model, compute_dtype(model, gpu, context.behavior.version))
    return shortfall(native_bytes, degree, memory, minimum_context(model))


def _why_not_before(context: ExplanationContext, quantization: Quantization) -> str:
    """Why none of the quantizations that come first, where the caller did not choose."""
    if context.overrides.quantization is not None:
        return ""
    if context.unlisted:
        labels = choice_text([each.label for each in context.unlisted])
        return f" The Hub lists no checkpoint in {labels} that runs on {context.instance.name}."
    if quantization.name == "fp8":
        return ""
    options = quantization_options(context.model, context.gpu, context.behavior)
    if options[0].name == "fp8":
        return " FP8 would not be small enough."
    if context.gpu.computes_fp8:
        return ""
    return f" {context.instance.accelerator_name} has no FP8 arithmetic."


def _how(context: ExplanationContext, quantization: Quantization) -> str:
    if not quantization.at_load:
        return " This needs a pre-quantized checkpoint of the model."
    dtype = compute_dtype(context.model, context.gpu, context.behavior.version).label
    return f" vLLM quantizes the model while loading it; embeddings and output head stay in {dtype}."


def _larger(context: ExplanationContext) -> str:
    """The instance that runs the model without quantization."""
    if context.larger is None:
        return ""
    instance = context.larger.instance
    hardware = f"{instance.accelerator_count} x {instance.accelerator_name}"
    return f" {instance.name} ({hardware}) runs it in {_precision_there(context)}."


def _precision_there(context: ExplanationContext) -> str:
    plan = context.larger.plan if context.larger is not None else context.plan
    dtype = plan.cast_to or context.model.native_dtype
    return dtype.label
