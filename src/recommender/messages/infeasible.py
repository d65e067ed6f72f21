"""Why there is no configuration: what is missing, or what was needed and what is there."""

from typing import assert_never

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.units import gib_text
from recommender.memory.budget import Budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.messages.phrases import (
    count_text,
    gpus_text,
    nominal_text,
    obstacle_text,
    precision_text,
    shape_text,
)
from recommender.messages.version_limits import (
    class_not_in_version,
    method_not_in_version,
    version_limit,
)
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnknownArchitecture, UnsupportedModel
from recommender.planning.compatibility import (
    MINIMUM_CONTEXT,
    class_incompatibility,
    lacks_state_blocks,
)
from recommender.planning.context import budget_for_largest_context
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    DoesNotFit,
    Incompatibility,
    MethodDeprecated,
    MethodNotInVersion,
    No16BitDtype,
    NoKernels,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
)
from recommender.planning.instances import NearestInstance
from recommender.planning.quantization_options import quantization_options
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.behavior import VersionBehavior
from recommender.vllm.engine_args import EngineArgs

_REASONS_ON_ANY_INSTANCE = (
    ClassNotInVersion,
    MethodNotInVersion,
    SchemeNotInVersion,
    MethodDeprecated,
    DegreeNotAccepted,
)


def neuron(instance: Instance) -> str:
    """Why an instance with Neuron devices gets no configuration."""
    return (
        f"{instance.name} has {instance.accelerator_name} devices, which need models compiled for AWS Neuron;"
        " the benchmark runs vLLM on NVIDIA GPUs. Choose a GPU instance of the g or p families."
    )


def unsupported_model(error: UnsupportedModel, behavior: VersionBehavior) -> str:
    """The error's own sentence, and for an unknown architecture which versions of vLLM have its class."""
    if not isinstance(error, UnknownArchitecture) or not error.class_name:
        return str(error)
    missing = class_incompatibility(error.class_name, behavior)
    if missing is None:
        return str(error)
    return f"{error.model_id} has the architecture {error.architecture}: {class_not_in_version(missing)}"


def class_missing(model: Model, missing: ClassNotInVersion) -> str:
    """Which versions of vLLM have the model's class, and its architecture where that is not modelled."""
    sentence = class_not_in_version(missing)
    if not model.is_estimated:
        return sentence
    return f"{model.model_id} has the architecture {model.architecture}: {sentence}"


def infeasible(
    reason: Incompatibility,
    model: Model,
    instance: Instance,
    engine_args: EngineArgs,
    nearest: NearestInstance | None,
) -> str:
    """Why no configuration of `model` starts on `instance`, and the nearest instance where none is larger."""
    sentence = _sentence(reason, model, instance, engine_args)
    if nearest is None or isinstance(reason, _REASONS_ON_ANY_INSTANCE):
        return sentence
    return f"{sentence} {_nearest(nearest)}"


def _nearest(nearest: NearestInstance) -> str:
    name, plan = nearest.instance.name, nearest.plan
    if plan is None:
        return (
            f"No instance in the table can run it; {name} has the most memory,"
            f" {nominal_text(nearest.instance)}."
        )
    return (
        f"No instance in the table runs it with room for real work; {name} comes closest, with a context of"
        f" {plan.max_model_len:,} tokens and {count_text(plan.concurrency, 'concurrent request')}."
    )


def _sentence(reason: Incompatibility, model: Model, instance: Instance, engine_args: EngineArgs) -> str:
    gpu = f"the {instance.accelerator_name} of {instance.name}"
    match reason:
        case MethodNotInVersion():
            return f"The checkpoint is quantized with {reason.method}. {method_not_in_version(reason)}"
        case (
            ClassNotInVersion()
            | NoWheels()
            | SchemeNotInVersion()
            | MethodDeprecated()
            | NoSparseAttention()
            | CapabilityTooLow()
        ):
            return version_limit(reason, gpu_of(instance), gpu)
        case NoKernels():
            return f"vLLM has no {reason.kind} kernels for {gpu}."
        case No16BitDtype():
            return (
                f"The {instance.accelerator_name} of {instance.name} does not support BF16 and this model"
                " does not support FP16; vLLM does not run quantized models in FP32."
            )
        case DegreeNotAccepted():
            return (
                f"vLLM does not load the checkpoint, not even on one GPU: {obstacle_text(reason.obstacle)}."
            )
        case DoesNotFit():
            return _does_not_fit(model, instance, engine_args)
    assert_never(reason)


def _does_not_fit(model: Model, instance: Instance, engine_args: EngineArgs) -> str:
    gpu, behavior = gpu_of(instance), engine_args.behavior
    degree = nearest_degree(model, instance.accelerator_count, behavior)
    memory = budget_for_largest_context(model, gpu, degree, None, engine_args)
    usable, overhead = gib_text(degree * memory.usable_bytes), gib_text(degree * memory.overhead.total_bytes)
    has = f"{nominal_text(instance)} ({instance.accelerator_count} x {instance.accelerator_name})"
    return (
        f"{model.model_id} needs {_needs(model, instance, gpu, behavior)}, plus a KV cache of at least"
        f" {MINIMUM_CONTEXT} tokens. {instance.name} has {has}{_usable_gpus(model, instance, degree)}; vLLM"
        f" may use {usable} of that, including about {overhead} for its own overhead.{_states(memory)}"
        f"{_estimated(model)}"
    )


def _estimated(model: Model) -> str:
    if not model.is_estimated:
        return ""
    return f" The architecture {model.architecture} is not modelled: these are upper bounds."


def _states(memory: Budget) -> str:
    """Whether there is no room for states, rather than for weights."""
    if not lacks_state_blocks(memory):
        return ""
    required = memory.engine_args.required_state_blocks
    return f" Its linear attention layers need a cache of {required} blocks, one for each sequence."


def _needs(model: Model, instance: Instance, gpu: Gpu, behavior: VersionBehavior) -> str:
    dtype = compute_dtype(model, gpu)
    native = f"{gib_text(weight_bytes(model, dtype))} for its weights in {precision_text(model, gpu)}"
    if dtype is Dtype.FLOAT32:
        name = instance.accelerator_name
        return f"{native}, because {name} does not support BF16 and the model does not support FP16"
    smallest = next(reversed(quantization_options(model, gpu, behavior)), None)
    if smallest is None:
        return native
    return f"{native} and {gib_text(weight_bytes(model, dtype, smallest))} even in {smallest.label}"


def _usable_gpus(model: Model, instance: Instance, degree: int) -> str:
    if degree == instance.accelerator_count:
        return ""
    if model.quantization == "bitsandbytes":
        return ", but vLLM runs bitsandbytes checkpoints on one GPU only"
    return f", but the model can use only {gpus_text(degree)} because of its {shape_text(model)}"
