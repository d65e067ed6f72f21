"""Why there is no configuration: what is missing, or what was needed and what is there."""

from typing import assert_never

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.compute_dtype import compute_dtype
from recommender.messages.memory_sum import needs_text
from recommender.messages.phrases import (
    count_text,
    gpus_text,
    method_text,
    nominal_text,
    obstacle_text,
    precision_text,
    shape_text,
    version_choice_text,
)
from recommender.messages.version_limits import (
    class_not_in_version,
    method_not_in_version,
    version_limit,
)
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnknownArchitecture, UnsupportedModel
from recommender.planning.compatibility import class_incompatibility
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    DoesNotFit,
    ExpertsNotInVersion,
    Incompatibility,
    MethodDeprecated,
    MethodNotInVersion,
    No16BitDtype,
    NoBackendForStatedCache,
    NoKernels,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    SettingRefused,
)
from recommender.planning.instances import NearestInstance
from recommender.planning.quantization_options import quantization_options
from recommender.planning.shortfall import Shortfall, smallest_shortfall
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import VersionRanges
from recommender.vllm.version_behavior import VersionBehavior

_REASONS_ON_ANY_INSTANCE = (
    ClassNotInVersion,
    SettingRefused,
    MethodNotInVersion,
    SchemeNotInVersion,
    ExpertsNotInVersion,
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


def fits_under(versions: VersionRanges) -> str:
    """The versions that would start, where the answer is for all of them; nothing where none would."""
    if not versions:
        return ""
    names = ", ".join(version_choice_text((each,)) for each in versions)
    return f" It fits under some versions of vLLM, which need less: {names}."


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
            method = method_text(reason.method)
            return f"The checkpoint is quantized with {method}. {method_not_in_version(reason)}"
        case (
            ClassNotInVersion()
            | SettingRefused()
            | NoWheels()
            | SchemeNotInVersion()
            | ExpertsNotInVersion()
            | MethodDeprecated()
            | NoSparseAttention()
            | NoBackendForStatedCache()
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
    usable_gpus = _usable_gpus(model, instance, behavior)
    native = smallest_shortfall(model, instance, None, engine_args)
    hardware = f"{instance.accelerator_count} x {instance.accelerator_name}, {nominal_text(instance)}"
    smallest = next(reversed(quantization_options(model, gpu, behavior)), None)
    quantized = "" if smallest is None else _quantized(model, instance, smallest, engine_args)
    return (
        f"{model.model_id} does not fit on {instance.name} ({hardware}){usable_gpus}."
        f" In {_precision(model, gpu, behavior)}{_why_fp32(model, instance, behavior)},"
        f" {_each_gpu(native)} would need {needs_text(native)}.{quantized}{_estimated(model)}"
    )


def _precision(model: Model, gpu: Gpu, behavior: VersionBehavior) -> str:
    """`BF16`, `its AWQ quantization`."""
    precision = precision_text(model, gpu, behavior)
    return precision if model.quantization is None else f"its {precision} quantization"


def _estimated(model: Model) -> str:
    if not model.is_estimated:
        return ""
    return f" The architecture {model.architecture} is not modelled: these are upper bounds."


def _quantized(model: Model, instance: Instance, smallest: Quantization, engine_args: EngineArgs) -> str:
    lack = smallest_shortfall(model, instance, smallest, engine_args)
    return f" Even in {smallest.label}, {_each_gpu(lack)} would need {needs_text(lack)}."


def _each_gpu(lack: Shortfall) -> str:
    return "the GPU" if lack.tensor_parallel == 1 else f"each of {gpus_text(lack.tensor_parallel)}"


def _why_fp32(model: Model, instance: Instance, behavior: VersionBehavior) -> str:
    if compute_dtype(model, gpu_of(instance), behavior.version) is not Dtype.FLOAT32:
        return ""
    name = instance.accelerator_name
    return f" (because {name} does not support BF16 and the model does not support FP16)"


def _usable_gpus(model: Model, instance: Instance, behavior: VersionBehavior) -> str:
    most = nearest_degree(model, instance.accelerator_count, behavior)
    if most == instance.accelerator_count:
        return ""
    if model.quantization == "bitsandbytes":
        return ", where vLLM runs bitsandbytes checkpoints on one GPU only"
    return f", of which the model can use only {gpus_text(most)} because of its {shape_text(model)}"
