"""Predictions of a logged run: the calculator's, and a plain formula's for comparison."""

from dataclasses import dataclass, replace

from benchmarks.accuracy.language_model import without_encoder
from benchmarks.accuracy.pipeline import of_first_stage, of_last_stage, stage
from benchmarks.accuracy.runs import LoggedRun, Metadata, gpu_of_run
from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.model import HubMetadata, Model, parse_model
from recommender.model.dtype import BY_TORCH_NAME
from recommender.model.errors import CalculationError
from recommender.planning.context import budget_for_largest_context, largest_context
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import EngineArgs, default_engine_args
from recommender.vllm.facts import default_utilization
from recommender.vllm.quantization import FP8
from recommender.vllm.releases import known_releases
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version

# The V1 engine needed compute capability 8.0 until 0.10.1; older GPUs ran under V0.
_V0: Version = (0, 7)
_V1_EVERYWHERE: Version = (0, 10, 2)
_V1_CAPABILITY = (8, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartupFigures:
    """What a start-up logs for one GPU; `None` where it is not known."""

    weights_gib: float | None
    kv_cache_gib: float | None
    kv_tokens: int | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A run with both predictions."""

    run: LoggedRun
    attention: str
    """The kind of attention; `unknown` or `refused` where there is no prediction."""
    predicted: StartupFigures
    plain_tokens: int | None
    """Tokens of the plain formula: parameters x bytes for weights, 0.9 x memory, no overhead."""
    recommended_max_model_len: int | None

    @property
    def logged(self) -> StartupFigures:
        """What the server logged."""
        return StartupFigures(
            weights_gib=self.run.weights_gib,
            kv_cache_gib=self.run.kv_cache_gib,
            kv_tokens=self.run.kv_tokens,
            outcome=self.run.outcome,
        )


def predict(run: LoggedRun, metadata: Metadata) -> Prediction:
    """The prediction for `run`; without figures where facts are missing or the model is refused."""
    gpu, documents = gpu_of_run(run), metadata(run.hub_id) if run.hub_id else None
    if gpu is None or documents is None or run.version is None:
        return _without_figures(run, "unknown")
    try:
        return _predicted(run, gpu, documents)
    except CalculationError:
        return _without_figures(run, "refused")


def _without_figures(run: LoggedRun, reason: str) -> Prediction:
    return Prediction(
        run=run,
        attention=reason,
        predicted=StartupFigures(weights_gib=None, kv_cache_gib=None, kv_tokens=None, outcome=None),
        plain_tokens=None,
        recommended_max_model_len=None,
    )


def _predicted(run: LoggedRun, gpu: Gpu, documents: HubMetadata) -> Prediction:
    model = parse_model(documents)
    if run.language_model_only:
        model = without_encoder(model)
    context = run.max_model_len or model.max_position_embeddings
    memory, tightest = _budgets(run, model, gpu)
    return Prediction(
        run=run,
        attention=_attention(model),
        predicted=StartupFigures(
            weights_gib=memory.weight_bytes / GIB,
            kv_cache_gib=memory.kv_cache_bytes / GIB,
            kv_tokens=tightest.logged_tokens(run.max_concurrency_len or context),
            outcome=_outcome(tightest, context),
        ),
        plain_tokens=_plain_tokens(model, gpu, run.tp),
        recommended_max_model_len=_recommended_context(run, model, gpu),
    )


def _budgets(run: LoggedRun, model: Model, gpu: Gpu) -> tuple[Budget, Budget]:
    """The budget of the first pipeline stage, which logs it, and the tightest, which limits the tokens."""
    engine_args = _engine_args(run, model, gpu)
    if run.pp == 1:
        memory = _budget(run, model, gpu, engine_args)
        return memory, memory
    part = stage(model, run.pp)
    first, last = (
        _budget(run, part, gpu, each) for each in (of_first_stage(engine_args), of_last_stage(engine_args))
    )
    return first, min(first, last, key=lambda memory: memory.kv_cache_bytes)


def _budget(run: LoggedRun, model: Model, gpu: Gpu, engine_args: EngineArgs) -> Budget:
    """The budget under the run's own flags."""
    quantized_at_load = run.quantization == "fp8" and model.quantization is None
    return budget(
        model,
        gpu,
        run.tp,
        FP8 if quantized_at_load else None,
        engine_args=engine_args,
        dtype=BY_TORCH_NAME.get(run.dtype or ""),
    )


def _engine_args(run: LoggedRun, model: Model, gpu: Gpu) -> EngineArgs:
    version = run.version
    lacks_v1 = gpu.compute_capability < _V1_CAPABILITY or "V0" in run.vllm_version
    if version is not None and version < _V1_EVERYWHERE and lacks_v1:
        version = min(version, _V0)
    behavior = behavior_of(version)
    default = default_engine_args(
        gpu, behavior, context_tokens=run.max_model_len or model.max_position_embeddings
    )
    utilization = default_utilization(version or known_releases()[-1])
    return replace(
        default,
        gpu_memory_utilization=run.gpu_memory_utilization or utilization,
        max_num_batched_tokens=run.max_num_batched_tokens or default.max_num_batched_tokens,
        max_num_seqs=run.max_num_seqs or default.max_num_seqs,
        max_model_len=run.max_model_len,
        enforce_eager=run.enforce_eager,
        has_compile_cache=run.compile_cache == "warm",
        language_model_only=run.language_model_only,
        kv_cache_dtype="fp8" if "fp8" in (run.kv_cache_dtype or "") else "auto",
    )


def _outcome(memory: Budget, context: int) -> str:
    if memory.weight_bytes > memory.visible_bytes:
        return "oom_load"
    return "served" if memory.starts_with(context) else "kv_too_small"


def _plain_tokens(model: Model, gpu: Gpu, tensor_parallel: int) -> int:
    """Tokens without overhead, on 90 % of the advertised memory: for most GPUs 8 % more than CUDA sees."""
    weights = 2 * model.weights.parameters
    per_token = sum(kind.count * kind.cache.token_bytes(1, 2) for kind in model.attention)
    nominal_bytes = round(gpu.visible_bytes / GIB / 8 + 0.49) * 8 * GIB
    return max(0, int((0.9 * nominal_bytes * tensor_parallel - weights) // per_token))


def _recommended_context(run: LoggedRun, model: Model, gpu: Gpu) -> int | None:
    """The recommended context on this GPU and degree, for any version since 0.17 or the run's older one.

    A server with a lower `gpu_memory_utilization` than the default is compared at its own.
    """
    behavior = (
        ANY_VERSION
        if (run.version or OLDEST_COVERED_VERSION) >= OLDEST_COVERED_VERSION
        else _engine_args(run, model, gpu).behavior
    )
    default = default_engine_args(
        gpu, behavior, context_tokens=run.max_model_len or model.max_position_embeddings
    )
    gpu_memory_utilization = min(
        default.gpu_memory_utilization, run.gpu_memory_utilization or default.gpu_memory_utilization
    )
    memory = budget_for_largest_context(
        stage(model, run.pp) if run.pp > 1 else model,
        gpu,
        run.tp,
        None,
        replace(default, gpu_memory_utilization=gpu_memory_utilization),
    )
    context = largest_context(model.max_position_embeddings, memory)
    return context if memory.starts_with(context) else None


def _attention(model: Model) -> str:
    if model.recurrent is not None:
        return "recurrent"
    if model.kv_heads is None:
        return "latent"
    return "full" if all(kind.span.is_full for kind in model.attention) else "windowed"
