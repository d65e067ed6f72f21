"""Warnings about the instance, its GPUs, and the versions of vLLM that run on them."""

from recommender.hardware.units import GIB, gib_text
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.version_limits import version_warning
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import version_limits
from recommender.planning.incompatibilities import NoWheels

# The kernel has stopped servers that loaded Qwen3 8B, of 15.3 GiB, on g6.xlarge, which has 16 GiB.
_HOST_MEMORY_SHARE = 0.8


def _little_host_memory(context: WarningContext) -> str | None:
    """Little more than the checkpoint, which every process reads through the page cache."""
    instance, model = context.instance, context.model
    stored = weight_bytes(model, compute_dtype(model, context.gpu, context.behavior.version))
    host = instance.memory_gib * GIB
    if stored < _HOST_MEMORY_SHARE * host:
        return None
    start = f"{instance.name} has {gib_text(host)} of host memory"
    remedy = "an instance with more host memory loads it safely"
    if stored > host:
        return (
            f"{start}, less than the {gib_text(stored)} of the checkpoint: loading will be slow, and the"
            f" kernel may stop vLLM for lack of memory; {remedy}."
        )
    return (
        f"{start}, of which the {gib_text(stored)} of the checkpoint leave little: loading may be slow, or"
        f" the kernel may stop vLLM for lack of memory; {remedy}."
    )


def _fewer_gpus(context: WarningContext) -> str | None:
    plan, count = context.plan, context.instance.accelerator_count
    degree = plan.tensor_parallel
    if degree >= count:
        return None
    most = max(plan.valid_tensor_parallel)
    replicas = count // degree if plan.starts and degree in plan.valid_tensor_parallel else 1
    remedies = [
        *([f"a tensor parallel degree of {most} uses more"] if most > degree else []),
        *([f"{replicas} replicas fit side by side"] if replicas > 1 else []),
    ]
    remedy = f": {' and '.join(remedies)}" if remedies else ""
    return f"One server uses only {degree} of {count} GPUs, and you pay for the idle ones too{remedy}."


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


INSTANCE_WARNINGS: WarningChecks = {
    "little_host_memory": _little_host_memory,
    "fewer_gpus": _fewer_gpus,
    "unknown_gpu": _unknown_gpu,
    "lacks_wheels": _lacks_wheels,
    "other_processors": _other_processors,
    "not_listed": _not_listed,
    "not_every_version": _not_every_version,
}
