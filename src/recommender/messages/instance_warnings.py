"""Warnings about the instance, its GPUs, and the versions of vLLM that run on them."""

from recommender.hardware.units import GIB, gib_text
from recommender.memory.budget import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import hardware_text
from recommender.messages.version_limits import version_warning
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import version_limits
from recommender.planning.incompatibilities import NoWheels


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
    return _version_warnings(context, are_wheels=True)


def _other_processors(context: WarningContext) -> str | None:
    instance = context.instance
    if instance.architecture == "x86_64":
        return None
    return f"{instance.name} has {instance.architecture} processors: install a vLLM build for them."


def _not_listed(context: WarningContext) -> str | None:
    instance = context.instance
    return None if instance.is_listed else f"EC2 no longer lists {instance.name}: choose another type."


def _not_every_version(context: WarningContext) -> str | None:
    return _version_warnings(context, are_wheels=False)


def _version_warnings(context: WarningContext, *, are_wheels: bool) -> str | None:
    """A sentence for each limit that only some of the versions have, about wheels or about the rest."""
    limits = version_limits(context.model, context.gpu, context.behavior)
    name = context.instance.accelerator_name
    sentences = [
        version_warning(limit, context.gpu, name)
        for limit in limits
        if isinstance(limit, NoWheels) == are_wheels
    ]
    return " ".join(sentences) or None


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
    "fewer_gpus": _fewer_gpus,
    "unknown_gpu": _unknown_gpu,
    "lacks_wheels": _lacks_wheels,
    "other_processors": _other_processors,
    "not_listed": _not_listed,
    "not_every_version": _not_every_version,
    "cheaper_instance": _cheaper_instance,
}
