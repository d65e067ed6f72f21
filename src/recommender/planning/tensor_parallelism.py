"""Which tensor parallel degrees vLLM accepts for a model, and what stands in the way of another."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from recommender.model import Model
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import DEFAULT_GPU_MEMORY_UTILIZATION
from recommender.vllm.facts import class_refuses
from recommender.vllm.supported_versions import needs_transformers_plan
from recommender.vllm.version_behavior import VersionBehavior

# Share of a GPU that weights may take, so that enough is left for a useful cache: 0.05 less than vLLM's.
_WEIGHT_SHARE = 0.85

_VOCABULARY_STEP = 64

Divided = Literal[
    "attention heads",
    "KV heads",
    "heads of its states",
    "groups of its states",
    "feed-forward width",
    "expert width",
    "shared expert's width",
    "vocabulary",
    "vision encoder's heads",
    "vision encoder's width",
]
Sharded = Literal[
    "query, key and value projections",
    "attention output projection",
    "projections into its states",
    "projections out of its states",
    "feed-forward width",
    "expert width",
    "shared expert's width",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indivisible:
    """A count or width that the degree does not divide."""

    what: Divided
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitBlock:
    """A share of a quantized matrix that would divide weights with a common scale."""

    what: Sharded
    share: int
    multiple: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneGpuOnly:
    """A pre-quantized bitsandbytes checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FewerExperts:
    """A class that vLLM does not build with fewer experts than GPUs."""

    experts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlan:
    """A class of transformers that may have no plan for several GPUs, which the version needs."""


Obstacle = Indivisible | SplitBlock | OneGpuOnly | FewerExperts | NoPlan


def degree_obstacle(model: Model, degree: int, behavior: VersionBehavior = ANY_VERSION) -> Obstacle | None:
    """The first reason why vLLM does not accept `degree`; `None` where it does."""
    return next(_obstacles(model, degree, behavior), None)


def valid_degrees(
    model: Model,
    gpu_count: int,
    behavior: VersionBehavior = ANY_VERSION,
    *,
    replicate_kv_heads: bool = False,
) -> tuple[int, ...]:
    """The degrees up to `gpu_count` that vLLM accepts, in rising order.

    Without `replicate_kv_heads` only those that divide the KV heads: above that vLLM keeps each of them on
    several GPUs (`QKVParallelLinear`, `vllm/model_executor/layers/linear.py`).
    """
    return tuple(
        degree
        for degree in range(1, gpu_count + 1)
        if (replicate_kv_heads or divides_kv_heads(model, degree))
        and degree_obstacle(model, degree, behavior) is None
    )


def divides_kv_heads(model: Model, degree: int) -> bool:
    """Whether each KV head is on one of `degree` GPUs only."""
    return (model.kv_heads or 0) % degree == 0


def nearest_degree(model: Model, degree: int, behavior: VersionBehavior = ANY_VERSION) -> int:
    """The largest degree up to `degree` that vLLM accepts, with KV heads replicated where necessary.

    1 where it accepts none: a model that can be sharded at all can run on one GPU.
    """
    return max(valid_degrees(model, degree, behavior, replicate_kv_heads=True), default=1)


def minimum_degree(
    weight_bytes: int, gpu_memory_bytes: int, utilization: float = DEFAULT_GPU_MEMORY_UTILIZATION
) -> int:
    """GPUs that hold the weights with room for a useful cache: `ceil(weights / (0.85 x memory of one GPU))`.

    A utilization above the default lets weights take as much more.
    """
    share = _WEIGHT_SHARE + max(0, utilization - DEFAULT_GPU_MEMORY_UTILIZATION)
    return math.ceil(weight_bytes / (share * gpu_memory_bytes))


