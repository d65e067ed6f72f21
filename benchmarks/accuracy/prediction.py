"""What the calculator, and the plain formula beside it, predict of a run."""

from dataclasses import dataclass, replace

from benchmarks.accuracy.pipeline import of_first_stage, of_last_stage, stage
from benchmarks.accuracy.runs import Metadata, Run, card
from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.memory.budget import Budget, budget
from recommender.model import HubMetadata, Model, parse_model
from recommender.model.dtype import BY_TORCH_NAME
from recommender.model.errors import CalculationError
from recommender.planning.plan import largest_context
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import EngineArgs, default_engine_args
from recommender.vllm.quantization import FP8
from recommender.vllm.version import OLDEST_COVERED_VERSION, Version

# The V1 engine needed compute capability 8.0 until 0.10.1; older GPUs ran under V0.
_V0: Version = (0, 7)
_V1_EVERYWHERE: Version = (0, 10, 2)
_V1_CAPABILITY = (8, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a start-up logs of one GPU; `None` where it is not known."""

    weights_gib: float | None
    kv_cache_gib: float | None
    kv_tokens: int | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A run beside what we, and the plain formula, say of it."""

    run: Run
    attention: str
    predicted: Figures
    plain_tokens: int | None
    """Tokens by parameters x bytes, memory x 0.9, no overhead."""
    recommended_max_model_len: int | None

    @property
    def logged(self) -> Figures:
        """What the server said."""
        return Figures(
            weights_gib=self.run.weights_gib,
            kv_cache_gib=self.run.kv_cache_gib,
            kv_tokens=self.run.kv_tokens,
            outcome=self.run.outcome,
        )


def predict(run: Run, metadata: Metadata) -> Prediction:
    """What the calculator says of `run`; nothing where it knows too little or refuses the model."""
    gpu, documents = card(run), metadata(run.hub_id) if run.hub_id else None
    nothing = Figures(weights_gib=None, kv_cache_gib=None, kv_tokens=None, outcome=None)
    if gpu is None or documents is None or run.version is None:
        return Prediction(
            run=run, attention="unknown", predicted=nothing, plain_tokens=None, recommended_max_model_len=None
        )
    try:
        return _predicted(run, gpu, documents)
    except CalculationError:
        return Prediction(
            run=run, attention="refused", predicted=nothing, plain_tokens=None, recommended_max_model_len=None
        )


def _predicted(run: Run, gpu: Gpu, documents: HubMetadata) -> Prediction:
    model = parse_model(documents)
    context = run.max_model_len or model.max_position_embeddings
    memory, tightest = _budgets(run, model, gpu)
    return Prediction(
        run=run,
        attention=_attention(model),
        predicted=Figures(
            weights_gib=memory.weight_bytes / GIB,
            kv_cache_gib=memory.kv_cache_bytes / GIB,
            kv_tokens=tightest.logged_tokens(run.max_concurrency_len or context),
            outcome=_outcome(tightest, context),
        ),
        plain_tokens=_plain_tokens(model, gpu, run.tp),
        recommended_max_model_len=_recommended_context(run, model, gpu),
    )


def _budgets(run: Run, model: Model, gpu: Gpu) -> tuple[Budget, Budget]:
    """What is logged of a GPU of the first stage, and what decides on the tokens of all."""
    engine_args = _server(run, model, gpu)
    if run.pp == 1:
        memory = _budget(run, model, gpu, engine_args)
        return memory, memory
    part = stage(model, run.pp)
    first, last = (
        _budget(run, part, gpu, each) for each in (of_first_stage(engine_args), of_last_stage(engine_args))
    )
    return first, min(first, last, key=lambda memory: memory.kv_cache_bytes)


def _budget(run: Run, model: Model, gpu: Gpu, engine_args: EngineArgs) -> Budget:
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


def _server(run: Run, model: Model, gpu: Gpu) -> EngineArgs:
    version = run.version
    lacks_v1 = gpu.compute_capability < _V1_CAPABILITY or "V0" in run.vllm_version
    if version is not None and version < _V1_EVERYWHERE and lacks_v1:
        version = min(version, _V0)
    behavior = behavior_of(version)
    usual = default_engine_args(
        gpu, behavior, context_tokens=run.max_model_len or model.max_position_embeddings
    )
    return replace(
        usual,
        gpu_memory_utilization=run.gpu_memory_utilization or behavior.default_utilization,
        max_num_batched_tokens=run.max_num_batched_tokens or usual.max_num_batched_tokens,
        max_num_seqs=run.max_num_seqs or usual.max_num_seqs,
        max_model_len=run.max_model_len,
        enforce_eager=run.enforce_eager,
        kv_cache_value_bytes=1 if "fp8" in (run.kv_cache_dtype or "") else None,
    )


def _outcome(memory: Budget, context: int) -> str:
    if memory.weight_bytes > memory.visible_bytes:
        return "oom_load"
    return "served" if memory.max_concurrent_requests(context) else "kv_too_small"


def _plain_tokens(model: Model, gpu: Gpu, tensor_parallel: int) -> int:
    """Nominal memory is taken as what the card is sold with: 8 % more than CUDA sees of most."""
    weights = 2 * model.weights.parameters
    per_token = sum(kind.count * kind.cache.token_bytes(1, 2) for kind in model.attention)
    nominal_bytes = round(gpu.visible_bytes / GIB / 8 + 0.49) * 8 * GIB
    return max(0, int((0.9 * nominal_bytes * tensor_parallel - weights) // per_token))


def _recommended_context(run: Run, model: Model, gpu: Gpu) -> int | None:
    """What we would recommend on this GPU and degree: for any version since 0.17, or for the run's older one.

    A server that was given less of the GPU than we would take is judged with what it was given.
    """
    behavior = (
        ANY_VERSION
        if (run.version or OLDEST_COVERED_VERSION) >= OLDEST_COVERED_VERSION
        else _server(run, model, gpu).behavior
    )
    usual = default_engine_args(
        gpu, behavior, context_tokens=run.max_model_len or model.max_position_embeddings
    )
    gpu_memory_utilization = min(
        usual.gpu_memory_utilization, run.gpu_memory_utilization or usual.gpu_memory_utilization
    )
    memory = budget(
        stage(model, run.pp) if run.pp > 1 else model,
        gpu,
        run.tp,
        engine_args=replace(usual, gpu_memory_utilization=gpu_memory_utilization),
    )
    context = largest_context(model.max_position_embeddings, memory)
    return context if memory.max_concurrent_requests(context) else None


def _attention(model: Model) -> str:
    if model.recurrent is not None:
        return "recurrent"
    if model.kv_heads is None:
        return "latent"
    return "full" if all(kind.reach is None for kind in model.attention) else "windowed"
