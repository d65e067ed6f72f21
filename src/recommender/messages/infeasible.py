"""The sentences for what does not run: what was needed and what was there."""

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import gib_text
from recommender.memory.budget import Budget, budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import count_text, gpus_text, nominal_text, precision_text, shape_text
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.instances import NearestInstance
from recommender.planning.plan import SMALLEST_CONTEXT, lacks_wheels
from recommender.planning.tensor_parallelism import valid_degrees
from recommender.vllm.behavior import VersionBehavior
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.quantization import (
    LAST_WITH_BITSANDBYTES,
    candidates,
    lacks_bitsandbytes,
    lacks_int8,
    missing_capability,
    runs_in_16_bit,
)
from recommender.vllm.version import version_text
from recommender.vllm.wheels import WHEEL_VERSION


def neuron(instance: Instance) -> str:
    """Why an instance with Neuron devices gets no configuration."""
    return (
        f"{instance.name} has {instance.accelerator_name} devices, which need models compiled for AWS Neuron;"
        " the benchmark runs vLLM on NVIDIA GPUs. Choose a GPU instance, of the g or p families."
    )


def does_not_fit(
    model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior, *, nearest: NearestInstance | None
) -> str:
    """Why no configuration of `model` starts on `instance`, and what comes nearest where none is larger."""
    reason = _missing_capability(model, instance, gpu, behavior) or _shortage(model, instance, gpu, behavior)
    return reason if nearest is None else f"{reason} {_nearest(nearest)}"


def _nearest(nearest: NearestInstance) -> str:
    name, plan = nearest.instance.name, nearest.plan
    if plan is None:
        return f"No instance of the table holds it; {name} has most, {nominal_text(nearest.instance)}."
    return (
        f"No instance of the table holds it with room for real work; {name} comes nearest, with a context of"
        f" {plan.max_model_len:,} tokens and {count_text(plan.concurrency, 'request')} at once."
    )


def _missing_capability(model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior) -> str | None:
    if lacks_wheels(gpu, behavior):
        return (
            f"The released wheels of vLLM do not run on the {instance.accelerator_name} of {instance.name}"
            f" from {version_text(WHEEL_VERSION)} on."
        )
    if not model.has_attention_kernels(gpu.compute_capability):
        return (
            "vLLM has the kernels of this model's sparse attention for H100, H200, B200 and B300 only,"
            f" not for the {instance.accelerator_name} of {instance.name}."
        )
    return _missing_method(model, instance, gpu, behavior)


def _missing_method(model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior) -> str | None:
    if lacks_bitsandbytes(model, behavior):
        return (
            "The checkpoint is quantized with bitsandbytes, which vLLM runs up to"
            f" {version_text(LAST_WITH_BITSANDBYTES)}; later versions need the plugin vllm-bnb-plugin."
        )
    if lacks_int8(model, gpu):
        return f"vLLM has no INT8 kernels for the {instance.accelerator_name} of {instance.name}."
    needed = missing_capability(model, gpu)
    if needed is None:
        return None
    if not runs_in_16_bit(model, gpu):
        return (
            f"The {instance.accelerator_name} of {instance.name} has no BF16 and this model no FP16 mode; in"
            " FP32 vLLM runs no quantized checkpoint."
        )
    return (
        f"The checkpoint is quantized with {model.quantization}, which vLLM runs from compute capability"
        f" {_version(needed)} up; the {instance.accelerator_name} of {instance.name} has"
        f" {_version(gpu.compute_capability)}."
    )


def _shortage(model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior) -> str:
    degrees = valid_degrees(model, instance.accelerator_count, replicate_kv_heads=True)
    if not degrees:
        return f"vLLM cannot divide the checkpoint's {shape_text(model)}, even for one GPU."
    degree = max(degrees)
    memory = budget(model, gpu, degree, engine_args=default_engine_args(gpu, behavior))
    usable, own = gib_text(degree * memory.usable_bytes), gib_text(degree * memory.overhead.total_bytes)
    has = f"{nominal_text(instance)} ({instance.accelerator_count} x {instance.accelerator_name})"
    return (
        f"{model.model_id} needs {_needs(model, instance, gpu, behavior)}, and a KV cache of at least"
        f" {SMALLEST_CONTEXT} tokens beside them. {instance.name} has"
        f" {has}{_limit_by_shape(model, instance, degree)}; vLLM may use {usable} of it and takes about"
        f" {own} for itself.{_states(memory)}"
    )


def _states(memory: Budget) -> str:
    """Whether it is states that there is no room for, rather than weights."""
    wanted = memory.engine_args.blocks_for_states
    if not memory.layout.has_states or not 0 < memory.layout.blocks(memory.kv_cache_bytes) < wanted:
        return ""
    return f" Its layers of linear attention want a cache of {wanted} blocks, one for each sequence."


def _needs(model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior) -> str:
    dtype = compute_dtype(model, gpu)
    native = f"{gib_text(weight_bytes(model, dtype))} for its weights in {precision_text(model, gpu)}"
    if dtype is Dtype.FLOAT32:
        name = instance.accelerator_name
        return f"{native}, because {name} has no BF16 and the model no FP16 mode"
    smallest = next(reversed(candidates(model, gpu, behavior)), None)
    if smallest is None:
        return native
    return f"{native} and {gib_text(weight_bytes(model, dtype, smallest))} even in {smallest.label}"


def _limit_by_shape(model: Model, instance: Instance, degree: int) -> str:
    if degree == instance.accelerator_count:
        return ""
    if model.quantization == "bitsandbytes":
        return ", of which it can use one GPU because vLLM runs bitsandbytes on no more"
    return f", of which it can use {gpus_text(degree)} because of its {shape_text(model)}"


def _version(capability: tuple[int, int]) -> str:
    return f"{capability[0]}.{capability[1]}"
