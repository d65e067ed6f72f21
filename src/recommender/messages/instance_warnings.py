"""Warnings about the instance, its GPUs, and the versions of vLLM that run on them."""

from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.infeasible import bitsandbytes_versions, class_not_in_version
from recommender.messages.phrases import count_text, hardware_text, version_choice_text, versions_text
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import (
    ClassNotInVersion,
    NoBitsandbytes,
    NoWheels,
    VersionLimit,
    lacks_state_blocks,
    version_limits,
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
    if not lacks_state_blocks(memory):
        return None
    blocks = memory.layout.blocks(memory.kv_cache_bytes)
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


def _version_limits(context: WarningContext) -> tuple[VersionLimit, ...]:
    return version_limits(context.model, context.gpu, context.behavior)


def _cheaper_instance(context: WarningContext) -> str | None:
    instance, plan, cheaper = context.instance, context.plan, context.cheaper
    if cheaper is None:
        return None
    return (
        f"{cheaper.instance.name} ({hardware_text(cheaper.instance)}) offers the same context of"
        f" {plan.max_model_len:,} tokens and concurrency of {plan.concurrency} as {instance.name}"
        f" ({hardware_text(instance)})."
    )


INSTANCE_WARNINGS: WarningChecks = {
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
