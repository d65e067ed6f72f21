"""Which versions of vLLM have a class or a quantization, and run them on a GPU.

Each answer is a tuple of version ranges, empty where no version does. `includes` and `includes_all` compare
it with the version that was chosen.
"""

from collections.abc import Collection
from functools import cache
from typing import Literal

from recommender.caches import bounded_cache
from recommender.vllm import facts
from recommender.vllm.releases import (
    names,
    ranges_where,
    releases_asked,
    value,
)
from recommender.vllm.transformers_backend import FIRST_WITHOUT_PLAN, falls_back
from recommender.vllm.version import Version, VersionRange

VersionRanges = tuple[VersionRange, ...]
Capability = tuple[int, int]
ExpertKernels = Literal["marlin", "others"]
"""Whether quantized experts have a form that Marlin's kernels take."""

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
    "compressed-tensors W8A8Fp8Block": "compressed-tensors W8A16Fp8Block",
    "compressed-tensors W4A16Mxfp4": "compressed-tensors W4A4Mxfp4",
    "compressed-tensors W4A4Fp4": "compressed-tensors W4A16Fp4",
    "compressed-tensors W4A16Fp4": "compressed-tensors W4A4Fp4",
}

# Methods whose experts run in Marlin's kernels, and the method with these kernels: those of AWQ and of packed
# integers always, those of GPTQ where the version has no others: `get_quant_method` of `awq.py` and of
# `gptq.py`, `get_moe_method` of `compressed_tensors_moe.py`.
_MARLIN_METHODS = {"awq": "awq_marlin", "gptq": "gptq_marlin"}
_PACKED = "compressed-tensors WNA16"

# Marlin has kernels for FP8 in blocks and for FP8 experts from 0.9 on: `use_marlin` in `fp8.py` of 0.8.5 and
# 0.9.0.
_FP8_BEYOND_MARLIN = VersionRange(last=(0, 8))
_FP8_ARITHMETIC: Capability = (8, 9)
_ANY_CAPABILITY: Capability = (0, 0)


def includes(ranges: VersionRanges, version: Version | None) -> bool:
    """Whether `version` is in one of `ranges`; without one, whether any covered version is."""
    return any(each.includes(version) for each in ranges)


@bounded_cache
def includes_all(ranges: VersionRanges, version: Version | None) -> bool:
    """Whether `version` is in one of `ranges`; without one, whether every covered version is."""
    if version is not None:
        return includes(ranges, version)
    return all(includes(ranges, each) for each in releases_asked(None))


def class_versions(class_name: str, config_keys: Collection[str] = ()) -> VersionRanges:
    """Those that generate text with a class and read those of `config_keys` that change its layers."""
    return _class_versions(class_name, deciding_keys(class_name).intersection(config_keys))


@bounded_cache
def setting_versions(class_name: str, setting: str) -> VersionRanges:
    """Those that have a class and build it with a setting of config.json: `facts.class_refuses`."""
    having = class_versions(class_name)
    return ranges_where(
        lambda release: includes(having, release) and not facts.class_refuses(class_name, setting, release)
    )


@bounded_cache
def served_class(class_names: tuple[str, ...], version: Version | None) -> str | None:
    """The first of the classes that a version has, or any of those that it stands for; else the first.

    Source: `resolve_model_cls`, `vllm/model_executor/models/registry.py`.
    """
    releases = releases_asked(version)
    known = (name for name in class_names if any(facts.model_class(name, each) for each in releases))
    return next(known, next(iter(class_names), None))


@bounded_cache
def runs_through_transformers(class_name: str, version: Version | None) -> bool:
    """Whether a version, or one of those that it stands for, has a class as one of transformers."""
    found = (facts.model_class(class_name, each) for each in releases_asked(version))
    is_registered = any(each is not None and each.module == _TRANSFORMERS for each in found)
    return is_registered or falls_back_to_transformers(class_name, version)


@bounded_cache
def falls_back_to_transformers(class_name: str, version: Version | None) -> bool:
    """Whether a version, or one of those that it stands for, lacks a class and runs that of transformers."""
    return any(falls_back(class_name, each) for each in releases_asked(version))


