"""The versions that an answer without a chosen version holds for, as far as they differ in memory."""

from collections.abc import Callable, Mapping

from recommender.caches import bounded_cache, model_cache
from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.model import Model
from recommender.vllm.attention_versions import sparse_attention_versions, stated_cache_versions
from recommender.vllm.behavior import behavior_of, first_version_of
from recommender.vllm.facts import wheel_versions
from recommender.vllm.releases import Span, releases_asked, version_ranges
from recommender.vllm.supported_versions import (
    VersionRanges,
    capable_versions,
    class_versions,
    deciding_keys,
    includes,
    method_versions,
    runs_through_transformers,
    scheme_versions,
)
from recommender.vllm.version import Version, VersionRange
from recommender.vllm.version_behavior import VersionBehavior

# GPUs for which defaults of the scheduler changed in 0.28.
_LARGEST_GPUS_BYTES = 160 * GIB


@model_cache
def covered_behaviors(model: Model, gpu: Gpu) -> tuple[VersionBehavior, ...]:
    """Those of the covered versions that run `model` on `gpu` of which one leaves the least KV cache.

    The others have no more than one of these (`_LESS_THAN`). All covered versions where none runs it.
    """
    first_versions = _behaviors(model, gpu)
    if _changes_implementation(model.class_name):
        return tuple(first_versions.values())
    return tuple(
        behavior
        for first, behavior in first_versions.items()
        if not (dominated := _LESS_THAN.get(first))
        or dominated[0].isdisjoint(first_versions)
        or dominated[1](model, gpu)
    )


def versions_where(
    model: Model, gpu: Gpu, holds: Callable[[VersionBehavior], bool]
) -> tuple[VersionRange, ...]:
    """Those of the covered versions that run `model` on `gpu` of which a condition holds."""
    holding = {first for first, behavior in _behaviors(model, gpu).items() if holds(behavior)}
    return version_ranges(
        Span(release, release) for release in releases_asked(None) if first_version_of(release) in holding
    )


def _behaviors(model: Model, gpu: Gpu) -> Mapping[Version, VersionBehavior]:
    return _running(
        model.class_name,
        deciding_keys(model.class_name).intersection(model.config_keys),
        model.quantization,
        model.quantization_schemes,
        gpu.compute_capability,
        language_class=model.language_class,
        is_sparse=model.has_sparse_attention,
        is_latent=model.has_latent_attention,
        has_fp8_cache=model.cache_value_bytes == 1,
    )


@bounded_cache
def _running(  # noqa: PLR0913 - what decides whether a version runs a model
    class_name: str,
    config_keys: frozenset[str],
    method: str | None,
    schemes: tuple[str, ...],
    capability: tuple[int, int],
    *,
    language_class: str | None,
    is_sparse: bool,
    is_latent: bool,
    has_fp8_cache: bool,
) -> Mapping[Version, VersionBehavior]:
    """The behaviors of the versions that run a model, each by the first version that has it."""
    needed: list[VersionRanges] = [class_versions(class_name, config_keys), wheel_versions(capability)]
    if language_class is not None and (having := class_versions(language_class)):
        needed.append(having)
    if method is not None:
        needed += [method_versions(method), capable_versions(method, schemes, capability)]
        needed += map(scheme_versions, schemes)
    if is_sparse:
        needed.append(sparse_attention_versions(capability, "fp8_e4m3" if has_fp8_cache else "auto"))
    elif has_fp8_cache:
        needed.append(stated_cache_versions(capability, is_latent=is_latent))
    covered = releases_asked(None)
    running = [release for release in covered if all(includes(ranges, release) for ranges in needed)]
    return {first_version_of(release): behavior_of(release) for release in running or covered}


@bounded_cache
def _changes_implementation(class_name: str) -> bool:
    """Whether only some of the covered versions run a class as one of transformers."""
    found = [runs_through_transformers(class_name, release) for release in releases_asked(None)]
    return any(found) and not all(found)


def _has_latents(model: Model, _gpu: Gpu) -> bool:
    return model.has_latent_attention


def _has_windows(model: Model, _gpu: Gpu) -> bool:
    return model.recurrent is not None or any(not layers.span.is_full for layers in model.attention)


def _has_frames(model: Model, _gpu: Gpu) -> bool:
    return model.encoder is not None and model.encoder.family == "gemma4"


def _has_further_tables(model: Model, _gpu: Gpu) -> bool:
    return model.further_rotary_values > 0


def _has_states_or_is_largest(model: Model, gpu: Gpu) -> bool:
    return model.recurrent is not None or gpu.visible_bytes >= _LARGEST_GPUS_BYTES


def _never(_model: Model, _gpu: Gpu) -> bool:
    return False


# Versions that never leave less cache than one of others, and the models and GPUs of which that is not so.
# 0.17 to 0.19 subtract no graphs, and 0.17 has larger blocks of latents. 0.21 to 0.26 run more and more
# models with the second runner, which takes less; in 0.23 Gemma 4 encodes more frames at once, and 0.26 keeps
# more tokens in flight. 0.28 has a smaller sampler than 0.27, and more states. 0.29 and 0.30 differ from 0.31
# in the degrees and blocks of FP8, and 0.31 from 0.32 in tables.
_LESS_THAN: Mapping[Version, tuple[frozenset[Version], Callable[[Model, Gpu], bool]]] = {
    (0, 17): (frozenset({(0, 20)}), _has_latents),
    (0, 18): (frozenset({(0, 20)}), _never),
    (0, 19): (frozenset({(0, 20)}), _never),
    (0, 21): (frozenset({(0, 20)}), _never),
    (0, 22): (frozenset({(0, 20)}), _never),
    (0, 23): (frozenset({(0, 20)}), _has_frames),
    (0, 24): (frozenset({(0, 20), (0, 23)}), _has_frames),
    (0, 25): (frozenset({(0, 20), (0, 23)}), _has_frames),
    (0, 26): (frozenset({(0, 20), (0, 23)}), _has_windows),
    (0, 28): (frozenset({(0, 27)}), _has_states_or_is_largest),
    (0, 29): (frozenset({(0, 30)}), _never),
    (0, 30): (frozenset({(0, 31)}), _never),
    (0, 31): (frozenset({(0, 32)}), _has_further_tables),
}
