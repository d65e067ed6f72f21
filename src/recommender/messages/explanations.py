"""The sentences for a configuration: why this value."""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import (
    any_of_text,
    count_text,
    gpus_text,
    nominal_text,
    precision_text,
    shape_text,
)
from recommender.model import Model
from recommender.planning.overrides import Overrides
from recommender.planning.plan import (
    INPUT_TOKENS,
    LARGEST_CONCURRENCY,
    OUTPUT_TOKENS,
    Plan,
    power_of_two_within,
)
from recommender.planning.tensor_parallelism import valid_degrees
from recommender.vllm.engine_args import GPU_MEMORY_UTILIZATION
from recommender.vllm.quantization import Quantization


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One sentence or two for each value of a plan."""

    tensor_parallel_degree: str
    quantization: str
    max_model_len: str
    concurrency: str
    input_sequence_length: str | None
    """Only where the workload had to shrink."""


def explanation(  # noqa: PLR0913, PLR0917 - all that sentences speak of
    model: Model, instance: Instance, gpu: Gpu, plan: Plan, base: Plan, overrides: Overrides
) -> Explanation:
    """The reasons for each value of `plan`; for one that `overrides` fix, those for the value of `base`."""
    return Explanation(
        tensor_parallel_degree=_asked(
            overrides.tensor_parallel,
            base.tensor_parallel,
            _tensor_parallel(model, instance, gpu, plan if overrides.tensor_parallel is None else base),
        ),
        quantization=_asked(
            overrides.quantization,
            base.quantization.name if base.quantization else "none",
            _quantization(model, instance, gpu, plan if overrides.quantization is None else base),
        ),
        max_model_len=_asked(
            overrides.max_model_len,
            base.max_model_len,
            _max_model_len(model, plan if overrides.max_model_len is None else base),
        ),
        concurrency=_asked(
            overrides.concurrency,
            base.concurrency,
            _concurrency(plan if overrides.concurrency is None else base),
        ),
        input_sequence_length=_workload(plan, overrides),
    )


def _asked(wished: int | str | None, recommended: int | str, reason: str) -> str:
    """`reason`, of the recommended value where another one was asked for."""
    if wished is None:
        return reason
    if wished == recommended:
        return f"As asked for, and as recommended. {reason}"
    return f"{_value(wished)}, as asked for; {_value(recommended)} is recommended. {reason}"


def _value(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _tensor_parallel(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    degree, count, name = plan.tensor_parallel, instance.accelerator_count, instance.accelerator_name
    if plan.budget.kv_cache_bytes <= 0:
        return f"{_who_cannot(instance, degree)} hold the model: {_shortage(plan)}."
    if count == 1:
        return f"{instance.name} has one {name}, and it holds the model: {_weights_beside_cache(plan)}."
    used = f"All {count} {name} GPUs" if degree == count else _some_of(instance, degree)
    why_not_more = "" if degree == count else f" {_why_not_more(model)}"
    more = f"{why_not_more}{_replication(model, degree)}{_links(instance, gpu, plan)}"
    return f"{used} of {instance.name}: {_smallest(plan)}.{more}"


def _who_cannot(instance: Instance, degree: int) -> str:
    name, count = instance.accelerator_name, instance.accelerator_count
    if count == 1:
        return f"The {name} of {instance.name} does not"
    return f"{_some_of(instance, degree)} of {instance.name} do not"


def _some_of(instance: Instance, degree: int) -> str:
    return f"{degree} of the {instance.accelerator_count} {instance.accelerator_name} GPUs"


def _shortage(plan: Plan) -> str:
    memory = plan.budget
    return (
        f"{gib_text(memory.weight_bytes)} of weights and {gib_text(memory.overhead.total_bytes)} for vLLM"
        f" itself are more than the {gib_text(memory.usable_bytes)} that it may use of each"
    )


def _links(instance: Instance, gpu: Gpu, plan: Plan) -> str:
    """What tensor parallelism costs without NVLink, and which degrees would do with less of it."""
    fewer = plan.fitting_tensor_parallel[:-1]
    if gpu.nvlink or not fewer:
        return ""
    return (
        f" The {instance.accelerator_name} are joined by PCIe only, so the exchange after each layer costs"
        f" throughput; TP {any_of_text(fewer)} would hold the model with less of it."
    )


def _why_not_more(model: Model) -> str:
    if model.quantization == "bitsandbytes":
        return "vLLM runs a checkpoint of bitsandbytes on one GPU only."
    return f"More would not evenly divide the model's {shape_text(model)}."


def _weights_beside_cache(plan: Plan) -> str:
    memory = plan.budget
    return (
        f"{gib_text(memory.weight_bytes)} of weights leave {gib_text(memory.kv_cache_bytes)} for the KV cache"
        f" of the {gib_text(memory.usable_bytes)} that vLLM may use"
    )


def _smallest(plan: Plan) -> str:
    weights, smallest = f"{gib_text(plan.weight_bytes)} of weights", plan.fitting_tensor_parallel[0]
    if plan.tensor_parallel == 1:
        return f"one holds {weights} and a KV cache beside them"
    if smallest == plan.tensor_parallel:
        return f"fewer would not hold {weights} and a KV cache beside them"
    return (
        f"{gpus_text(smallest)} would hold the model ({weights}), but a benchmark should use the GPUs that"
        " are paid for, and the KV cache spreads over every GPU in use"
    )


def _replication(model: Model, degree: int) -> str:
    if model.kv_heads is None or degree <= model.kv_heads:
        return ""
    copies = degree // model.kv_heads
    return (
        f" The model has only {count_text(model.kv_heads, 'KV head')}, so vLLM keeps each on {copies} GPUs."
    )


def _quantization(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    if plan.quantization is None:
        return _native(model, instance, gpu, plan)
    label, dtype = plan.quantization.label, compute_dtype(model, gpu)
    how = (
        f"vLLM quantizes while it loads; embeddings and output head stay in {dtype.label}."
        if plan.quantization.at_load
        else "It needs a checkpoint of the model that is already quantized."
    )
    native, shrunk = gib_text(weight_bytes(model, dtype)), gib_text(plan.weight_bytes)
    return (
        f"{label}: in {dtype.label} the weights take {native}, too much beside a KV cache for"
        f" {_usable_part(model, instance)}; in {label} they take {shrunk}."
        f"{_why_not_fp8(instance, gpu, plan.quantization)} {how}"
    )


def _usable_part(model: Model, instance: Instance) -> str:
    """The accelerator memory of `instance`, or of those of its GPUs that the model can use."""
    degree = max(valid_degrees(model, instance.accelerator_count, replicate_kv_heads=True))
    if degree == instance.accelerator_count:
        return f"the {nominal_text(instance)} of {instance.name}"
    share = gib_text(degree * instance.accelerator_memory_gib * GIB / instance.accelerator_count)
    return f"the {share} of {gpus_text(degree)}, the most of {instance.name} that this model can use"


def _why_not_fp8(instance: Instance, gpu: Gpu, quantization: Quantization) -> str:
    if quantization.name == "fp8":
        return ""
    if gpu.computes_fp8:
        return " FP8 would not be small enough."
    return f" {instance.accelerator_name} does not compute in FP8."


def _native(model: Model, instance: Instance, gpu: Gpu, plan: Plan) -> str:
    weights, usable = gib_text(plan.budget.weight_bytes), gib_text(plan.budget.usable_bytes)
    fits = (
        f"the weights take {weights} of the {usable} that vLLM may use on each {instance.accelerator_name}"
        f" ({GPU_MEMORY_UTILIZATION:.0%} of what CUDA sees)"
    )
    if model.quantization is not None:
        return f"Nothing to add: the checkpoint is already quantized ({model.quantization}), and {fits}."
    return f"Not needed: in {precision_text(model, gpu)} {fits}."


def _max_model_len(model: Model, plan: Plan) -> str:
    limit, chosen = model.max_position_embeddings, plan.max_model_len
    if not plan.budget.max_concurrent_requests(chosen):
        return (
            f"{chosen:,} tokens is the least that is worth a run; vLLM would not start, as the warnings say."
        )
    if chosen < power_of_two_within(limit):
        return (
            f"{chosen:,} tokens is the largest power of two for which {_cache(plan)} has room;"
            f" the model itself allows {limit:,}."
        )
    within = (
        "the model's own limit"
        if chosen == limit
        else f"the largest power of two within the model's {limit:,}"
    )
    requests = count_text(plan.budget.max_concurrent_requests(chosen), "such request")
    if not model.context.is_enforced:
        return (
            f"The model states no limit, and vLLM accepts any: {limit:,} tokens is vLLM's own default, and"
            f" {_cache(plan)} has room for {requests} of {chosen:,} tokens."
        )
    usual = model.context.default_tokens
    default = f" Without the flag vLLM takes {usual:,} (longrope)." if usual < chosen else ""
    return f"{chosen:,} tokens is {within}; {_cache(plan)} has room for {requests}.{default}"


def _concurrency(plan: Plan) -> str:
    work = plan.workload
    request = f"{work.total_tokens} tokens ({work.input_tokens} in, {work.output_tokens} out)"
    if plan.max_concurrent_requests > LARGEST_CONCURRENCY:
        return (
            f"{LARGEST_CONCURRENCY} is the most that a run takes; {_cache(plan)} would hold"
            f" {plan.max_concurrent_requests:,} requests of {request}."
        )
    if not plan.max_concurrent_requests:
        return f"Not even one request of {request} would run, as the warnings say."
    fit = "fits" if plan.concurrency == 1 else "fit"
    return f"{count_text(plan.concurrency, 'request')} of {request} {fit} into {_cache(plan)} at once."


def _cache(plan: Plan) -> str:
    """With its tokens where each takes one slot; layers with a window or a state take less, or more."""
    if len(plan.budget.layout.groups) > 1:
        return f"the KV cache of {gib_text(plan.budget.kv_cache_bytes)} on each GPU"
    return f"the KV cache of {plan.budget.kv_cache_tokens:,} tokens"


def _workload(plan: Plan, overrides: Overrides) -> str | None:
    work = plan.workload
    if overrides.input_tokens is not None or overrides.output_tokens is not None:
        return (
            f"{work.input_tokens:,} tokens in and {work.output_tokens:,} out, as asked for; {INPUT_TOKENS}"
            f" and {OUTPUT_TOKENS} are usual."
        )
    if (work.input_tokens, work.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS):
        return None
    return (
        f"{work.input_tokens} tokens in and {work.output_tokens} out instead of {INPUT_TOKENS} and"
        f" {OUTPUT_TOKENS}: both together have to fit into the context of {plan.max_model_len} tokens."
    )
