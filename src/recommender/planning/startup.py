"""Whether vLLM starts with a plan and serves its workload, all values considered."""

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.compatibility import fp8_cache_incompatibility
from recommender.planning.plan import Plan
from recommender.planning.tensor_parallelism import degree_obstacle
from recommender.vllm.engine_args import EngineArgs, EngineOverrides, least_batched_tokens


def serves(model: Model, instance: Instance, plan: Plan) -> bool:
    """Whether vLLM starts with `plan` on `instance`, with a context that holds a request of the workload.

    Whether the GPU has kernels for the weights is decided in `compatibility.py`.
    """
    args, degree = plan.budget.engine_args, plan.tensor_parallel
    return (
        plan.starts
        and degree <= instance.accelerator_count
        and degree_obstacle(model, degree, args.behavior) is None
        and plan.workload.total_tokens <= plan.max_model_len <= longest_context(model, plan.max_model_len)
        and args.max_num_batched_tokens >= required_batched_tokens(model, args)
        and fp8_cache_incompatibility(model, gpu_of(instance), args.kv_cache_dtype, args.behavior) is None
    )


def longest_context(model: Model, asked: int) -> int:
    """`asked`, or the model's own limit where vLLM does not accept more."""
    return min(asked, model.max_position_embeddings) if model.context.is_enforced else asked


def required_batched_tokens(model: Model, engine: EngineArgs | EngineOverrides) -> int:
    """Batched tokens without which vLLM does not start: one for each sequence, and a whole image.

    Source: `SchedulerConfig`, `vllm/config/scheduler.py`.
    """
    image = 0 if engine.language_model_only else least_batched_tokens(model)
    return max(engine.max_num_seqs or 0, image)