@bounded_cache
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


@bounded_cache
def method_versions(method: str) -> VersionRanges:
    """Those that have a quantization method."""
    return ranges_where(lambda release: _method(method, release) is not None)


@bounded_cache
def undeprecated_versions(method: str) -> VersionRanges:
    """Those that do not need `--allow-deprecated-quantization` for a method, or that lack it."""

    def is_undeprecated(release: Version) -> bool:
        name = _method(method, release)
        return name is None or not facts.is_deprecated(name, release)

    return ranges_where(is_undeprecated)


@bounded_cache
def scheme_versions(scheme: str) -> VersionRanges:
    """Those that have the scheme of a layer, or another one for the same weights."""
    return ranges_where(lambda release: _scheme_capability(scheme, release) is not None)


@bounded_cache
def capable_versions(
    method: str,
    schemes: tuple[str, ...],
    capability: Capability | None = None,
    *,
    lacks_marlin: bool = False,
    experts: ExpertKernels | None = None,
) -> VersionRanges:
    """Those that run a method with these schemes on GPUs of `capability`, or on any where it is `None`.

    `lacks_marlin`: FP8 in blocks or experts, which Marlin did not run at first.
    """

    def is_enough(release: Version) -> bool:
        needed = needed_capability(method, schemes, release, lacks_marlin=lacks_marlin, experts=experts)
        return needed is not None and (capability is None or needed <= capability)

    return ranges_where(is_enough)


@bounded_cache
def needed_capability(
    method: str,
    schemes: tuple[str, ...],
    version: Version | None,
    *,
    lacks_marlin: bool = False,
    experts: ExpertKernels | None = None,
) -> Capability | None:
    """The lowest compute capability of a method with these schemes; `None` where the version lacks one.

    Without a version, the lowest of all covered ones.
    """
    if version is None:
        found = [
            needed_capability(method, schemes, each, lacks_marlin=lacks_marlin, experts=experts)
            for each in releases_asked(None)
        ]
        return min((each for each in found if each is not None), default=None)
    name = _method(method, version)
    of_method = facts.method_minimum_capability(name, version) if name is not None else None
    of_schemes = [_scheme_capability(scheme, version) for scheme in schemes]
    known = [each for each in of_schemes or [of_method] if each is not None]
    if of_method is None or len(known) < len(schemes):
        return None
    if experts is not None:
        of_experts = _expert_capability(method, schemes, version, experts)
        if of_experts is None:
            return None
        known.append(of_experts)
    if lacks_marlin and _FP8_BEYOND_MARLIN.includes(version):
        return max(*known, _FP8_ARITHMETIC)
    return max(known)


def _expert_capability(
    method: str, schemes: tuple[str, ...], version: Version, experts: ExpertKernels
) -> Capability | None:
    """What experts need in addition; `None` where the version cannot run them in this form."""
    names = [each for scheme in schemes for each in (scheme, _OTHER_SCHEMES.get(scheme, scheme))]
    names = [name.removesuffix("Block") for name in names if name.startswith("compressed-tensors ")]
    has_own = any(
        facts.quantizes_experts(name, version) for name in names or [_method(method, version) or ""]
    )
    marlin_method = _MARLIN_METHODS.get(method)
    if marlin_method is not None and experts == "marlin" and (method == "awq" or not has_own):
        return facts.method_minimum_capability(marlin_method, version)
    if _PACKED in schemes:
        return facts.method_minimum_capability(_MARLIN_METHODS["awq"], version)
    return _ANY_CAPABILITY if has_own else None


@bounded_cache
def _class_versions(class_name: str, config_keys: frozenset[str]) -> VersionRanges:
    return facts.class_versions(class_name, config_keys)


@cache
def _deciding_keys() -> dict[str, frozenset[str]]:
    pairs = [name.split(" ") for name in names("config_keys")]
    return {owner: frozenset(key for other, key in pairs if other == owner) for owner, _ in pairs}


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
