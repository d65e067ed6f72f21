"""Facts about vLLM by version: classes, quantization methods, defaults, attention backends, wheels.

Where a version may be `None`, the answer holds for every release since `OLDEST_COVERED_VERSION`.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.vllm.releases import (
    Span,
    known_releases,
    names,
    releases_asked,
    value,
    values,
    version_ranges,
)
from recommender.vllm.transformers_backend import fallback_spans
from recommender.vllm.version import Version, VersionRange

Usage = Literal["openai_api_server", "llm_class"]

# Groups of the registry whose classes generate text. Others embed, classify or draft for another model.
_GENERATING = frozenset(
    {
        "text_generation",
        "multimodal",
        "transformers",
        "transformers_supported",
        "transformers_backend",
        "fallback",
    }
)


# Named tuples: each dataclass would add 0.4 ms to a cold start.
class ModelClass(NamedTuple):
    """What serves a class of config.json."""

    group: str
    """The table of vLLM's registry: text_generation, multimodal, embedding and so on."""
    module: str
    """In `vllm/model_executor/models/`, or a module by its full name."""
    name: str


class AttentionBackend(NamedTuple):
    """The GPUs and caches that an attention backend supports."""

    capabilities: frozenset[tuple[int, int]] | None
    """Compute capabilities; `None` for all."""
    kv_cache_dtypes: frozenset[str]
    conditional_kv_cache_dtypes: frozenset[str]
    """Those that depend on the GPU or on libraries."""
    block_sizes: tuple[int | str, ...] | None
    """Tokens of a block, 64 or "multiple of 16"; `None` where they depend on more."""

    def takes(self, capability: tuple[int, int], kv_cache_dtype: str) -> bool:
        """Whether it runs on a GPU with a cache of `--kv-cache-dtype`, whatever libraries there are."""
        runs = self.capabilities is None or capability in self.capabilities
        return runs and kv_cache_dtype in self.kv_cache_dtypes


class BatchDefaults(NamedTuple):
    """Defaults of the scheduler on a GPU."""

    max_num_batched_tokens: int
    max_num_seqs: int


def class_versions(class_name: str, config_keys: Collection[str] = ()) -> tuple[VersionRange, ...]:
    """The versions that generate text with a class, in order; nothing for a class that none has.

    They have it in their registry, or run it through their Transformers backend.
    Versions whose class does not yet read one of the `config_keys` that changes its layers are left out.
    """
    targets = values("models", class_name)
    spans = [span for span, target in targets if target.partition(" ")[0] in _GENERATING]
    needed = [name for name in names("config_keys") if _is_key_of(name, class_name, config_keys)]
    if needed:
        spans = [Span(release, release) for release in known_releases() if _is_read(release, spans, needed)]
    return version_ranges(sorted([*spans, *fallback_spans(class_name)]))


def model_class(class_name: str, version: Version) -> ModelClass | None:
    """What serves a class under a version, of whatever group; `None` where nothing does."""
    target = value("models", class_name, version)
    if target is None:
        return None
    group, _, location = target.partition(" ")
    module, _, name = location.partition(":")
    return ModelClass(group=group, module=module, name=name or class_name)


def class_refuses(class_name: str, what: str, version: Version | None) -> bool:
    """Whether a version, or one of them, refuses to build a class: `tools/vllm_facts/class_checks.py`.

    `what`: fewer `experts` than GPUs, `windows`, `mixed_windows`, or the key `dual_chunk_attention_config`.
    """
    return any(
        what in (value("class_checks", class_name, each) or "").split() for each in releases_asked(version)
    )


def method_versions(method: str) -> tuple[VersionRange, ...]:
    """The versions that have a quantization method, by its name in config.json or on the command line."""
    return version_ranges(span for span, _ in values("quantization", method))


def is_deprecated(method: str, version: Version | None) -> bool:
    """Whether a version, or one of them, takes a method only with `--allow-deprecated-quantization`."""
    return any(
        (value("quantization", method, each) or {}).get("deprecated", False)
        for each in releases_asked(version)
    )


def method_minimum_capability(
    method: str, version: Version | None, scheme: str | None = None
) -> tuple[int, int] | None:
    """The lowest compute capability of a method, or of one of its schemes; `None` where a version lacks it.

    Schemes: `WNA16`, `W8A8Fp8` and so on of compressed-tensors and quark; each `quant_algo` of modelopt, and
    of a layer under modelopt_mixed.
    """
    numbers = [_minimum(method, each, scheme) for each in releases_asked(version)]
    known = [number for number in numbers if number is not None]
    return divmod(max(known), 10) if len(known) == len(numbers) else None


