"""What only some versions of vLLM have for a model on a GPU."""

from collections.abc import Iterator

from recommender.caches import bounded_cache
from recommender.hardware.gpu import Gpu
from recommender.model import Model
from recommender.planning.incompatibilities import (
    CapabilityTooLow,
    ClassNotInVersion,
    ExpertsNotInVersion,
    MethodDeprecated,
    MethodNotInVersion,
    NoBackendForStatedCache,
    NoSparseAttention,
    NoWheels,
    SchemeNotInVersion,
    Setting,
    SettingRefused,
    VersionLimit,
)
from recommender.vllm.attention_versions import sparse_attention_versions, stated_cache_versions
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.facts import wheel_versions
from recommender.vllm.supported_versions import (
    Capability,
    ExpertKernels,
    capable_versions,
    class_versions,
    deciding_keys,
    includes_all,
    method_versions,
    needed_capability,
    scheme_versions,
    setting_versions,
    undeprecated_versions,
)
from recommender.vllm.version import EVERY_VERSION, Version
from recommender.vllm.version_behavior import VersionBehavior

_ALL = (EVERY_VERSION,)
_DUAL_CHUNKS: Setting = "dual_chunk_attention_config"


def version_limits(
    model: Model, gpu: Gpu, behavior: VersionBehavior = ANY_VERSION
) -> tuple[VersionLimit, ...]:
    """Why only some of the versions that `behavior` stands for run `model` on `gpu`."""
    return tuple(
        limit
        for limit in each_version_limit(model, gpu, behavior.version)
        if not includes_all(limit.versions, behavior.version)
    )


def each_version_limit(model: Model, gpu: Gpu, version: Version | None) -> Iterator[VersionLimit]:
    """What only some versions have for the model on the GPU, whether `version` is among them or not."""
    capability = gpu.compute_capability
    own_limits = (
        class_limit(model.class_name, deciding_keys(model.class_name).intersection(model.config_keys)),
        language_class_limit(model),
        *_setting_limits(model),
        wheel_limit(capability),
    )
    yield from (limit for limit in own_limits if limit is not None)
    if model.has_sparse_attention:
        yield _sparse_attention_limit(capability, has_fp8_cache=model.cache_value_bytes == 1)
    elif model.cache_value_bytes == 1:
        stated_limit = _stated_cache_limit(capability, is_latent=model.has_latent_attention)
        if stated_limit is not None:
            yield stated_limit
    if model.quantization is not None:
        method, schemes, experts = model.quantization, model.quantization_schemes, _expert_kernels(model)
        yield from _method_limits(method, schemes)
        too_low = capability_limit(
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
    return (limit for limit in limits if limit is not None)


# Cached, because every instance of the table asks for them. `None` where all versions are alike.


@bounded_cache
def class_limit(class_name: str, config_keys: frozenset[str]) -> ClassNotInVersion | None:
    """The versions that have a class which reads `config_keys`."""
    versions = class_versions(class_name, config_keys)
    return None if versions == _ALL else ClassNotInVersion(class_name=class_name, versions=versions)


def language_class_limit(model: Model) -> ClassNotInVersion | None:
    """The versions that have the class of a nested language model.

    A class that no version has is not asked for: `init_vllm_registered_model`,
    `vllm/model_executor/models/utils.py`, or the model's own class builds it.
    """
    limit = None if model.language_class is None else class_limit(model.language_class, frozenset())
    return limit if limit is not None and limit.versions else None


@bounded_cache
def _setting_limit(class_name: str, setting: Setting) -> SettingRefused | None:
    versions = setting_versions(class_name, setting)
    if versions == class_versions(class_name):
        return None
    return SettingRefused(class_name=class_name, setting=setting, versions=versions)


@bounded_cache
def wheel_limit(capability: Capability) -> NoWheels | None:
    """The versions whose released wheels run on GPUs of `capability`."""
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
def capability_limit(  # noqa: PLR0913 - what decides the capability
    method: str,
    schemes: tuple[str, ...],
    capability: Capability,
    version: Version | None,
    *,
    lacks_marlin: bool = False,
    experts: ExpertKernels | None = None,
) -> CapabilityTooLow | None:
    """The versions that run a method on GPUs of `capability`, and what the chosen one needs.

    `None` where all versions that have the method run it, or the chosen one does not have it.
    """
    needed = needed_capability(method, schemes, version, lacks_marlin=lacks_marlin, experts=experts)
    versions = capable_versions(method, schemes, capability, lacks_marlin=lacks_marlin, experts=experts)
    if needed is None and experts is not None:
        without = capability_limit(method, schemes, capability, version, lacks_marlin=lacks_marlin)
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
