"""Pre-quantized checkpoints of a model, and which of them run on an instance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import HubMetadata, ListedCheckpoint, Model, parse_model
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.planning.plan import Plan, best_plan
from recommender.planning.version_limits import version_limits
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import QuantizationName
from recommender.vllm.version_behavior import VersionBehavior

_MOST_OFFERED = 3

# Entries of the Hub's list, for each quantization, whose config.json is read.
_MOST_READ = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A checkpoint whose config.json has been parsed."""

    model: Model
    downloads: int
    is_gated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreQuantizedCheckpoint:
    """A repository to run instead of the model itself, and the configuration for it."""

    model_id: str
    method: str
    """vLLM's name of the quantization: `awq`, `gptq`, `compressed-tensors`, ..."""
    quantized_to: QuantizationName
    downloads: int
    is_gated: bool
    plan: Plan


def worth_reading(
    listed: Sequence[ListedCheckpoint], wanted: Iterable[QuantizationName]
) -> tuple[ListedCheckpoint, ...]:
    """The most downloaded of `listed` that may be quantized to one of `wanted`, at most eight for each."""
    chosen = {
        each.model_id: each
        for name in wanted
        for each in islice((one for one in listed if one.may_be(name)), _MOST_READ)
    }
    return tuple(chosen.values())


def candidate(listed: ListedCheckpoint, config: Mapping[str, Any]) -> Candidate | None:
    """The checkpoint that `config`, its config.json, describes; `None` where that is not understood."""
    metadata = HubMetadata(model_id=listed.model_id, information=listed.information, config=config)
    try:
        model = parse_model(metadata)
    except (UnsupportedModel, ImplausibleMetadata):
        return None
    return Candidate(model=model, downloads=listed.downloads, is_gated=listed.is_gated)


def pre_quantized_checkpoints(  # noqa: PLR0913, PLR0917 - what a plan depends on
    base: Model,
    candidates: Iterable[Candidate],
    wanted: QuantizationName,
    instance: Instance,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> tuple[PreQuantizedCheckpoint, ...]:
    """Those of `candidates` that are `base` quantized to `wanted` and that run on `instance`.

    At most three, the most downloaded first.
    """
    ranked = sorted(candidates, key=lambda each: (-each.downloads, each.model.model_id))
    tried = (_fitting(base, each, wanted, instance, behavior, engine) for each in ranked)
    return tuple(islice((each for each in tried if each is not None), _MOST_OFFERED))


def _fitting(  # noqa: PLR0913, PLR0917 - as above
    base: Model,
    candidate: Candidate,
    wanted: QuantizationName,
    instance: Instance,
    behavior: VersionBehavior,
    engine: EngineOverrides,
) -> PreQuantizedCheckpoint | None:
    model = candidate.model
    if model.quantization is None or model.quantized_to != wanted or not _is_same(model, base):
        return None
    plan = best_plan(model, instance, behavior=behavior, engine=engine)
    if not isinstance(plan, Plan) or _narrows_versions(model, base, instance, behavior):
        return None
    return PreQuantizedCheckpoint(
        model_id=model.model_id,
        method=model.quantization,
        quantized_to=wanted,
        downloads=candidate.downloads,
        is_gated=candidate.is_gated,
        plan=plan,
    )


def _is_same(model: Model, base: Model) -> bool:
    """Whether the sizes agree; anyone may tag a repository as quantized from another."""
    return (model.shape.layers, model.shape.hidden_size) == (base.shape.layers, base.shape.hidden_size)


def _narrows_versions(model: Model, base: Model, instance: Instance, behavior: VersionBehavior) -> bool:
    """Whether fewer versions run the checkpoint than run `base`, as with bitsandbytes."""
    gpu = gpu_of(instance)
    return not set(version_limits(model, gpu, behavior)) <= set(version_limits(base, gpu, behavior))
