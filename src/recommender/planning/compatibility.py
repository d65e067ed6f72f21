"""Why a version of vLLM cannot run a model on a GPU, or nothing where it can.

All decisions of this kind are made here. A reason is a value; `messages/infeasible.py` writes the sentence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget, compute_dtype
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.tensor_parallelism import Obstacle, degree_obstacle, valid_degrees
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.capabilities import Capability, lowest_capability, wheel_versions
from recommender.vllm.quantization import BITSANDBYTES_VERSIONS, Quantization
from recommender.vllm.registry import class_versions
from recommender.vllm.version import VersionRange

MINIMUM_CONTEXT = 512
"""A shorter context is not worth proposing, unless the model's own limit is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNotInVersion:
    """The registry has the model's class in other versions only."""

    class_name: str
    versions: VersionRange


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWheels:
    """The released wheels run on the GPU in other versions only."""

    versions: VersionRange


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBitsandbytes:
    """vLLM includes bitsandbytes, which the checkpoint needs, in other versions only."""

    versions: VersionRange


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKernels:
    """vLLM has no kernels of a kind for the GPU."""

    kind: Literal["sparse attention", "INT8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class No16BitDtype:
    """The GPU has no BF16 and the model no FP16 mode, and there are no quantized kernels for FP32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityTooLow:
    """The quantization method needs a GPU of a higher compute capability."""

    method: str
    needed: Capability


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeNotAccepted:
    """vLLM does not divide the model by a tensor parallel degree."""

    degree: int
    obstacle: Obstacle
    largest_accepted: int | None
    """Below `degree`; `None` where vLLM does not accept the model even for one GPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotFit:
    """The memory of the GPUs is too small for weights, overhead and a KV cache."""

    largest_degree: int
    """The largest degree that vLLM accepts on the instance."""


VersionLimit = ClassNotInVersion | NoWheels | NoBitsandbytes
MissingKernels = NoKernels | No16BitDtype | CapabilityTooLow
Incompatibility = VersionLimit | MissingKernels | DegreeNotAccepted | DoesNotFit


def incompatibility(
    model: Model, gpu: Gpu, quantization: Quantization | None = None, behavior: VersionBehavior = ANY_VERSION
) -> VersionLimit | MissingKernels | None:
    """The first reason why vLLM does not run `model` on `gpu`, whatever the memory.

    `quantization` is one that vLLM applies or that another checkpoint has, on top of the checkpoint's own.
    Without a chosen version, a reason is one that every covered version has.
    """
    return next(_reasons(model, gpu, quantization, behavior), None)


def version_limits(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[VersionLimit, ...]:
    """Why only some of the versions that `behavior` stands for run `model` on `gpu`."""
    limits = _version_limits(model, gpu)
    return tuple(limit for limit in limits if not limit.versions.includes_all(behavior.version))


def class_incompatibility(
    class_name: str, behavior: VersionBehavior = ANY_VERSION
) -> ClassNotInVersion | None:
    """Why the version's registry does not have a class."""
    versions = class_versions(class_name)
    if versions.includes(behavior.version):
        return None
    return ClassNotInVersion(class_name=class_name, versions=versions)


def has_wheels(gpu: Gpu, behavior: VersionBehavior = ANY_VERSION) -> bool:
    """Whether the released wheels of every version that `behavior` stands for run on `gpu`."""
    return wheel_versions(gpu.compute_capability).includes_all(behavior.version)


def quantization_incompatibility(
    gpu: Gpu, quantization: Quantization, behavior: VersionBehavior = ANY_VERSION
) -> NoKernels | CapabilityTooLow | None:
    """Why vLLM has no kernels for `quantization` on `gpu`."""
    match quantization.name:
        case "int8":
            return _int8_incompatibility(gpu)
        case "fp8":
            return _capability_incompatibility("fp8", gpu, behavior)
        case "int4":
            return None


def degree_incompatibility(
    model: Model, degree: int, behavior: VersionBehavior = ANY_VERSION
) -> DegreeNotAccepted | None:
    """Why vLLM does not accept a tensor parallel degree for `model`."""
    obstacle = degree_obstacle(model, degree, behavior)
    if obstacle is None:
        return None
    accepted = valid_degrees(model, degree, behavior, replicate_kv_heads=True)
    return DegreeNotAccepted(degree=degree, obstacle=obstacle, largest_accepted=max(accepted, default=None))


def holds_minimum_context(model: Model, memory: Budget) -> bool:
    """Whether a GPU with this budget holds the weights and the shortest context worth proposing."""
    return memory.max_concurrent_requests(min(MINIMUM_CONTEXT, model.max_position_embeddings)) > 0


def lacks_state_blocks(memory: Budget) -> bool:
    """Whether the cache has blocks, but too few for the states of a model that needs one per sequence."""
    blocks = memory.layout.blocks(memory.kv_cache_bytes)
    return memory.layout.has_states and 0 < blocks < memory.engine_args.required_state_blocks


def _reasons(
    model: Model, gpu: Gpu, quantization: Quantization | None, behavior: VersionBehavior
) -> Iterator[VersionLimit | MissingKernels]:
    for limit in _version_limits(model, gpu):
        if not limit.versions.includes(behavior.version):
            yield limit
    if not model.has_attention_kernels(gpu.compute_capability):
        yield NoKernels(kind="sparse attention")
    checkpoint = _checkpoint_incompatibility(model, gpu, behavior)
    if checkpoint is not None:
        yield checkpoint
    if quantization is not None:
        proposed = _in_16_bit(model, gpu) or quantization_incompatibility(gpu, quantization, behavior)
        if proposed is not None:
            yield proposed


def _version_limits(model: Model, gpu: Gpu) -> Iterator[VersionLimit]:
    yield ClassNotInVersion(class_name=model.class_name, versions=class_versions(model.class_name))
    yield NoWheels(versions=wheel_versions(gpu.compute_capability))
    if model.quantization == "bitsandbytes":
        yield NoBitsandbytes(versions=BITSANDBYTES_VERSIONS)


def _checkpoint_incompatibility(model: Model, gpu: Gpu, behavior: VersionBehavior) -> MissingKernels | None:
    """Why vLLM does not run the checkpoint's own quantization. FP8 weights need the same in every format."""
    if model.quantization is None:
        return None
    int8 = _int8_incompatibility(gpu) if model.computes_in_int8 else None
    methods = (model.quantization, "fp8") if model.quantized_to == "fp8" else (model.quantization,)
    too_low = [_capability_incompatibility(method, gpu, behavior) for method in methods]
    highest = max(filter(None, too_low), key=lambda reason: reason.needed, default=None)
    return int8 or _in_16_bit(model, gpu) or highest


def _int8_incompatibility(gpu: Gpu) -> NoKernels | None:
    return None if gpu.computes_int8 else NoKernels(kind="INT8")


def _in_16_bit(model: Model, gpu: Gpu) -> No16BitDtype | None:
    return No16BitDtype() if compute_dtype(model, gpu) is Dtype.FLOAT32 else None


def _capability_incompatibility(method: str, gpu: Gpu, behavior: VersionBehavior) -> CapabilityTooLow | None:
    needed = lowest_capability(method, behavior.version)
    if needed is None or gpu.compute_capability >= needed:
        return None
    return CapabilityTooLow(method=method, needed=needed)
