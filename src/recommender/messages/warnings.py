"""The warnings of an answer: what to check before running the configuration, in a fixed order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.infeasible import bitsandbytes_versions, class_not_in_version
from recommender.messages.phrases import (
    choice_text,
    count_text,
    gpus_text,
    hardware_text,
    shape_text,
    version_choice_text,
    versions_text,
)
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.compatibility import (
    ClassNotInVersion,
    NoBitsandbytes,
    NoWheels,
    degree_incompatibility,
    quantization_incompatibility,
    version_limits,
)
from recommender.planning.instances import InstancePlan
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigWarning:
    """One sentence with its figures and its remedy, and a code that never changes."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningContext:
    """A plan, and everything that its warnings depend on."""

    model: Model
    instance: Instance
    gpu: Gpu
    plan: Plan
    overrides: Overrides
    cheaper: InstancePlan | None
    """A much cheaper instance with the same context and concurrency."""
    at_load: Plan | None
    """Where the plan needs a pre-quantized checkpoint: one that vLLM quantizes while loading."""


def collect_warnings(context: WarningContext) -> tuple[ConfigWarning, ...]:
    """The warnings whose conditions hold."""
    checked = ((code, check(context)) for code, check in _CHECKS.items())
    return tuple(ConfigWarning(code=code, text=text) for code, text in checked if text is not None)


def _tp_exceeds_gpus(context: WarningContext) -> str | None:
    degree, count = context.plan.tensor_parallel, context.instance.accelerator_count
    if degree <= count:
        return None
    return (
        f"This instance has only {gpus_text(count)}, so vLLM cannot start with a tensor parallel degree of"
        f" {degree}: choose {choice_text(context.plan.valid_tensor_parallel)}."
    )


def _tp_not_accepted(context: WarningContext) -> str | None:
    model, degree = context.model, context.plan.tensor_parallel
    reason = degree_incompatibility(model, degree)
    if reason is None:
        return None
    return (
        f"vLLM does not accept a tensor parallel degree of {degree}, because it does not evenly divide the"
        f" model's {shape_text(model)}: choose {choice_text(context.plan.valid_tensor_parallel)}. The memory"
        f" figures are for a degree of {reason.largest_accepted}."
    )


def _memory_exceeded(context: WarningContext) -> str | None:
    memory = context.plan.budget
    if memory.kv_cache_bytes > 0:
        return None
    needed = memory.weight_bytes + memory.overhead.total_bytes
    return (
        f"Estimated memory of {gib_text(needed)} exceeds the available {gib_text(memory.usable_bytes)} on"
        " each GPU: use more GPUs, a quantization or a larger instance."
    )


def _context_above_limit(context: WarningContext) -> str | None:
    limit, chosen = context.model.max_position_embeddings, context.plan.max_model_len
    if chosen <= limit:
        return None
    return (
        f"vLLM does not accept a context of {chosen:,} tokens for this model: choose at most {limit:,}, the"
        " model's own limit."
    )


def _context_above_cache(context: WarningContext) -> str | None:
    plan = context.plan
    if plan.budget.kv_cache_bytes <= 0 or plan.budget.max_concurrent_requests(plan.max_model_len):
        return None
    if _states_limit_sequences(context) is not None:
        return None
    return (
        f"The KV cache of {gib_text(plan.budget.kv_cache_bytes)} per GPU has no room for one request of"
        f" {plan.max_model_len:,} tokens, so vLLM would not start: choose a shorter context."
    )


def _workload_above_context(context: WarningContext) -> str | None:
    plan, work = context.plan, context.plan.workload
    if work.total_tokens <= plan.max_model_len:
        return None
    return (
        f"A request of {work.input_tokens:,} input and {work.output_tokens:,} output tokens has"
        f" {work.total_tokens:,} tokens, more than the context of {plan.max_model_len:,}, so vLLM would"
        " reject or truncate it: shorten the requests or raise the context."
    )


def _requests_queue(context: WarningContext) -> str | None:
    plan = context.plan
    if not 0 < plan.max_concurrent_requests < plan.concurrency:
        return None
    waiting = plan.concurrency - plan.max_concurrent_requests
    return (
        f"The KV cache holds {count_text(plan.max_concurrent_requests, 'request')} of"
        f" {plan.workload.total_tokens:,} tokens at once; the remaining {waiting:,} of {plan.concurrency:,}"
        " requests will queue."
    )


def _no_fp8_arithmetic(context: WarningContext) -> str | None:
    quantization, name = context.plan.quantization, context.instance.accelerator_name
    if quantization is None or quantization.name != "fp8" or context.gpu.computes_fp8:
        return None
    if quantization_incompatibility(context.gpu, quantization, context.plan.budget.engine_args.behavior):
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
    if requested is None or method is None:
        return None
    return (
        f"The checkpoint is already quantized ({method}) and runs as it is; the requested quantization"
        f" ({requested}) was ignored."
    )


def _runs_in_fp32(context: WarningContext) -> str | None:
    dtype = compute_dtype(context.model, context.gpu)
    if dtype is not Dtype.FLOAT32:
        return None
    return (
        f"{context.instance.accelerator_name} does not support BF16 and this model does not support FP16:"
        f" vLLM runs it in {dtype.label}, which takes twice the memory."
    )


