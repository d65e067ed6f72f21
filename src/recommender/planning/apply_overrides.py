"""A plan with the values in it that a person fixed; the rest follows from them."""

from dataclasses import replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget, budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.planning.overrides import Wishes
from recommender.planning.plan import (
    SMALLEST_CONTEXT,
    Plan,
    Workload,
    best_plan,
    largest_context,
    usual_concurrency,
    workload_within,
)
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.behavior import Rules
from recommender.vllm.engine_args import default_server
from recommender.vllm.quantization import Quantization, quantization_named


def plan_as_wished(model: Model, instance: Instance, base: Plan, wishes: Wishes, rules: Rules) -> Plan:
    """`base` with `wishes` in it, whether it would start or not.

    A degree that vLLM refuses divides nothing, so the memory is that of the nearest one below.
    """
    gpu, quantization = gpu_of(instance), _quantization(model, base, wishes, rules)
    server = replace(default_server(gpu, rules), overhead_bytes=wishes.overhead_bytes)
    recommended = best_plan(model, instance, quantization, rules=rules, overhead_bytes=wishes.overhead_bytes)
    degree = wishes.tensor_parallel or (recommended or base).tensor_parallel
    memory = budget(model, gpu, nearest_degree(model, degree), quantization, server=server)
    context = wishes.max_model_len or _context(model, memory)
    workload = _workload(context, wishes)
    return replace(
        recommended or base,
        tensor_parallel=degree,
        quantization=quantization,
        weight_bytes=weight_bytes(model, compute_dtype(model, gpu), quantization),
        budget=memory,
        max_model_len=context,
        workload=workload,
        concurrency=wishes.concurrency or usual_concurrency(memory, workload),
    )


def _quantization(model: Model, base: Plan, wishes: Wishes, rules: Rules) -> Quantization | None:
    """The one that was asked for; a checkpoint that is quantized already stays as it is."""
    if wishes.quantization is None or model.quantization is not None:
        return base.quantization
    return None if wishes.quantization == "none" else quantization_named(wishes.quantization, model, rules)


def _context(model: Model, memory: Budget) -> int:
    """The largest that fits; where nothing does, the smallest that is worth proposing."""
    smallest = min(SMALLEST_CONTEXT, model.max_position_embeddings)
    return max(smallest, largest_context(model.max_position_embeddings, memory))


def _workload(context: int, wishes: Wishes) -> Workload:
    usual = workload_within(context)
    return Workload(
        input_tokens=wishes.input_tokens or usual.input_tokens,
        output_tokens=wishes.output_tokens or usual.output_tokens,
    )