def _obstacles(model: Model, degree: int, behavior: VersionBehavior) -> Iterator[Obstacle]:
    """Source: `_get_quant_state_dict`, `vllm/model_executor/model_loader/bitsandbytes_loader.py`."""
    if model.quantization == "bitsandbytes" and degree > 1:
        yield OneGpuOnly()
    if degree > 1 and model.is_estimated and needs_transformers_plan(model.class_name, behavior.version):
        yield NoPlan()
    experts = model.shape.experts
    if 0 < experts < degree and class_refuses(model.class_name, "experts", behavior.version):
        yield FewerExperts(experts=experts)
    for what, size in _divided(model):
        if size % degree:
            yield Indivisible(what=what, size=size)
    yield from _undivided_caches(model, degree)
    for sharded, share, multiple in _quantized_shares(model, degree, behavior):
        if share % multiple:
            yield SplitBlock(what=sharded, share=share, multiple=multiple)


def _divided(model: Model) -> Iterator[tuple[Divided, int]]:
    """Counts and widths that every degree must divide.

    Source: `vllm/config/model.py`, `verify_with_parallel_config`, for the attention heads,
    `vllm/model_executor/layers/linear.py` for the widths, `vocab_parallel_embedding.py` for the vocabulary,
    which is padded to 64, and the classes of the image encoders in `vllm/model_executor/models/`.
    """
    shape, vision = model.shape, model.vision
    yield "attention heads", shape.attention_heads
    yield "feed-forward width", shape.intermediate_size
    if shape.experts:
        yield "expert width", shape.expert_intermediate_size
        yield "shared expert's width", shape.shared_expert_size
    yield "vocabulary", -(-shape.vocabulary // _VOCABULARY_STEP) * _VOCABULARY_STEP
    if vision is not None:
        yield "vision encoder's heads", vision.heads or 0
        yield "vision encoder's width", vision.width or 0


def _undivided_caches(model: Model, degree: int) -> Iterator[Indivisible]:
    for cache in (layers.cache for layers in model.attention):
        if not cache.can_shard(degree):
            yield Indivisible(what="KV heads", size=cache.sharded_heads or 0)
    if model.recurrent is None:
        return
    state = model.recurrent.state
    for number in state.heads:
        if number % degree:
            yield Indivisible(what="heads of its states", size=number)
    if not state.can_shard_groups(degree):
        yield Indivisible(what="groups of its states", size=state.groups)


def _quantized_shares(
    model: Model, degree: int, behavior: VersionBehavior
) -> Iterator[tuple[Sharded, int, int]]:
    """The shares of quantized matrices on one GPU, and what each must be a multiple of."""
    multiples, shape = model.shard_multiples, model.shape
    may_merge = multiples.merges_odd_outputs and behavior.merges_odd_outputs
    merged = 1 if may_merge else multiples.outputs
    # Blocks are checked along the inputs only where those are divided.
    inputs = 1 if degree == 1 and multiples.outputs != 1 else multiples.inputs
    if multiples.attention:
        yield from _attention_shares(model, degree, inputs, merged)
    if multiples.feed_forward:
        both = math.lcm(inputs, merged)
        if not shape.experts or shape.dense_layers:
            yield "feed-forward width", shape.intermediate_size // degree, both
        yield "shared expert's width", shape.shared_expert_size // degree, both
    if shape.experts:
        experts = multiples.refined_experts if behavior.refines_expert_blocks else multiples.experts
        yield "expert width", shape.expert_intermediate_size // degree, experts


def _attention_shares(
    model: Model, degree: int, inputs: int, merged: int
) -> Iterator[tuple[Sharded, int, int]]:
    """The shares of attention and of states."""
    heads, alone = model.shape.attention_heads, model.shard_multiples.outputs
    for cache in (layers.cache for layers in model.attention):
        for share in cache.output_shares(degree, heads):
            yield (
                "query, key and value projections",
                share,
                merged if cache.merges_projections else alone,
            )
        for share in cache.input_shares(degree, heads):
            yield "attention output projection", share, inputs
    if model.recurrent is not None:
        for width in model.recurrent.state.output_widths:
            yield "projections into its states", width // degree, merged
        for width in model.recurrent.state.input_widths:
            yield "projections out of its states", width // degree, inputs
