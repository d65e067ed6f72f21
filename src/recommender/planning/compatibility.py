"""Why a version of vLLM cannot run a model on a GPU, or nothing where it can.

All decisions of this kind are made here. A reason is a value of `incompatibilities.py`; `messages/` writes
the sentence.
"""

from collections.abc import Collection, Iterator

from recommender.caches import bounded_cache
from recommender.hardware.gpu import Gpu
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    DegreeNotAccepted,
    ExpertsNotInVersion,
    MethodDeprecated,
    MethodNotInVersion,
    MissingKernels,
    No16BitDtype,
    NoBackendForStatedCache,
    NoFP8Cache,
    NoKernels,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    Setting,
    SettingRefused,
    VersionLimit,
)
from recommender.planning.tensor_parallelism import degree_obstacle, valid_degrees
from recommender.vllm.attention_versions import (
    fp8_cache_versions,
    sparse_attention_versions,
    stated_cache_versions,
)
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import KVCacheDtype
from recommender.vllm.facts import wheel_versions
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import (
    Capability,
    ExpertKernels,
    capable_versions,
    class_versions,
    deciding_keys,
    includes,
    includes_all,
    method_versions,
    needed_capability,
    scheme_versions,
    setting_versions,
    undeprecated_versions,
)
from recommender.vllm.version import EVERY_VERSION, Version
from recommender.vllm.version_behavior import VersionBehavior

# Methods with kernels for FP32, and none: `get_supported_act_dtypes` of `bitsandbytes.py` in
# `vllm/model_executor/layers/quantization/`. compressed-tensors states FP32 too, and has kernels for 16 bit.
_METHODS_IN_FP32 = frozenset({None, "bitsandbytes"})
_ALL = (EVERY_VERSION,)
_DUAL_CHUNKS: Setting = "dual_chunk_attention_config"


def incompatibility(
    model: Model, gpu: Gpu, quantization: Quantization | None = None, behavior: VersionBehavior = ANY_VERSION
) -> VersionLimit | MissingKernels | None:
    """The first reason why vLLM does not run `model` on `gpu`, whatever the memory.

    `quantization` is one that vLLM applies or that another checkpoint has, on top of the checkpoint's own.
    Without a chosen version, a reason is one that every covered version has, and that no flag removes.
    """
    return next(_reasons(model, gpu, quantization, behavior), None)


