"""What the calculator predicts of the same: the one module here that knows its functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from support.instances import GPU_INSTANCES

from oracle.answers import GPU, Answer, CachePlan, documents
from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.kv_cache import cache_layout, cache_value_bytes
from recommender.memory.layout import CacheLayout
from recommender.memory.weights import weight_bytes_per_gpu
from recommender.model import Model, parse_model
from recommender.model.errors import CalculationError
from recommender.planning.compatibility import incompatibility
from recommender.planning.tensor_parallelism import valid_degrees
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineArgs, default_engine_args
from recommender.vllm.version import parse_version


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreePrediction:
    """The memory of one rank."""

    weight_bytes: int | None
    plans: tuple[CachePlan, ...]
    """One for each plan of vLLM's, or none where the calculator refuses to divide the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the calculator says of a model under a version."""

    refusal: object | None
    """Why no degree is accepted."""
    context: int | None = None
    accepted: frozenset[int] = frozenset()
    degrees: Mapping[int, DegreePrediction]


def predict(answer: Answer) -> Prediction:
    """The prediction for the model, version and degrees of `answer`."""
    try:
        model = _model(answer.model)
    except CalculationError as error:
        return Prediction(refusal=error, degrees={})
    return predict_for(model, answer)


def predict_for(model: Model, answer: Answer) -> Prediction:
    """The same for a model that was parsed in another way."""
    gpu = _gpu()
    behavior = behavior_of(parse_version(answer.version))
    engine_args = default_engine_args(gpu, behavior, context_tokens=model.max_position_embeddings)
    refusal = incompatibility(model, gpu, behavior=behavior)
    accepted = valid_degrees(model, max(answer.degrees), behavior, replicate_kv_heads=True)
    return Prediction(
        refusal=refusal,
        context=model.context.default_tokens,
        accepted=frozenset() if refusal else frozenset(accepted),
        degrees={
            degree: _of_degree(model, gpu, engine_args, degree, each.plans)
            for degree, each in answer.degrees.items()
            if each.is_accepted
        },
    )


@cache
def _gpu() -> Gpu:
    return next(gpu for gpu in map(gpu_of, GPU_INSTANCES) if gpu.name == GPU)


@cache
def _model(name: str) -> Model:
    return parse_model(documents()[name])


def _of_degree(
    model: Model, gpu: Gpu, engine_args: EngineArgs, degree: int, plans: tuple[CachePlan, ...]
) -> DegreePrediction:
    dtype = compute_dtype(model, gpu, engine_args.behavior.version)
    try:
        weights = weight_bytes_per_gpu(
            model, dtype, degree, behavior=engine_args.behavior, capability=gpu.compute_capability
        )
    except (CalculationError, ZeroDivisionError):
        weights = None
    try:
        behavior = engine_args.behavior
        layout = cache_layout(
            model,
            degree,
            cache_value_bytes(model, dtype, behavior),
            behavior,
            state_value_bytes=dtype.size_bytes,
        )
        predicted = tuple(_plan(layout, engine_args, plan) for plan in plans)
    except (CalculationError, ZeroDivisionError):
        predicted = ()
    return DegreePrediction(weight_bytes=weights, plans=predicted)


def _plan(layout: CacheLayout, engine_args: EngineArgs, plan: CachePlan) -> CachePlan:
    cache_bytes = plan.cache_gib * GIB
    concurrency = layout.max_concurrency(cache_bytes, plan.context, engine_args.in_flight_tokens)
    follows = engine_args.behavior.tokens_follow_concurrency
    return CachePlan(
        cache_gib=plan.cache_gib,
        context=plan.context,
        blocks=layout.blocks(cache_bytes),
        tokens=int(concurrency * plan.context) if follows else layout.tokens(cache_bytes, plan.context),
        concurrency=concurrency,
    )
