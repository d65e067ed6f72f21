"""Which versions of vLLM run a model on a GPU, and what the others lack."""

from collections.abc import Mapping
from typing import assert_never

from recommender.hardware.gpu import Gpu
from recommender.messages.phrases import capability_text, method_text, version_choice_text, versions_text
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
from recommender.vllm.supported_versions import VersionRanges

_SETTINGS: Mapping[Setting, str] = {
    "dual_chunk_attention_config": "the dual_chunk_attention_config of its config.json",
    "mixed_windows": "a sliding window in only some of its layers",
    "windows": "a sliding window",
}

_DEPRECATED_FLAG = "--allow-deprecated-quantization"

# From 0.28 on bitsandbytes is a plugin: `docs/features/quantization/bnb.md`.
_PLUGINS = {"bitsandbytes": "vllm-bnb-plugin"}


def version_limit(limit: VersionLimit, gpu: Gpu, gpu_name: str) -> str:  # noqa: C901, PLR0911 - one for each
    """What a version lacks for a model on a GPU, which `gpu_name` names, and which versions have it."""
    versions = limit.versions
    match limit:
        case ClassNotInVersion():
            return class_not_in_version(limit)
        case SettingRefused():
            return _setting_refused(limit)
        case NoWheels():
            return f"vLLM's released wheels support {gpu_name} {versions_text(versions)}."
        case MethodNotInVersion():
            return method_not_in_version(limit)
        case SchemeNotInVersion():
            return f"vLLM reads the checkpoint's format ({limit.scheme}) {versions_text(versions)}."
        case ExpertsNotInVersion():
            method = method_text(limit.method)
            if not versions:
                return f"vLLM does not run experts that are quantized with {method}."
            return f"vLLM runs experts that are quantized with {method} {versions_text(versions)}."
        case MethodDeprecated():
            return (
                f"vLLM deprecates {method_text(limit.method)}, which the checkpoint is quantized with, and"
                f" does not start without {_DEPRECATED_FLAG}: add this flag{_or_choose(versions)}."
            )
        case NoSparseAttention():
            cache = " with the FP8 cache that the checkpoint sets" if limit.has_fp8_cache else ""
            if not versions:
                return f"vLLM has no kernels for this model's sparse attention{cache} on {gpu_name}."
            return (
                f"vLLM has kernels for this model's sparse attention{cache} on {gpu_name}"
                f" {versions_text(versions)}."
            )
        case NoBackendForStatedCache():
            return (
                f"vLLM runs the FP8 cache that the checkpoint sets on {gpu_name} {versions_text(versions)}."
            )
        case CapabilityTooLow():
            only = f" vLLM supports it there {versions_text(versions)}." if versions else ""
            return (
                f"The checkpoint is quantized with {method_text(limit.method)}, for which vLLM needs compute"
                f" capability {capability_text(limit.needed)} or higher; {gpu_name} has"
                f" {capability_text(gpu.compute_capability)}.{only}"
            )
    assert_never(limit)


def _setting_refused(limit: SettingRefused) -> str:
    setting = _SETTINGS[limit.setting]
    if not limit.versions:
        return f"No version of vLLM runs {limit.class_name} with {setting}."
    return f"vLLM runs {limit.class_name} with {setting} {versions_text(limit.versions)}."


def class_not_in_version(limit: ClassNotInVersion) -> str:
    """Which versions of vLLM have the model's class."""
    if not limit.versions:
        return f"The class {limit.class_name} is not in vLLM."
    needed = next(iter(limit.versions))
    if len(limit.versions) == 1 and needed.last is None and needed.first is not None:
        return f"{limit.class_name} needs vLLM {version_choice_text(limit.versions)}."
    return f"vLLM supports {limit.class_name} {versions_text(limit.versions)}."


def method_not_in_version(limit: MethodNotInVersion) -> str:
    """Which versions of vLLM have the checkpoint's quantization method, and what others need."""
    if not limit.versions:
        return f"vLLM has no quantization method {method_text(limit.method)}."
    plugin = _PLUGINS.get(limit.method)
    later = f"; later versions need the plugin {plugin}" if plugin is not None else ""
    return f"vLLM runs {method_text(limit.method)} checkpoints {versions_text(limit.versions)}{later}."


def version_warning(limit: VersionLimit, gpu: Gpu, gpu_name: str) -> str:
    """The same about a limit that some of the versions that are meant do not have, and what to choose."""
    sentence, choice = version_limit(limit, gpu, gpu_name), version_choice_text(limit.versions)
    if isinstance(limit, CapabilityTooLow):
        method = method_text(limit.method)
        sentence = f"vLLM runs {method} checkpoints on {gpu_name} {versions_text(limit.versions)}."
    if isinstance(limit, MethodDeprecated | MethodNotInVersion) or choice in sentence:
        return sentence
    return f"{sentence.removesuffix('.')}: choose {choice}."


def _or_choose(versions: VersionRanges) -> str:
    return f", or choose {version_choice_text(versions)}" if versions else ""