def version_limits(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[VersionLimit, ...]:
    """Why only some of the versions that `behavior` stands for run `model` on `gpu`."""
    return tuple(
        limit
        for limit in _version_limits(model, gpu, behavior.version)
        if not includes_all(limit.versions, behavior.version)
    )


def class_incompatibility(
    class_name: str, behavior: VersionBehavior = ANY_VERSION, config_keys: Collection[str] = ()
) -> ClassNotInVersion | None:
    """Why the version's registry does not have a class that reads `config_keys`."""
    limit = _class_limit(class_name, deciding_keys(class_name).intersection(config_keys))
    return None if limit is None or includes(limit.versions, behavior.version) else limit


def has_wheels(gpu: Gpu, behavior: VersionBehavior = ANY_VERSION) -> bool:
    """Whether the released wheels of every version that `behavior` stands for run on `gpu`."""
    limit = _wheel_limit(gpu.compute_capability)
    return limit is None or includes_all(limit.versions, behavior.version)


def quantization_incompatibility(
    gpu: Gpu, quantization: Quantization, behavior: VersionBehavior = ANY_VERSION
) -> NoKernels | CapabilityTooLow | None:
    """Why not every version that `behavior` stands for has kernels for `quantization` on `gpu`."""
    match quantization.name:
        case "int8":
            return None if gpu.computes_int8 else NoKernels(kind="INT8")
        case "fp8":
            limit = _capability_limit("fp8", (), gpu.compute_capability, behavior.version)
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
    for limit in _version_limits(model, gpu, behavior.version):
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


def _version_limits(model: Model, gpu: Gpu, version: Version | None) -> Iterator[VersionLimit]:
    """What only some versions have for the model on the GPU, whether `version` is among them or not."""
    capability = gpu.compute_capability
    class_limit = _class_limit(
        model.class_name, deciding_keys(model.class_name).intersection(model.config_keys)
    )
    wheel_limit = _wheel_limit(capability)
    if class_limit is not None:
        yield class_limit
    yield from _setting_limits(model)
    if wheel_limit is not None:
        yield wheel_limit
    if model.has_sparse_attention:
        yield _sparse_attention_limit(capability, has_fp8_cache=model.cache_value_bytes == 1)
    elif model.cache_value_bytes == 1:
        stated_limit = _stated_cache_limit(capability, is_latent=model.has_latent_attention)
        if stated_limit is not None:
            yield stated_limit
    if model.quantization is not None:
        method, schemes, experts = model.quantization, model.quantization_schemes, _expert_kernels(model)
        yield from _method_limits(method, schemes)
        too_low = _capability_limit(
            method, schemes, capability, version, lacks_marlin=_is_beyond_first_marlin(model), experts=experts
        )
        if too_low is not None:
            yield too_low
        expert_limit = _expert_limit(method, schemes, experts)
        if expert_limit is not None:
            yield expert_limit


def _setting_limits(model: Model) -> Iterator[SettingRefused]:
    """Kinds of attention that only some versions of the model's class have."""
    settings: dict[Setting, bool] = {
        _DUAL_CHUNKS: _DUAL_CHUNKS in model.config_keys,
        "mixed_windows": model.mixes_windows,
        "windows": model.sliding_window is not None,
    }
    limits = (_setting_limit(model.class_name, name) for name, is_set in settings.items() if is_set)
    yield from (limit for limit in limits if limit is not None)


# Cached, because every instance of the table asks for them. `None` where all versions are alike.


@bounded_cache
def _class_limit(class_name: str, config_keys: frozenset[str]) -> ClassNotInVersion | None:
    versions = class_versions(class_name, config_keys)
    return None if versions == _ALL else ClassNotInVersion(class_name=class_name, versions=versions)


@bounded_cache
def _setting_limit(class_name: str, setting: Setting) -> SettingRefused | None:
    versions = setting_versions(class_name, setting)
    if versions == class_versions(class_name):
        return None
    return SettingRefused(class_name=class_name, setting=setting, versions=versions)


@bounded_cache
def _wheel_limit(capability: Capability) -> NoWheels | None:
    versions = wheel_versions(capability)
    return None if versions == _ALL else NoWheels(versions=versions)


@bounded_cache
def _sparse_attention_limit(capability: Capability, *, has_fp8_cache: bool) -> NoSparseAttention:
    versions = sparse_attention_versions(capability, "fp8_e4m3" if has_fp8_cache else "auto")
    return NoSparseAttention(versions=versions, has_fp8_cache=has_fp8_cache)


@bounded_cache
def _stated_cache_limit(capability: Capability, *, is_latent: bool) -> NoBackendForStatedCache | None:
    versions = stated_cache_versions(capability, is_latent=is_latent)
    return None if versions == _ALL else NoBackendForStatedCache(versions=versions)


@bounded_cache
def _method_limits(method: str, schemes: tuple[str, ...]) -> tuple[VersionLimit, ...]:
    limits: tuple[VersionLimit, ...] = (
        MethodNotInVersion(method=method, versions=method_versions(method)),
        *(SchemeNotInVersion(scheme=scheme, versions=scheme_versions(scheme)) for scheme in schemes),
        MethodDeprecated(method=method, versions=undeprecated_versions(method)),
    )
    return tuple(limit for limit in limits if limit.versions != _ALL)


@bounded_cache
def _expert_limit(
    method: str, schemes: tuple[str, ...], experts: ExpertKernels | None
) -> ExpertsNotInVersion | None:
    versions = capable_versions(method, schemes, experts=experts)
    if versions == capable_versions(method, schemes):
        return None
    return ExpertsNotInVersion(method=method, versions=versions)


@bounded_cache
def _capability_limit(  # noqa: PLR0913 - what decides the capability
    method: str,
    schemes: tuple[str, ...],
    capability: Capability,
    version: Version | None,
    *,
    lacks_marlin: bool = False,
    experts: ExpertKernels | None = None,
) -> CapabilityTooLow | None:
    """`None` where all versions that have the method run it, or the chosen one does not have it."""
    needed = needed_capability(method, schemes, version, lacks_marlin=lacks_marlin, experts=experts)
    versions = capable_versions(method, schemes, capability, lacks_marlin=lacks_marlin, experts=experts)
    if needed is None and experts is not None:
        without = _capability_limit(method, schemes, capability, version, lacks_marlin=lacks_marlin)
        return without if without is not None and without.needed > capability else None
    if needed is None or versions == capable_versions(method, schemes, experts=experts):
        return None
    return CapabilityTooLow(method=method, needed=needed, versions=versions)


def _is_beyond_first_marlin(model: Model) -> bool:
    """Whether FP8 weights are in blocks or in experts, for which Marlin got kernels later than for others."""
    is_fp8 = model.quantization == "fp8" or "compressed-tensors W8A8Fp8" in model.quantization_schemes
    return is_fp8 and (model.shard_multiples.inputs != 1 or model.shape.experts > 0)


def _expert_kernels(model: Model) -> ExpertKernels | None:
    """The kernels for quantized experts; `None` without them, and for torchao, which may leave them alone."""
    if not model.shape.experts or model.quantization == "torchao":
        return None
    return "marlin" if model.runs_in_marlin else "others"
