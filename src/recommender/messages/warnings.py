"""What the reader should know beside the values: the warnings of an answer, in a fixed order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import any_of_text, count_text, gpus_text, hardware_text, shape_text
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.instances import InstancePlan
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.quantization import LAST_WITH_BITSANDBYTES, holds_fp8_weights
from recommender.vllm.registry import partial_support
from recommender.vllm.version import version_text
from recommender.vllm.wheels import WHEEL_CAPABILITY, WHEEL_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigWarning:
    """One sentence with its numbers and its remedy, and a name that stays the same."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningContext:
    """A plan, and all that it is judged by."""

    model: Model
    instance: Instance
    gpu: Gpu
    plan: Plan
    overrides: Overrides
    cheaper: InstancePlan | None
    """An instance that would do as well for much less."""
    at_load: Plan | None
    """Where the plan needs another checkpoint, one that vLLM makes do with this one."""


def advice(situation: WarningContext) -> tuple[ConfigWarning, ...]:
    """The warnings whose conditions hold."""
    judged = ((code, check(situation)) for code, check in _CHECKS.items())
    return tuple(ConfigWarning(code=code, text=text) for code, text in judged if text is not None)


def _tp_exceeds_gpus(situation: WarningContext) -> str | None:
    degree, count = situation.plan.tensor_parallel, situation.instance.accelerator_count
    if degree <= count:
        return None
    return (
        f"This instance only has {gpus_text(count)}: a tensor parallel degree of {degree} cannot start;"
        f" choose {any_of_text(situation.plan.valid_tensor_parallel)}."
    )


def _tp_not_accepted(situation: WarningContext) -> str | None:
    model, degree = situation.model, situation.plan.tensor_parallel
    nearest = nearest_degree(model, degree)
    if degree == nearest:
        return None
    return (
        f"vLLM refuses a tensor parallel degree of {degree}, which does not evenly divide the model's"
        f" {shape_text(model)}; choose {any_of_text(situation.plan.valid_tensor_parallel)}. The memory is"
        f" that of {nearest}."
    )


def _memory_exceeded(situation: WarningContext) -> str | None:
    memory = situation.plan.budget
    if memory.kv_cache_bytes > 0:
        return None
    needed = memory.weight_bytes + memory.overhead.total_bytes
    return (
        f"Estimated memory {gib_text(needed)} exceeds available {gib_text(memory.usable_bytes)} on each GPU:"
        " take more GPUs, a quantization or a larger instance."
    )


def _context_above_limit(situation: WarningContext) -> str | None:
    limit, context = situation.model.max_position_embeddings, situation.plan.max_model_len
    if context <= limit or not situation.model.context.is_enforced:
        return None
    return f"vLLM refuses a context of {context:,} tokens: choose at most {limit:,}, the model's own limit."


def _context_above_cache(situation: WarningContext) -> str | None:
    plan = situation.plan
    if plan.budget.kv_cache_bytes <= 0 or plan.budget.max_concurrent_requests(plan.max_model_len):
        return None
    if _states_limit_sequences(situation) is not None:
        return None
    return (
        f"The KV cache of {gib_text(plan.budget.kv_cache_bytes)} on each GPU has no room for one request of"
        f" {plan.max_model_len:,} tokens, so vLLM would not start: choose a shorter context."
    )


def _workload_above_context(situation: WarningContext) -> str | None:
    plan, work = situation.plan, situation.plan.workload
    if work.total_tokens <= plan.max_model_len:
        return None
    return (
        f"{work.input_tokens:,} tokens in and {work.output_tokens:,} out are {work.total_tokens:,}, more than"
        f" the context of {plan.max_model_len:,}, so vLLM would refuse or cut short each request: lower them"
        " or raise the context."
    )


def _requests_queue(situation: WarningContext) -> str | None:
    plan = situation.plan
    if not 0 < plan.max_concurrent_requests < plan.concurrency:
        return None
    return (
        f"The KV cache holds {count_text(plan.max_concurrent_requests, 'request')} of"
        f" {plan.workload.total_tokens:,} tokens at once: of {plan.concurrency:,} the others will queue."
    )


def _no_fp8_arithmetic(situation: WarningContext) -> str | None:
    quantization, name = situation.plan.quantization, situation.instance.accelerator_name
    if quantization is None or quantization.name != "fp8" or situation.gpu.computes_fp8:
        return None
    if not holds_fp8_weights(situation.gpu, situation.plan.budget.engine_args.behavior):
        return f"vLLM has no FP8 kernels for {name}: choose another quantization."
    return f"{name} does not compute in FP8: vLLM would store the weights in it and compute in 16 bit."


def _no_int8_arithmetic(situation: WarningContext) -> str | None:
    quantization, name = situation.plan.quantization, situation.instance.accelerator_name
    if quantization is None or quantization.name != "int8" or situation.gpu.computes_int8:
        return None
    return f"vLLM has no INT8 kernels for {name}: choose another quantization."


