"""Which versions of vLLM have a class or a quantization, and run them on a GPU.

Each answer is a tuple of version ranges, empty where no version does. `includes` and `includes_all` compare
it with the version that was chosen.
"""

from collections.abc import Callable, Collection
from functools import lru_cache

from recommender.vllm import facts
from recommender.vllm.releases import (
    Span,
    known_releases,
    names,
    releases_asked,
    value,
    version_ranges,
)
from recommender.vllm.transformers_backend import FIRST_WITHOUT_PLAN, falls_back
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version, VersionRange

VersionRanges = tuple[VersionRange, ...]
Capability = tuple[int, int]

# Names come from config.json files, and there are few of them for each process.
_CACHED = 1024

# The module of the registry that runs classes of transformers, `vllm/model_executor/models/transformers/`.
_TRANSFORMERS = "transformers"

_NO_KEYS: frozenset[str] = frozenset()

# Other names in `QUANTIZATION_METHODS` under which older or newer versions have a method of a checkpoint:
# `override_quantization_method` of each class in `vllm/model_executor/layers/quantization/`.
_OTHER_NAMES = {"auto-round": "inc", "modelopt_fp4": "nvfp4"}

# Schemes of which vLLM takes the other one where the GPU or the version lacks the first: weights in FP8 or
# NVFP4 with activations in 16 bit, through Marlin (`compressed_tensors.py`, `_get_scheme_from_parts`).
_OTHER_SCHEMES = {
    "compressed-tensors W8A8Fp8": "compressed-tensors W8A16Fp8",
    "compressed-tensors W4A4Fp4": "compressed-tensors W4A16Fp4",
    "compressed-tensors W4A16Fp4": "compressed-tensors W4A4Fp4",
}

# Marlin has kernels for FP8 in blocks and for FP8 experts from 0.9 on: `use_marlin` in `fp8.py` of 0.8.5 and
# 0.9.0.
_FP8_BEYOND_MARLIN = VersionRange(last=(0, 8))
_FP8_ARITHMETIC = 89

# Backends of sparse latent attention that `_get_backend_priorities` of `vllm/platforms/cuda.py` tries. The
# facts of backends begin with 0.11.1; the class of DeepSeek V3.2 came with 0.11.0, and the same backend.
_SPARSE_BACKENDS = (
    "FLASHMLA_SPARSE",
    "FLASHINFER_MLA_SPARSE",
    "FLASHINFER_MLA_SPARSE_SM120",
    "FLASHINFER_MLA_SPARSE_SM90",
    "FLASH_ATTN_MLA_SPARSE",
    "FLASH_ATTN_MLA_SPARSE_FA4",
)
_FIRST_WITH_BACKENDS: Version = (0, 11, 1)
_FIRST_WITHOUT_REPLACED_CACHES: Version = (0, 18)

# Backends that vLLM tries for an FP8 cache of keys and values, and of latents: `_get_backend_priorities`.
_FP8_BACKENDS = ("FLASHINFER", "TRITON_ATTN")
_FP8_LATENT_BACKENDS = ("FLASHMLA", "CUTLASS_MLA", "FLASHINFER_MLA", "TRITON_MLA")

# Triton converts E4M3 from capability 8.9 on, and E5M2 from 8.0 on.
_TRITON_CAPABILITIES: dict[str, Capability] = {"fp8": (8, 9), "fp8_e4m3": (8, 9), "fp8_e5m2": (8, 0)}

# Before backends state what they support: `is_kv_cache_dtype_supported` of `vllm/platforms/cuda.py` in 0.10
# and 0.11.0; before, FlashAttention 3 alone: `_is_v1_supported_oracle`, `vllm/engine/arg_utils.py`.
_FIRST_WITH_TRITON: Version = (0, 10)
_FLASH_ATTENTION_3: Capability = (9, 0)


def includes(ranges: VersionRanges, version: Version | None) -> bool:
    """Whether `version` is in one of `ranges`; without one, whether any covered version is."""
    return any(each.includes(version) for each in ranges)


