"""The least time that a plan's server takes for a token: a bound, not an estimate."""

from recommender.hardware.gpu import Gpu
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.decoding_floor import least_ms_per_token
from recommender.model import Model
from recommender.planning.plan import Plan


def plan_floor(model: Model, gpu: Gpu, plan: Plan) -> float | None:
    """Milliseconds of a step in which the recommended requests run, each with its whole input.

    `None` where the plan does not start, and where `least_ms_per_token` knows no bound.
    """
    if not plan.starts:
        return None
    args = plan.budget.engine_args
    dtype = compute_dtype(model, gpu, args.behavior.version)
    return least_ms_per_token(
        model,
        gpu,
        dtype,
        plan.tensor_parallel,
        plan.quantization,
        value_bytes=args.kv_cache_value_bytes or model.cache_value_bytes or dtype.size_bytes,
        requests=max(1, min(plan.concurrency, plan.max_concurrent_requests, args.max_num_seqs)),
        tokens=plan.workload.input_tokens,
    )