def quantizes_at_load(method: str, layers: Literal["linear", "experts"], version: Version | None) -> bool:
    """Whether `--quantization` with a method quantizes these layers of a 16-bit checkpoint while loading."""
    found = (value("online_quantization", method, each) for each in releases_asked(version))
    return all(each is not None and layers in each.split() for each in found)


def quantizes_experts(name: str, version: Version) -> bool:
    """Whether a version runs a method, `awq`, or a scheme, `compressed-tensors W8A8Int8`, in experts."""
    return value("quantized_experts", name, version) is not None


def batch_defaults(gpu: Gpu, version: Version | None, usage: Usage = "openai_api_server") -> BatchDefaults:
    """The defaults of `--max-num-batched-tokens` and `--max-num-seqs` on a GPU.

    Without a version, the smallest of all covered ones.
    """
    tables = (
        tiers
        for span, tiers in values("batch_defaults", "tiers")
        if any(span.includes(each) for each in releases_asked(version))
    )
    found = [next(tier for tier in tiers if _applies(tier, gpu))[usage] for tiers in tables]
    tokens, sequences = (min(numbers) for numbers in zip(*found, strict=True))
    return BatchDefaults(max_num_batched_tokens=tokens, max_num_seqs=sequences)


def default_utilization(version: Version) -> float:
    """The default of `--gpu-memory-utilization`."""
    return float(value("cache_defaults", "gpu_memory_utilization", version))


def refuses_float16(model_type: str, version: Version | None) -> bool:
    """Whether a version, or one of them, refuses to run a `model_type` in float16."""
    return any(value("float16_refused", model_type, each) is not None for each in releases_asked(version))


def computes_in_float16_only(method: str, version: Version | None) -> bool:
    """Whether a version, or one of them, runs a quantization method in float16 only."""
    found = (value("quantization", method, each) or {} for each in releases_asked(version))
    return any(each.get("dtypes") == ["float16"] for each in found)


def attention_backend(name: str, version: Version) -> AttentionBackend | None:
    """A backend by its name, `FLASH_ATTN`; `None` where a version lacks it, and before 0.11.1 for all."""
    found = value("attention_backends", name, version)
    if found is None:
        return None
    dtypes, sizes = found["kv_cache_dtypes"], found.get("block_sizes")
    capabilities = found["capabilities"]
    return AttentionBackend(
        capabilities=None if capabilities == "any" else frozenset(map(_capability, capabilities)),
        kv_cache_dtypes=frozenset(dtype for dtype in dtypes if not dtype.endswith("?")),
        conditional_kv_cache_dtypes=frozenset(dtype[:-1] for dtype in dtypes if dtype.endswith("?")),
        block_sizes=None if sizes is None else tuple(sizes),
    )


def wheel_versions(capability: tuple[int, int]) -> tuple[VersionRange, ...]:
    """The versions whose wheels have code for GPUs of a compute capability: for its major one, no higher."""
    return version_ranges(
        span
        for span, built_for in values("wheel", "compute_capabilities")
        if any(_runs_on(_capability(each), capability) for each in built_for)
    )


def _is_key_of(name: str, class_name: str, config_keys: Collection[str]) -> bool:
    owner, _, key = name.partition(" ")
    return owner == class_name and key in config_keys


def _is_read(release: Version, spans: Collection[Span], keys: Collection[str]) -> bool:
    return any(span.includes(release) for span in spans) and all(
        value("config_keys", name, release) for name in keys
    )


def _minimum(method: str, version: Version, scheme: str | None) -> int | None:
    """75 for 7.5."""
    if scheme is not None:
        number: int | None = value("quantization_schemes", f"{method} {scheme}", version)
        return number
    return (value("quantization", method, version) or {}).get("capability")


def _applies(tier: Mapping[str, Any], gpu: Gpu) -> bool:
    name = gpu.name.lower()
    return (
        gpu.visible_bytes >= tier.get("min_gib", 0) * GIB
        and not any(word in name for word in tier.get("name_lacks", ()))
        and ("name_has" not in tier or any(word in name for word in tier["name_has"]))
        and ("not_capability" not in tier or gpu.compute_capability != _capability(tier["not_capability"]))
    )


def _runs_on(built_for: tuple[int, int], capability: tuple[int, int]) -> bool:
    return built_for[0] == capability[0] and built_for[1] <= capability[1]


def _capability(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)