@lru_cache(_CACHED)
def includes_all(ranges: VersionRanges, version: Version | None) -> bool:
    """Whether `version` is in one of `ranges`; without one, whether every covered version is."""
    if version is not None:
        return includes(ranges, version)
    return all(includes(ranges, each) for each in known_releases() if each >= OLDEST_COVERED_VERSION)


def class_versions(class_name: str, config_keys: Collection[str] = ()) -> VersionRanges:
    """Those that generate text with a class and read those of `config_keys` that change its layers."""
    return _class_versions(class_name, deciding_keys(class_name).intersection(config_keys))


@lru_cache(_CACHED)
def served_class(class_names: tuple[str, ...], version: Version | None) -> str | None:
    """The first of the classes that a version has, or any of those that it stands for; else the first.

    Source: `resolve_model_cls`, `vllm/model_executor/models/registry.py`.
    """
    releases = releases_asked(version)
    known = (name for name in class_names if any(facts.model_class(name, each) for each in releases))
    return next(known, next(iter(class_names), None))


@lru_cache(_CACHED)
def runs_through_transformers(class_name: str, version: Version | None) -> bool:
    """Whether a version, or one of those that it stands for, has a class as one of transformers."""
    found = (facts.model_class(class_name, each) for each in releases_asked(version))
    is_registered = any(each is not None and each.module == _TRANSFORMERS for each in found)
    return is_registered or falls_back_to_transformers(class_name, version)


@lru_cache(_CACHED)
def falls_back_to_transformers(class_name: str, version: Version | None) -> bool:
    """Whether a version, or one of those that it stands for, lacks a class and runs that of transformers."""
    return any(falls_back(class_name, each) for each in releases_asked(version))


@lru_cache(_CACHED)
def needs_transformers_plan(class_name: str, version: Version | None) -> bool:
    """Whether a version, or one of those, has it as a class of transformers and needs a plan of it."""
    return any(
        each < FIRST_WITHOUT_PLAN and runs_through_transformers(class_name, each)
        for each in releases_asked(version)
        if not falls_back(class_name, each)
    )


def deciding_keys(class_name: str) -> frozenset[str]:
    """The keys of config.json that only some of the versions with the class read."""
    return _deciding_keys().get(class_name, _NO_KEYS)


@lru_cache(_CACHED)
def method_versions(method: str) -> VersionRanges:
    """Those that have a quantization method."""
    return _versions(lambda release: _method(method, release) is not None)


@lru_cache(_CACHED)
def undeprecated_versions(method: str) -> VersionRanges:
    """Those that do not need `--allow-deprecated-quantization` for a method, or that lack it."""

    def is_undeprecated(release: Version) -> bool:
        name = _method(method, release)
        return name is None or not facts.is_deprecated(name, release)

    return _versions(is_undeprecated)


@lru_cache(_CACHED)
def scheme_versions(scheme: str) -> VersionRanges:
    """Those that have the scheme of a layer, or another one for the same weights."""
    return _versions(lambda release: _scheme_capability(scheme, release) is not None)


@lru_cache(_CACHED)
def capable_versions(
    method: str,
    schemes: tuple[str, ...],
    capability: Capability | None = None,
    *,
    lacks_marlin: bool = False,
) -> VersionRanges:
    """Those that run a method with these schemes on GPUs of `capability`, or on any where it is `None`.

    `lacks_marlin`: FP8 in blocks or experts, which Marlin did not run at first.
    """

    def is_enough(release: Version) -> bool:
        needed = needed_capability(method, schemes, release, lacks_marlin=lacks_marlin)
        return needed is not None and (capability is None or needed <= capability)

    return _versions(is_enough)


@lru_cache(_CACHED)
def needed_capability(
    method: str, schemes: tuple[str, ...], version: Version | None, *, lacks_marlin: bool = False
) -> Capability | None:
    """The lowest compute capability of a method with these schemes; `None` where the version lacks one.

    Without a version, the lowest of all covered ones.
    """
    if version is None:
        covered = [each for each in known_releases() if each >= OLDEST_COVERED_VERSION]
        found = [needed_capability(method, schemes, each, lacks_marlin=lacks_marlin) for each in covered]
        return min((each for each in found if each is not None), default=None)
    name = _method(method, version)
    of_method = facts.method_minimum_capability(name, version) if name is not None else None
    of_schemes = [_scheme_capability(scheme, version) for scheme in schemes]
    known = [each for each in of_schemes or [of_method] if each is not None]
    if of_method is None or len(known) < len(schemes):
        return None
    if lacks_marlin and _FP8_BEYOND_MARLIN.includes(version):
        return max(*known, divmod(_FP8_ARITHMETIC, 10))
    return max(known)


