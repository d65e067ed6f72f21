"""The budget of a model's GPUs: under one version, or the least of all covered ones."""

from collections.abc import Hashable, Iterable
from dataclasses import replace

from recommender.caches import model_cache
from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget, LeastBudget, least_budget
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.kv_cache import as_packed, cache_layout, cache_rules, cache_value_bytes
from recommender.memory.layout import CacheLayout
from recommender.memory.overhead import Overhead, runtime_overhead
from recommender.memory.weights import weight_bytes_per_gpu, weight_rules
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.covered_versions import covered_behaviors
from recommender.vllm.engine_args import EngineArgs, default_engine_args, under_version
from recommender.vllm.quantization import Quantization


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
    return least_budget(budgets, engine_args, engine_args.max_model_len or model.max_position_embeddings)


@model_cache
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
    weights = dict[Hashable, int]()
    layouts = dict[Hashable, CacheLayout]()
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
    engine_args = memory.engine_args
    if max_model_len is not None:
        engine_args = engine_args.at_context(max_model_len)
    if max_num_seqs is not None:
        engine_args = replace(engine_args, max_num_seqs=max_num_seqs)
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
        return least_budget(limited, engine_args, max_model_len or memory.length)
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