def _runs_in_fp16(context: WarningContext) -> str | None:
    dtype = compute_dtype(context.model, context.gpu)
    if dtype is not Dtype.FLOAT16 or context.model.native_dtype is not Dtype.BFLOAT16:
        return None
    return (
        f"{context.instance.accelerator_name} does not support BF16: vLLM runs this model in {dtype.label},"
        " which takes the same memory but overflows sooner; check a few answers before trusting the results."
    )


def _little_host_memory(context: WarningContext) -> str | None:
    """Less than the checkpoint, which every process reads through the page cache."""
    instance, model = context.instance, context.model
    stored = weight_bytes(model, compute_dtype(model, context.gpu))
    if instance.memory_gib * GIB >= stored:
        return None
    return (
        f"{instance.name} has {gib_text(instance.memory_gib * GIB)} of host memory, less than the"
        f" {gib_text(stored)} of the checkpoint, so loading will be slow: an instance with more host memory"
        " loads it faster."
    )


def _states_limit_sequences(context: WarningContext) -> str | None:
    memory = context.plan.budget
    blocks = memory.layout.blocks(memory.kv_cache_bytes)
    if not memory.layout.has_states or not 0 < blocks < memory.engine_args.required_state_blocks:
        return None
    return (
        f"The cache has {count_text(blocks, 'block')} for the states of this model, but vLLM needs one for"
        f" each of {memory.engine_args.max_num_seqs} sequences: set --max-num-seqs to {blocks} at most."
    )


def _fewer_gpus(context: WarningContext) -> str | None:
    degree, count = context.plan.tensor_parallel, context.instance.accelerator_count
    if degree >= count:
        return None
    most = max(context.plan.valid_tensor_parallel)
    remedy = f"; a tensor parallel degree of {most} would use more" if most > degree else ""
    return f"Only {degree} of {count} GPUs would be used, and you pay for the idle ones too{remedy}."


def _unknown_gpu(context: WarningContext) -> str | None:
    gpu, instance = context.gpu, context.instance
    if gpu.is_known:
        return None
    return (
        f"{instance.accelerator_name} is not a known GPU: the plan assumes {gib_text(gpu.visible_bytes)} of"
        f" memory on each GPU of {instance.name} and no FP8 arithmetic."
    )


def _lacks_wheels(context: WarningContext) -> str | None:
    limit = next((each for each in _version_limits(context) if isinstance(each, NoWheels)), None)
    if limit is None:
        return None
    return (
        f"vLLM's released wheels support {context.instance.accelerator_name} {versions_text(limit.versions)}:"
        f" {version_choice_text(limit.versions)}."
    )


def _other_processors(context: WarningContext) -> str | None:
    instance = context.instance
    if instance.architecture == "x86_64":
        return None
    return f"{instance.name} has {instance.architecture} processors: install a vLLM build for them."


def _not_listed(context: WarningContext) -> str | None:
    instance = context.instance
    return None if instance.is_listed else f"EC2 no longer lists {instance.name}: choose another type."


def _not_every_version(context: WarningContext) -> str | None:
    limits = _version_limits(context)
    bitsandbytes = next((each for each in limits if isinstance(each, NoBitsandbytes)), None)
    if bitsandbytes is not None:
        return bitsandbytes_versions(bitsandbytes)
    missing = next((each for each in limits if isinstance(each, ClassNotInVersion)), None)
    if missing is None:
        return None
    return f"{class_not_in_version(missing).removesuffix('.')}: {version_choice_text(missing.versions)}."


def _version_limits(context: WarningContext) -> tuple[ClassNotInVersion | NoWheels | NoBitsandbytes, ...]:
    return version_limits(context.model, context.gpu, context.plan.budget.engine_args.behavior)


def _cheaper_instance(context: WarningContext) -> str | None:
    instance, plan, cheaper = context.instance, context.plan, context.cheaper
    if cheaper is None:
        return None
    return (
        f"{cheaper.instance.name} ({hardware_text(cheaper.instance)}) offers the same context of"
        f" {plan.max_model_len:,} tokens and concurrency of {plan.concurrency} as {instance.name}"
        f" ({hardware_text(instance)})."
    )


_CHECKS: Mapping[str, Callable[[WarningContext], str | None]] = {
    "tp_exceeds_gpus": _tp_exceeds_gpus,
    "tp_not_accepted": _tp_not_accepted,
    "memory_exceeded": _memory_exceeded,
    "context_above_limit": _context_above_limit,
    "context_above_cache": _context_above_cache,
    "workload_above_context": _workload_above_context,
    "requests_queue": _requests_queue,
    "no_fp8_arithmetic": _no_fp8_arithmetic,
    "no_int8_arithmetic": _no_int8_arithmetic,
    "needs_prepared_checkpoint": _needs_prepared_checkpoint,
    "quantized_already": _quantized_already,
    "runs_in_fp32": _runs_in_fp32,
    "runs_in_fp16": _runs_in_fp16,
    "little_host_memory": _little_host_memory,
    "states_limit_sequences": _states_limit_sequences,
    "fewer_gpus": _fewer_gpus,
    "unknown_gpu": _unknown_gpu,
    "lacks_wheels": _lacks_wheels,
    "other_processors": _other_processors,
    "not_listed": _not_listed,
    "not_every_version": _not_every_version,
    "cheaper_instance": _cheaper_instance,
}

WARNING_CODES = tuple(_CHECKS)