@lru_cache(_CACHED)
def sparse_attention_versions(
    capability: Capability, kv_cache_dtype: str, class_name: str = ""
) -> VersionRanges:
    """Those with a backend of sparse latent attention for a GPU and a cache.

    Up to 0.17 the class of DeepSeek V3.2 takes any FP8 cache for `fp8_ds_mla`: `DeepseekV32ForCausalLM`,
    `vllm/model_executor/models/config.py`.
    """

    def has_backend(release: Version) -> bool:
        version = max(release, _FIRST_WITH_BACKENDS)
        is_replaced = class_name == "DeepseekV32ForCausalLM" and release < _FIRST_WITHOUT_REPLACED_CACHES
        dtype = "fp8_ds_mla" if is_replaced and kv_cache_dtype.startswith("fp8") else kv_cache_dtype
        backends = (facts.attention_backend(name, version) for name in _SPARSE_BACKENDS)
        return any(
            backend is not None
            and (backend.capabilities is None or capability in backend.capabilities)
            and dtype in backend.kv_cache_dtypes
            for backend in backends
        )

    return _versions(has_backend)


@lru_cache(_CACHED)
def fp8_cache_versions(capability: Capability, kv_cache_dtype: str, *, is_latent: bool) -> VersionRanges:
    """Those with an attention backend for a GPU and an FP8 cache of keys and values, or of latents."""

    def is_supported(release: Version) -> bool:
        if not is_latent and capability == _FLASH_ATTENTION_3 and kv_cache_dtype != "fp8_e5m2":
            return True
        if release < _FIRST_WITH_BACKENDS:
            by_triton = capability >= _TRITON_CAPABILITIES[kv_cache_dtype] and not is_latent
            return by_triton and release >= _FIRST_WITH_TRITON
        names = _FP8_LATENT_BACKENDS if is_latent else _FP8_BACKENDS
        return any(_has_fp8_cache(name, release, capability, kv_cache_dtype) for name in names)

    return _versions(is_supported)


def _has_fp8_cache(name: str, release: Version, capability: Capability, kv_cache_dtype: str) -> bool:
    backend = facts.attention_backend(name, release)
    if backend is None or kv_cache_dtype not in backend.kv_cache_dtypes:
        return False
    if name.startswith("TRITON"):
        return capability >= _TRITON_CAPABILITIES[kv_cache_dtype]
    return backend.capabilities is None or capability in backend.capabilities


@lru_cache(_CACHED)
def _class_versions(class_name: str, config_keys: frozenset[str]) -> VersionRanges:
    return facts.class_versions(class_name, config_keys)


@lru_cache(1)
def _deciding_keys() -> dict[str, frozenset[str]]:
    pairs = [name.split(" ") for name in names("config_keys")]
    return {owner: frozenset(key for other, key in pairs if other == owner) for owner, _ in pairs}


def _versions(holds: Callable[[Version], bool]) -> VersionRanges:
    return version_ranges(Span(release, release) for release in known_releases() if holds(release))


def _method(method: str, version: Version) -> str | None:
    """The name under which a version has a method."""
    candidates = (method, _OTHER_NAMES.get(method, method))
    return next((name for name in candidates if value("quantization", name, version) is not None), None)


def _scheme_capability(scheme: str, version: Version) -> Capability | None:
    """The lower one of a scheme and the one that takes its place."""
    found = [
        facts.method_minimum_capability(method, version, name)
        for method, _, name in (each.partition(" ") for each in (scheme, _OTHER_SCHEMES.get(scheme, scheme)))
    ]
    return min((each for each in found if each is not None), default=None)