def _needs_prepared_checkpoint(situation: WarningContext) -> str | None:
    quantization = situation.plan.quantization
    if quantization is None or quantization.at_load:
        return None
    label = quantization.label
    return (
        f"vLLM cannot quantize this model to {label} while it loads: run a checkpoint that is already"
        f" quantized to {label}{_or_at_load(situation.at_load)}."
    )


def _or_at_load(plan: Plan | None) -> str:
    if plan is None or plan.quantization is None:
        return ""
    label, name = plan.quantization.label, plan.quantization.name
    return f", or take {label} (quantization={name}), which vLLM does while it loads"


def _quantized_already(situation: WarningContext) -> str | None:
    wished, method = situation.overrides.quantization, situation.model.quantization
    if wished is None or method is None:
        return None
    return f"The checkpoint is quantized already ({method}) and runs as it is; {wished} was passed over."


def _runs_in_fp32(situation: WarningContext) -> str | None:
    dtype = compute_dtype(situation.model, situation.gpu)
    if dtype is not Dtype.FLOAT32:
        return None
    return (
        f"{situation.instance.accelerator_name} has no BF16 and this model no FP16 mode: vLLM runs it in"
        f" {dtype.label}, at twice the memory."
    )


def _runs_in_fp16(situation: WarningContext) -> str | None:
    dtype = compute_dtype(situation.model, situation.gpu)
    if dtype is not Dtype.FLOAT16 or situation.model.native_dtype is not Dtype.BFLOAT16:
        return None
    return (
        f"{situation.instance.accelerator_name} has no BF16: vLLM runs this model in {dtype.label}, which"
        " takes the same memory but overflows sooner; look at a few answers before trusting its figures."
    )


def _little_host_memory(situation: WarningContext) -> str | None:
    """Of the whole checkpoint, which every process reads through the page cache."""
    instance, model = situation.instance, situation.model
    stored = weight_bytes(model, compute_dtype(model, situation.gpu))
    if instance.memory_gib * GIB >= stored:
        return None
    return (
        f"{instance.name} has {gib_text(instance.memory_gib * GIB)} of host memory, less than the"
        f" {gib_text(stored)} of the checkpoint: loading it will be slow; an instance with more loads it"
        " faster."
    )


def _states_limit_sequences(situation: WarningContext) -> str | None:
    memory = situation.plan.budget
    blocks = memory.layout.blocks(memory.kv_cache_bytes)
    if not memory.layout.has_states or not 0 < blocks < memory.engine_args.blocks_for_states:
        return None
    return (
        f"The cache has {count_text(blocks, 'block')} for the states of this model, and vLLM wants one for"
        f" each of {memory.engine_args.max_num_seqs} sequences: add --max-num-seqs {blocks} at most."
    )


def _fewer_gpus(situation: WarningContext) -> str | None:
    degree, count = situation.plan.tensor_parallel, situation.instance.accelerator_count
    if degree >= count:
        return None
    most = max(situation.plan.valid_tensor_parallel)
    remedy = f": a tensor parallel degree of {most} would use more" if most > degree else ""
    return (
        f"{degree} of {count} GPUs would be used; the others stay idle and are paid for all the same{remedy}."
    )


def _unknown_gpu(situation: WarningContext) -> str | None:
    gpu, instance = situation.gpu, situation.instance
    if gpu.is_known:
        return None
    return (
        f"{instance.accelerator_name} is not a GPU with known figures: the plan counts on"
        f" {gib_text(gpu.visible_bytes)} of each GPU of {instance.name} and on no FP8."
    )


def _lacks_wheels(situation: WarningContext) -> str | None:
    version = situation.plan.budget.engine_args.behavior.version
    if situation.gpu.compute_capability >= WHEEL_CAPABILITY or version is not None:
        return None
    return (
        f"The released wheels of vLLM do not run on {situation.instance.accelerator_name} from"
        f" {version_text(WHEEL_VERSION)} on: choose an earlier version."
    )


def _other_processors(situation: WarningContext) -> str | None:
    instance = situation.instance
    if instance.architecture == "x86_64":
        return None
    return f"{instance.name} has {instance.architecture} processors: vLLM has to be installed for them."


def _not_listed(situation: WarningContext) -> str | None:
    instance = situation.instance
    return None if instance.is_listed else f"EC2 no longer lists {instance.name}: choose another type."


def _not_every_version(situation: WarningContext) -> str | None:
    model, version = situation.model, situation.plan.budget.engine_args.behavior.version
    if version is None and model.quantization == "bitsandbytes":
        last = version_text(LAST_WITH_BITSANDBYTES)
        return f"vLLM runs bitsandbytes up to {last} only; for later versions install vllm-bnb-plugin."
    return partial_support(model.class_name, version)


def _cheaper_instance(situation: WarningContext) -> str | None:
    instance, plan, cheaper = situation.instance, situation.plan, situation.cheaper
    if cheaper is None:
        return None
    return (
        f"{cheaper.instance.name} ({hardware_text(cheaper.instance)}) gives the same context of"
        f" {plan.max_model_len:,} tokens and concurrency of {plan.concurrency}; {instance.name} has"
        f" {hardware_text(instance)}."
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
