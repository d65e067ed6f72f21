"""Why each value of a configuration is what it is."""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import (
    cache_text,
    choice_text,
    count_text,
    gpus_text,
    nominal_text,
    obstacle_text,
    precision_text,
)
from recommender.model import Model
from recommender.planning.context import power_of_two_within
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.tensor_parallelism import degree_obstacle, nearest_degree
from recommender.planning.workload import DEFAULT_INPUT_TOKENS, DEFAULT_OUTPUT_TOKENS, MAX_CONCURRENCY
from recommender.vllm.quantization import Quantization


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One or two sentences for each value of a plan."""

    tensor_parallel_degree: str
    quantization: str
    max_model_len: str
    concurrency: str
    input_sequence_length: str | None
    """Only where the workload is not the default."""


def explanation(  # noqa: PLR0913, PLR0917 - everything that the sentences mention
    model: Model, instance: Instance, gpu: Gpu, plan: Plan, base: Plan, overrides: Overrides
) -> Explanation:
    """The reasons for each value of `plan`; for a value that `overrides` fix, those for the one of `base`."""
    return Explanation(
        tensor_parallel_degree=_requested(
            overrides.tensor_parallel,
            base.tensor_parallel,
            _tensor_parallel(model, instance, gpu, plan if overrides.tensor_parallel is None else base),
        ),
        quantization=_requested(
            overrides.quantization,
            base.quantization.name if base.quantization else "none",
            _quantization(model, instance, gpu, plan if overrides.quantization is None else base),
        ),
        max_model_len=_requested(
            overrides.max_model_len,
            base.max_model_len,
            _max_model_len(model, plan if overrides.max_model_len is None else base),
        ),
        concurrency=_requested(
            overrides.concurrency,
            base.concurrency,
            _concurrency(plan if overrides.concurrency is None else base),
        ),
        input_sequence_length=_workload(plan, overrides),
    )


def _requested(override: int | str | None, recommended: int | str, reason: str) -> str:
    """`reason`, which is the one of the recommended value where another value was requested."""
    if override is None:
        return reason
    if override == recommended:
        return f"As requested, and as recommended. {reason}"
    return f"{_value(override)} as requested; {_value(recommended)} is recommended. {reason}"


def _value(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _tensor_parallel(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    degree, count, name = plan.tensor_parallel, instance.accelerator_count, instance.accelerator_name
    if plan.budget.kv_cache_bytes <= 0:
        return (
            f"The model does not fit on {_some_gpus(instance, degree)} of {instance.name}: {_shortage(plan)}."
        )
    if count == 1:
        return f"{instance.name} has one {name}, and the model fits: {_weights_and_cache(plan)}."
    used = f"all {count} {name} GPUs" if degree == count else _some_gpus(instance, degree)
    higher = _higher_degrees(model, instance, gpu, plan)
    more = f"{higher}{_replication(model, degree)}{_links(instance, gpu, plan)}"
    return f"TP {degree} uses {used} of {instance.name}: {_smallest(plan)}.{more}"


def _some_gpus(instance: Instance, degree: int) -> str:
    name, count = instance.accelerator_name, instance.accelerator_count
    return f"the {name}" if count == 1 else f"{degree} of the {count} {name} GPUs"


def _shortage(plan: Plan) -> str:
    memory = plan.budget
    return (
        f"each GPU would need {gib_text(memory.weight_bytes)} for weights and"
        f" {gib_text(memory.overhead.total_bytes)} for vLLM's overhead, and vLLM may use"
        f" {gib_text(memory.usable_bytes)}"
    )


def _links(instance: Instance, gpu: Gpu, plan: Plan) -> str:
    """The cost of tensor parallelism without NVLink, and the lower degrees that would hold the model."""
    fewer = plan.fitting_tensor_parallel[:-1]
    if gpu.nvlink or not fewer:
        return ""
    return (
        f" The {instance.accelerator_name} GPUs are connected by PCIe only, so the communication after each"
        f" layer costs throughput; TP {choice_text(fewer)} would also hold the model, with less of it."
    )


def _higher_degrees(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    """Why not all GPUs are used: a degree that vLLM does not accept, or one that replicates KV heads."""
    count, behavior = instance.accelerator_count, plan.budget.engine_args.behavior
    obstacle = degree_obstacle(model, count, behavior)
    not_all = f" vLLM does not accept TP {count}: {obstacle_text(obstacle)}." if obstacle else ""
    higher = [degree for degree in plan.valid_tensor_parallel if degree > plan.tensor_parallel]
    if not higher:
        return not_all
    most = higher[-1]
    memory = budget(model, gpu, most, plan.quantization, engine_args=plan.budget.engine_args)
    heads = count_text(model.kv_heads or 0, "KV head")
    return (
        f" TP {choice_text(higher)} would start too, with a copy of each of the model's {heads} on several"
        f" GPUs: TP {most} leaves {gib_text(memory.kv_cache_bytes)} per GPU for the KV cache instead of"
        f" {gib_text(plan.budget.kv_cache_bytes)}, but each token takes as much of it on every GPU as with"
        f" TP {plan.tensor_parallel}.{not_all}"
    )


def _weights_and_cache(plan: Plan) -> str:
    memory = plan.budget
    return (
        f"of the {gib_text(memory.usable_bytes)} that vLLM may use, {gib_text(memory.weight_bytes)} of"
        f" weights leave {gib_text(memory.kv_cache_bytes)} for the KV cache"
    )


def _smallest(plan: Plan) -> str:
    weights, smallest = f"{gib_text(plan.weight_bytes)} of weights", plan.fitting_tensor_parallel[0]
    if plan.tensor_parallel == 1:
        return f"one GPU holds {weights} and a KV cache"
    if smallest == plan.tensor_parallel:
        return f"fewer would not hold {weights} and a KV cache"
    return (
        f"{gpus_text(smallest)} would hold the model ({weights}), but a benchmark should use the GPUs that"
        " you pay for, and the KV cache spreads over every GPU in use"
    )


def _replication(model: Model, degree: int) -> str:
    if model.kv_heads is None or degree <= model.kv_heads:
        return ""
    heads = count_text(model.kv_heads, "KV head")
    return f" The model has only {heads}, so vLLM replicates each on {degree // model.kv_heads} GPUs."


def _quantization(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    if plan.quantization is None:
        return _native(model, instance, gpu, plan)
    label, dtype = plan.quantization.label, compute_dtype(model, gpu)
    how = (
        f"vLLM quantizes the model while loading it; embeddings and output head stay in {dtype.label}."
        if plan.quantization.at_load
        else "This needs a pre-quantized checkpoint of the model."
    )
    native, quantized = gib_text(weight_bytes(model, dtype)), gib_text(plan.weight_bytes)
    return (
        f"{label}: the weights take {native} in {dtype.label} and do not fit in"
        f" {_usable_memory(model, instance)} together with a KV cache; in {label} they take {quantized}."
        f"{_why_not_fp8(instance, gpu, plan.quantization)} {how}"
    )


def _usable_memory(model: Model, instance: Instance) -> str:
    """The accelerator memory of `instance`, or of those of its GPUs that the model can use."""
    degree = nearest_degree(model, instance.accelerator_count)
    if degree == instance.accelerator_count:
        return f"the {nominal_text(instance)} of {instance.name}"
    share = gib_text(degree * instance.accelerator_memory_gib * GIB / instance.accelerator_count)
    return f"the {share} of {gpus_text(degree)}, the most that this model can use of {instance.name}"


def _why_not_fp8(instance: Instance, gpu: Gpu, quantization: Quantization) -> str:
    if quantization.name == "fp8":
        return ""
    if gpu.computes_fp8:
        return " FP8 would not be small enough."
    return f" {instance.accelerator_name} has no FP8 arithmetic."


def _native(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    weights, usable = gib_text(plan.budget.weight_bytes), gib_text(plan.budget.usable_bytes)
    fits = (
        f"the weights take {weights} of the {usable} that vLLM may use on each {instance.accelerator_name}"
        f" ({plan.budget.engine_args.gpu_memory_utilization:.0%} of what CUDA reports)"
    )
    if model.quantization is not None:
        return f"Nothing to add: the checkpoint is already quantized ({model.quantization}), and {fits}."
    return f"Not needed: in {precision_text(model, gpu)} {fits}."


def _max_model_len(model: Model, plan: Plan) -> str:
    limit, chosen = model.max_position_embeddings, plan.max_model_len
    requests = plan.budget.max_concurrent_requests(chosen)
    if not requests:
        return (
            f"{chosen:,} tokens is the shortest context worth running, but vLLM would not start"
            " (see the warnings)."
        )
    if chosen < power_of_two_within(limit):
        return (
            f"{chosen:,} tokens is the largest power of two that fits in {cache_text(plan.budget)};"
            f" the model itself supports {limit:,}."
        )
    within = (
        "the model's own limit"
        if chosen == limit
        else f"the largest power of two within the model's limit of {limit:,}"
    )
    if not model.context.is_enforced:
        within = "vLLM's default: the model states no limit, and vLLM accepts any length"
    default = model.context.default_tokens
    without_flag = f" Without the flag vLLM takes {default:,} (longrope)." if default < chosen else ""
    return (
        f"{chosen:,} tokens is {within}; {cache_text(plan.budget)} has room for"
        f" {count_text(requests, 'request')} of that length.{without_flag}"
    )


def _concurrency(plan: Plan) -> str:
    work = plan.workload
    request = f"{work.total_tokens} tokens ({work.input_tokens} in, {work.output_tokens} out)"
    if plan.max_concurrent_requests > MAX_CONCURRENCY:
        return (
            f"{MAX_CONCURRENCY} is the maximum for a benchmark run; {cache_text(plan.budget)} would hold"
            f" {plan.max_concurrent_requests:,} requests of {request}."
        )
    if not plan.max_concurrent_requests:
        return f"Not even one request of {request} would run (see the warnings)."
    if plan.concurrency == 1:
        return f"1 request of {request} fits in {cache_text(plan.budget)}."
    return f"{plan.concurrency} requests of {request} fit in {cache_text(plan.budget)} at once."


def _workload(plan: Plan, overrides: Overrides) -> str | None:
    work = plan.workload
    given = f"{work.input_tokens:,} input tokens and {work.output_tokens:,} output tokens"
    defaults = f"{DEFAULT_INPUT_TOKENS} and {DEFAULT_OUTPUT_TOKENS}"
    if overrides.input_tokens is not None or overrides.output_tokens is not None:
        return f"{given}, as requested; the defaults are {defaults}."
    if (work.input_tokens, work.output_tokens) == (DEFAULT_INPUT_TOKENS, DEFAULT_OUTPUT_TOKENS):
        return None
    return (
        f"{given} instead of {defaults}: together they have to fit in the context of"
        f" {plan.max_model_len} tokens."
    )
