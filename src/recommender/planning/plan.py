"""The configuration with which a model runs on an instance, or why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.compatibility import degree_incompatibility, incompatibility
from recommender.planning.context import (
    budget_for_largest_context,
    holds_minimum_context,
    largest_context,
)
from recommender.planning.incompatibilities import DegreeNotAccepted, DoesNotFit, Incompatibility
from recommender.planning.tensor_parallelism import divides_kv_heads, minimum_degree, valid_degrees
from recommender.planning.workload import Workload, default_concurrency, default_workload
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import (
    NO_ENGINE_OVERRIDES,
    EngineArgs,
    EngineOverrides,
    engine_args_for,
)
from recommender.vllm.quantization import Quantization
from recommender.vllm.version_behavior import VersionBehavior


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A configuration, and the figures behind it."""

    tensor_parallel: int
    valid_tensor_parallel: tuple[int, ...]
    """The degrees that vLLM accepts on the instance, in rising order."""
    quantization: Quantization | None
    cast_to: Dtype | None
    """What vLLM computes in where that is not the checkpoint's own dtype."""
    weight_bytes: int
    """Total of all GPUs, before sharding."""
    budget: Budget
    max_model_len: int
    workload: Workload
    concurrency: int

    @property
    def needs_pre_quantized_checkpoint(self) -> bool:
        """Whether it runs another checkpoint of the model, one that is already quantized."""
        return self.quantization is not None and not self.quantization.at_load

    @property
    def max_concurrent_requests(self) -> int:
        """Requests of the workload that the KV cache holds at once."""
        return self.budget.max_concurrent_requests(self.workload.total_tokens)

    @property
    def lowers_max_num_seqs(self) -> bool:
        """Whether it has fewer sequences than the default, without which vLLM would not start."""
        return self.budget.engine_args.lowers_max_num_seqs

    @property
    def exceeds_batch(self) -> bool:
        """Whether the caller fixes a batch that has to hold the whole context and does not."""
        longest = self.budget.engine_args.longest_prompt
        return longest is not None and self.max_model_len > longest

    @property
    def starts(self) -> bool:
        """Whether vLLM starts with it, as far as memory and the length of a batch decide."""
        return not self.exceeds_batch and self.budget.starts_with(self.max_model_len)


def best_plan(
    model: Model,
    instance: Instance,
    quantization: Quantization | None = None,
    *,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> Plan | Incompatibility:
    """The plan with the largest valid tensor parallel degree on `instance`, or why vLLM would not start.

    `engine` are the arguments that the caller fixes.
    """
    gpu = gpu_of(instance)
    return incompatibility(model, gpu, quantization, behavior) or fitting_plan(
        model, instance, quantization, engine_args_for(model, gpu, behavior, engine)
    )


def fitting_plan(
    model: Model, instance: Instance, quantization: Quantization | None, engine_args: EngineArgs
) -> Plan | DegreeNotAccepted | DoesNotFit:
    """The plan by memory and tensor parallelism alone, whether vLLM has the kernels or not.

    Degrees that leave little room for a cache or replicate KV heads are considered only where no other fits,
    and fewer sequences than the default only where no degree fits without.
    """
    gpu = gpu_of(instance)
    count, behavior = instance.accelerator_count, engine_args.behavior
    dtype = compute_dtype(model, gpu, behavior.version)
    weights = weight_bytes(engine_args.loaded(model), dtype, quantization)
    needed_gpus = weights / (gpu.visible_bytes * engine_args.gpu_memory_utilization)
    if needed_gpus > count:
        return DoesNotFit()
    unloadable = degree_incompatibility(model, 1, behavior)
    if unloadable is not None:
        return unloadable
    accepted = valid_degrees(model, count, behavior, replicate_kv_heads=True)
    if needed_gpus > accepted[-1]:
        return DoesNotFit()
    roomy = minimum_degree(weights, gpu.visible_bytes, engine_args.gpu_memory_utilization)
    least = min(roomy, accepted[-1])
    lowered: dict[int, Budget] = {}
    for replicates in (False, True):
        degrees = [each for each in accepted if each >= least and divides_kv_heads(model, each) != replicates]
        budgets = _fitting_budgets(model, gpu, degrees, quantization, engine_args)
        if any(not memory.engine_args.lowers_max_num_seqs for memory in budgets.values()):
            return _plan(model, gpu, accepted, budgets, quantization)
        lowered = lowered or budgets
    return _plan(model, gpu, accepted, lowered, quantization) if lowered else DoesNotFit()


def _fitting_budgets(
    model: Model, gpu: Gpu, degrees: Iterable[int], quantization: Quantization | None, engine_args: EngineArgs
) -> dict[int, Budget]:
    """The budgets of those of `degrees` that hold the model, from the highest to one with all sequences."""
    budgets: dict[int, Budget] = {}
    for degree in sorted(degrees, reverse=True):
        memory = budget_for_largest_context(model, gpu, degree, quantization, engine_args)
        if holds_minimum_context(model, memory):
            budgets[degree] = memory
            if not memory.engine_args.lowers_max_num_seqs:
                break
    return budgets


def _plan(
    model: Model,
    gpu: Gpu,
    accepted: tuple[int, ...],
    budgets: dict[int, Budget],
    quantization: Quantization | None,
) -> Plan:
    degree = max(budgets)
    context = largest_context(model.max_position_embeddings, budgets[degree])
    memory = budgets[degree].least_at(context)
    dtype = compute_dtype(model, gpu, memory.engine_args.behavior.version)
    workload = default_workload(context)
    return Plan(
        tensor_parallel=degree,
        valid_tensor_parallel=accepted,
        quantization=quantization,
        cast_to=None if dtype is model.native_dtype else dtype,
        weight_bytes=weight_bytes(memory.engine_args.loaded(model), dtype, quantization),
        budget=memory,
        max_model_len=context,
        workload=workload,
        concurrency=default_concurrency(memory, workload),
    )
