"""How the GPUs of an instance can be divided: each degree that holds the model, and its replicas."""

from dataclasses import dataclass, replace

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget
from recommender.memory.overhead import depends_on_context
from recommender.model import Model
from recommender.planning.context import (
    budget_for_largest_context,
    holds_minimum_context,
    largest_context,
)
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan
from recommender.planning.serve_arguments import serve_arguments
from recommender.planning.startup import longest_context
from recommender.vllm.version import Version

# `--data-parallel-size` in `vllm/engine/arg_utils.py`.
_FIRST_WITH_DATA_PARALLEL: Version = (0, 8, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Replicas of the model side by side, each on as many GPUs as the degree of its plan."""

    plan: Plan
    replicas: int
    needs_expert_parallel: bool
    """Whether all GPUs together do not divide the experts, which replicas of one server share."""

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens in the cache of one replica, as vLLM logs them."""
        return self.plan.budget.logged_tokens(self.plan.max_model_len)

    @property
    def kv_cache_tokens_total(self) -> int:
        """Tokens in the caches of all replicas."""
        return self.replicas * self.kv_cache_tokens

    @property
    def max_concurrent_requests_total(self) -> int:
        """Requests of the workload that the caches of all replicas hold at once."""
        return self.replicas * self.plan.max_concurrent_requests

    @property
    def serve_arguments(self) -> tuple[str, ...]:
        """What to paste after `vllm serve MODEL`; before 0.8.3 each replica is a server of its own."""
        arguments, version = serve_arguments(self.plan), self.plan.budget.engine_args.behavior.version
        if self.replicas == 1 or (version is not None and version < _FIRST_WITH_DATA_PARALLEL):
            return arguments
        experts = ("--enable-expert-parallel",) if self.needs_expert_parallel else ()
        return (*arguments, "--data-parallel-size", str(self.replicas), *experts)


def layouts(
    model: Model, instance: Instance, plan: Plan, overrides: Overrides = NO_OVERRIDES
) -> tuple[Layout, ...]:
    """A layout for each degree that vLLM accepts and that holds the model, in rising order.

    Quantization, engine arguments and workload are those of `plan`, and so is a context that `overrides` fix,
    up to the model's limit; otherwise each degree has the largest that fits.
    """
    found = []
    for degree in plan.valid_tensor_parallel:
        memory = _budget(model, instance, plan, overrides, degree)
        context = _accepted(model, overrides) or largest_context(model.max_position_embeddings, memory)
        at_degree = _at_degree(plan, degree, memory, context)
        if holds_minimum_context(model, memory) and at_degree.starts:
            found.append(_layout(model, instance, at_degree))
    return tuple(found)


def _accepted(model: Model, overrides: Overrides) -> int | None:
    """The context that `overrides` fix, as far as vLLM accepts it."""
    fixed = overrides.max_model_len
    return None if fixed is None else longest_context(model, fixed)


def _budget(model: Model, instance: Instance, plan: Plan, overrides: Overrides, degree: int) -> Budget:
    args, context = plan.budget.engine_args, _accepted(model, overrides)
    engine_args = replace(
        args, max_num_seqs=args.default_max_num_seqs or args.max_num_seqs, max_model_len=None
    )
    if context is not None and depends_on_context(model, args):
        engine_args = engine_args.at_context(context)
    return budget_for_largest_context(model, gpu_of(instance), degree, plan.quantization, engine_args)


def _at_degree(plan: Plan, degree: int, memory: Budget, context: int) -> Plan:
    return replace(plan, tensor_parallel=degree, budget=memory.least_at(context), max_model_len=context)


def _layout(model: Model, instance: Instance, plan: Plan) -> Layout:
    """Source: `FusedMoEParallelConfig.make`, `vllm/model_executor/layers/fused_moe/config.py`."""
    shape, replicas = model.shape, instance.accelerator_count // plan.tensor_parallel
    gpus = replicas * plan.tensor_parallel
    remainder = shape.expert_intermediate_size % (gpus * model.shard_multiples.experts)
    needs_expert_parallel = bool(shape.experts and remainder)
    return Layout(plan=plan, replicas=replicas, needs_expert_parallel=needs_expert_parallel)
