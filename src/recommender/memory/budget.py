"""The memory of one GPU: weights, overhead, and what is left for the KV cache."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from recommender.hardware.gpu import Gpu
from recommender.memory.kv_cache import as_packed, cache_layout, cache_rules, cache_value_bytes
from recommender.memory.layout import CacheLayout
from recommender.memory.overhead import Overhead, runtime_overhead
from recommender.memory.weights import weight_bytes_per_gpu, weight_rules
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.covered_versions import covered_behaviors
from recommender.vllm.engine_args import EngineArgs, default_engine_args, under_version
from recommender.vllm.facts import refuses_float16
from recommender.vllm.quantization import Quantization
from recommender.vllm.version import Version

_CACHED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The memory of one GPU, in bytes, as vLLM divides it at start-up."""

    visible_bytes: int
    usable_bytes: int
    weight_bytes: int
    overhead: Overhead
    layout: CacheLayout
    engine_args: EngineArgs
    # Searches read both far more often than a budget is calculated.
    kv_cache_bytes: int = field(init=False)
    """What is left for the KV cache; negative where weights and overhead alone do not fit."""
    blocks: int = field(init=False)
    """Blocks of the KV cache, `num_blocks`."""

    def __post_init__(self) -> None:
        cache_bytes = self.usable_bytes - self.weight_bytes - self.overhead.total_bytes
        object.__setattr__(self, "kv_cache_bytes", cache_bytes)
        object.__setattr__(self, "blocks", self.layout.blocks(cache_bytes))

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens of the instance's whole cache, as vLLM logs them up to 0.20."""
        return self.layout.tokens(self.kv_cache_bytes)

    @property
    def after_first_start(self) -> "Budget":
        """The budget of later starts, which find the model compiled."""
        overhead = self.overhead
        spared = overhead.activation_bytes - overhead.first_start_bytes
        return replace(self, overhead=replace(overhead, activation_bytes=spared, first_start_bytes=0))

    def logged_tokens(self, context_tokens: int) -> int:
        """What the version logs as "GPU KV cache size"; from 0.21 on it follows the concurrency."""
        if self.engine_args.behavior.tokens_follow_concurrency:
            return int(self.max_concurrency(context_tokens) * context_tokens)
        return self.layout.tokens(self.kv_cache_bytes, context_tokens)

    def max_concurrency(self, tokens: int) -> float:
        """What vLLM logs as "Maximum concurrency for `tokens` tokens per request"."""
        return self.blocks / self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)

    @property
    def state_blocks(self) -> int:
        """Blocks that are compared with the number of sequences."""
        return self.blocks

    @property
    def lacks_state_blocks(self) -> bool:
        """Whether vLLM refuses to start because it has fewer blocks for states than sequences."""
        return self.blocks < self.engine_args.required_state_blocks and self.layout.has_states

    @property
    def least_state_blocks(self) -> int:
        """Blocks for states with which vLLM starts, with fewer sequences where the plan may lower them."""
        if not self.layout.has_states or self.engine_args.default_max_num_seqs is not None:
            return 0
        return self.engine_args.required_state_blocks

    def starts_with(self, context_tokens: int) -> bool:
        """Whether vLLM starts with a context of `context_tokens`."""
        return self.max_concurrent_requests(context_tokens) > 0 and not self.lacks_state_blocks

    def max_concurrent_requests(self, tokens: int) -> int:
        """Requests of `tokens` that fit in the cache at once."""
        blocks = self.blocks - self.engine_args.behavior.reserved_blocks
        return max(0, blocks) // self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)

    def least_cache_bytes(self, tokens: int) -> int:
        """The smallest cache with which vLLM starts and serves a request of `tokens`."""
        blocks = self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)
        blocks += self.engine_args.behavior.reserved_blocks
        return max(blocks, self.least_state_blocks) * self.layout.block_bytes

    def least_at(self, tokens: int) -> "Budget":  # noqa: ARG002 - as in LeastBudget
        """The budget of the version that holds the fewest requests of `tokens`: its own."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastBudget(Budget):
    """The budget for every version: what each of them holds."""

    versions: tuple[Budget, ...]
    length: int
    """The parts are those of the version that holds the fewest requests of so many tokens."""

    @property
    def after_first_start(self) -> Budget:
        """The least of the budgets of later starts."""
        return _least([each.after_first_start for each in self.versions], self.engine_args, self.length)

    @property
    def state_blocks(self) -> int:
        """The fewest of any version that compares them with the number of sequences."""
        compared = (each for each in self.versions if each.engine_args.required_state_blocks)
        return min((each.blocks for each in compared), default=self.blocks)

    @property
    def lacks_state_blocks(self) -> bool:
        """Whether any version refuses to start because it has fewer blocks for states than sequences."""
        return any(each.lacks_state_blocks for each in self.versions)

    def max_concurrency(self, tokens: int) -> float:
        """The least that any version logs."""
        return min(each.max_concurrency(tokens) for each in self.versions)

    def max_concurrent_requests(self, tokens: int) -> int:
        """Requests of `tokens` that fit in the cache of every version."""
        return min(each.max_concurrent_requests(tokens) for each in self.versions)

    def least_at(self, tokens: int) -> Budget:
        """The same with the parts of the version that holds the fewest requests of `tokens`."""
        return self if tokens == self.length else _least(self.versions, self.engine_args, tokens)


def each_version(memory: Budget) -> tuple[Budget, ...]:
    """The budgets of the versions that `memory` is for."""
    return memory.versions if isinstance(memory, LeastBudget) else (memory,)


def budget(  # noqa: PLR0913 - the optional ones are named
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    quantization: Quantization | None = None,
    *,
    engine_args: EngineArgs | None = None,
    dtype: Dtype | None = None,
) -> Budget:
    """The budget of each GPU when `tensor_parallel` of them serve `model`.

    Defaults: the flags of an API server, the least of all versions since 0.17 that run the model, and the
    dtype that vLLM chooses. Source: `vllm/v1/worker/gpu_worker.py`, `determine_available_memory`: total x
    utilization - weights - overhead.
    """
    engine_args = engine_args or default_engine_args(gpu)
    dtype = dtype or compute_dtype(model, gpu, engine_args.behavior.version)
    if engine_args.behavior.version is not None:
        return _budgets(model, gpu, tensor_parallel, quantization, [engine_args], dtype)[0]
    budgets = _budgets(
        model, gpu, tensor_parallel, quantization, _version_args(model, gpu, engine_args), dtype
    )
    return _least(budgets, engine_args, engine_args.max_model_len or model.max_position_embeddings)


@lru_cache(_CACHED)
def _version_args(model: Model, gpu: Gpu, engine_args: EngineArgs) -> tuple[EngineArgs, ...]:
    """`engine_args` under each covered version; the same for all degrees."""
    return tuple(under_version(engine_args, gpu, behavior) for behavior in covered_behaviors(model, gpu))


def _budgets(  # noqa: PLR0913, PLR0917 - what `budget` takes
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    quantization: Quantization | None,
    each_version: Iterable[EngineArgs],
    dtype: Dtype,
) -> list[Budget]:
    """A budget for each version; weights and layouts that follow the same rules are calculated once."""
    weights: dict[Hashable, int] = {}
    layouts: dict[Hashable, CacheLayout] = {}
    cache_rules_of = cache_rules(model)
    budgets = []
    for engine_args in each_version:
        behavior = engine_args.behavior
        of_weights, of_cache = weight_rules(model, behavior), cache_rules_of(behavior)
        if of_weights not in weights:
            weights[of_weights] = weight_bytes_per_gpu(
                engine_args.loaded(model),
                dtype,
                tensor_parallel,
                quantization,
                behavior,
                capability=gpu.compute_capability,
            )
        if of_cache not in layouts:
            value_bytes = engine_args.kv_cache_value_bytes or cache_value_bytes(model, dtype, behavior)
            cached = as_packed(model, gpu.compute_capability, engine_args.kv_cache_dtype, behavior)
            layouts[of_cache] = cache_layout(
                cached, tensor_parallel, value_bytes, behavior, state_value_bytes=dtype.size_bytes
            )
        budgets.append(
            Budget(
                visible_bytes=gpu.visible_bytes,
                usable_bytes=int(gpu.visible_bytes * engine_args.gpu_memory_utilization),
                weight_bytes=weights[of_weights],
                overhead=_overhead(model, gpu, tensor_parallel, quantization, engine_args, dtype),
                layout=layouts[of_cache],
                engine_args=engine_args,
            )
        )
    return budgets


def _least(versions: Sequence[Budget], engine_args: EngineArgs, length: int) -> LeastBudget:
    """The budget for every version, with the parts of the one that holds the fewest requests of `length`."""
    least = min(
        versions,
        key=lambda each: (
            not each.lacks_state_blocks,
            each.max_concurrency(length),
            each.kv_cache_bytes,
        ),
    )
    return LeastBudget(
        visible_bytes=least.visible_bytes,
        usable_bytes=least.usable_bytes,
        weight_bytes=least.weight_bytes,
        overhead=least.overhead,
        layout=least.layout,
        engine_args=engine_args,
        versions=tuple(versions),
        length=length,
    )


def budget_with_limits(  # noqa: PLR0913 - what `budget` takes, and the limits by name
    memory: Budget,
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    quantization: Quantization | None,
    *,
    max_model_len: int | None = None,
    max_num_seqs: int | None = None,
    dtype: Dtype | None = None,
) -> Budget:
    """`memory`, which is of the same model and GPUs, with other limits: only the overhead differs."""
    default = memory.engine_args
    engine_args = replace(
        default,
        max_model_len=max_model_len or default.max_model_len,
        max_num_seqs=max_num_seqs or default.max_num_seqs,
    )
    dtype = dtype or compute_dtype(model, gpu, engine_args.behavior.version)
    if isinstance(memory, LeastBudget):
        limited = [
            budget_with_limits(
                each,
                model,
                gpu,
                tensor_parallel,
                quantization,
                max_model_len=max_model_len,
                max_num_seqs=max_num_seqs,
                dtype=dtype,
            )
            for each in memory.versions
        ]
        return _least(limited, engine_args, max_model_len or memory.length)
    overhead = _overhead(model, gpu, tensor_parallel, quantization, engine_args, dtype)
    return replace(memory, overhead=overhead, engine_args=engine_args)


def _overhead(  # noqa: PLR0913, PLR0917 - as above
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    quantization: Quantization | None,
    engine_args: EngineArgs,
    dtype: Dtype,
) -> Overhead:
    method = model.quantization if quantization is None else quantization.flag
    unpacks_weights = method == "bitsandbytes"
    return runtime_overhead(model, gpu, tensor_parallel, engine_args, dtype, unpacks_weights=unpacks_weights)


def compute_dtype(model: Model, gpu: Gpu, version: Version | None) -> Dtype:
    """The dtype that vLLM chooses for `--dtype auto`; without a version, one that every version accepts.

    FP32 checkpoints run in 16 bit; where the GPU has no BF16, a BF16 model runs in FP16, and one of which
    the version refuses FP16 in FP32 (`vllm/config/model.py`, `_resolve_auto_dtype`).
    """
    dtype = Dtype.BFLOAT16 if model.native_dtype is Dtype.FLOAT32 else model.native_dtype
    if dtype is Dtype.BFLOAT16 and not gpu.computes_bf16:
        dtype = Dtype.FLOAT16
    if dtype is Dtype.FLOAT16 and _refuses_float16(model.architecture, version):
        return Dtype.BFLOAT16 if gpu.computes_bf16 else Dtype.FLOAT32
    return dtype


_refuses_float16 = lru_cache(256)(refuses_float16)
