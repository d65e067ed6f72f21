"""Why a version of vLLM cannot run a model on a GPU, or nothing where it can.

All decisions of this kind are made here. A reason is a value of `incompatibilities.py`; `messages/` writes
the sentence.
"""

from collections.abc import Collection, Iterator

from recommender.hardware.gpu import Gpu
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    MethodDeprecated,
    MissingKernels,
    No16BitDtype,
    NoFP8Cache,
    NoKernels,
    VersionLimit,
)
from recommender.planning.tensor_parallelism import degree_obstacle, valid_degrees
from recommender.planning.version_limits import (
    capability_limit,
    class_limit,
    each_version_limit,
    language_class_limit,
    wheel_limit,
)
from recommender.vllm.attention_versions import (
    fp8_cache_versions,
    sparse_attention_versions,
)
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import KVCacheDtype
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import (
    deciding_keys,
    includes,
    includes_all,
)
from recommender.vllm.version_behavior import VersionBehavior

# Methods with kernels for FP32, and none: `get_supported_act_dtypes` of `bitsandbytes.py` in
# `vllm/model_executor/layers/quantization/`. compressed-tensors states FP32 too, and has kernels for 16 bit.
_METHODS_IN_FP32 = frozenset({None, "bitsandbytes"})


def incompatibility(
    model: Model, gpu: Gpu, quantization: Quantization | None = None, behavior: VersionBehavior = ANY_VERSION
) -> VersionLimit | MissingKernels | None:
    """The first reason why vLLM does not run `model` on `gpu`, whatever the memory.

    `quantization` is one that vLLM applies or that another checkpoint has, on top of the checkpoint's own.
    Without a chosen version, a reason is one that every covered version has, and that no flag removes.
    """
    return next(_reasons(model, gpu, quantization, behavior), None)


def class_incompatibility(
    class_name: str, behavior: VersionBehavior = ANY_VERSION, config_keys: Collection[str] = ()
) -> ClassNotInVersion | None:
    """Why the version's registry does not have a class that reads `config_keys`."""
    limit = class_limit(class_name, deciding_keys(class_name).intersection(config_keys))
    return None if limit is None or includes(limit.versions, behavior.version) else limit


def model_class_incompatibility(
    model: Model, behavior: VersionBehavior = ANY_VERSION
) -> ClassNotInVersion | None:
    """Why the version's registry does not have the class of `model`, or that of its language model."""
    own = class_incompatibility(model.class_name, behavior, model.config_keys)
    nested = language_class_limit(model)
    if own is not None or nested is None or includes(nested.versions, behavior.version):
        return own
    return nested


def has_wheels(gpu: Gpu, behavior: VersionBehavior = ANY_VERSION) -> bool:
    """Whether the released wheels of every version that `behavior` stands for run on `gpu`."""
    limit = wheel_limit(gpu.compute_capability)
    return limit is None or includes_all(limit.versions, behavior.version)


def quantization_incompatibility(
    gpu: Gpu, quantization: Quantization, behavior: VersionBehavior = ANY_VERSION
) -> NoKernels | CapabilityTooLow | None:
    """Why not every version that `behavior` stands for has kernels for `quantization` on `gpu`."""
    match quantization.name:
        case "int8":
            return None if gpu.computes_int8 else NoKernels(kind="INT8")
        case "fp8":
            limit = capability_limit("fp8", (), gpu.compute_capability, behavior.version)
            return None if limit is None or includes_all(limit.versions, behavior.version) else limit
        case "int4":
            return None


def fp8_cache_incompatibility(
    model: Model, gpu: Gpu, kv_cache_dtype: KVCacheDtype, behavior: VersionBehavior = ANY_VERSION
) -> NoFP8Cache | None:
    """Why not every version that `behavior` stands for has an attention backend for an FP8 cache on `gpu`."""
    if kv_cache_dtype == "auto" or not model.attention:
        return None
    capability = gpu.compute_capability
    if model.has_sparse_attention:
        versions = sparse_attention_versions(capability, kv_cache_dtype, model.class_name)
    else:
        versions = fp8_cache_versions(capability, kv_cache_dtype, is_latent=model.has_latent_attention)
    return None if includes_all(versions, behavior.version) else NoFP8Cache(versions=versions)


def degree_incompatibility(
    model: Model, degree: int, behavior: VersionBehavior = ANY_VERSION
) -> DegreeNotAccepted | None:
    """Why vLLM does not accept a tensor parallel degree for `model`."""
    obstacle = degree_obstacle(model, degree, behavior)
    if obstacle is None:
        return None
    accepted = valid_degrees(model, degree, behavior, replicate_kv_heads=True)
    return DegreeNotAccepted(degree=degree, obstacle=obstacle, largest_accepted=max(accepted, default=None))


def _reasons(
    model: Model, gpu: Gpu, quantization: Quantization | None, behavior: VersionBehavior
) -> Iterator[VersionLimit | MissingKernels]:
    for limit in each_version_limit(model, gpu, behavior.version):
        is_removed_by_flag = isinstance(limit, MethodDeprecated) and behavior.version is None
        if not includes(limit.versions, behavior.version) and not is_removed_by_flag:
            yield limit
    if model.computes_in_int8 and not gpu.computes_int8:
        yield NoKernels(kind="INT8")
    methods = {model.quantization, None if quantization is None else quantization.flag or quantization.name}
    if not methods <= _METHODS_IN_FP32 and compute_dtype(model, gpu, behavior.version) is Dtype.FLOAT32:
        yield No16BitDtype()
    if quantization is not None:
        proposed = quantization_incompatibility(gpu, quantization, behavior)
        if proposed is not None:
            yield proposed
