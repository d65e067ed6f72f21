"""A plan as `vllm serve` arguments."""

from recommender.plan import Plan
from recommender.server import GPU_MEMORY_UTILIZATION


def serve_arguments(plan: Plan) -> tuple[str, ...]:
    """What to paste behind `vllm serve MODEL`.

    A checkpoint that is quantized beforehand needs no flag: vLLM reads it from config.json.
    """
    quantization = plan.quantization
    at_load = (
        ("--quantization", quantization.name) if quantization is not None and quantization.at_load else ()
    )
    return (
        "--tensor-parallel-size",
        str(plan.tensor_parallel),
        "--max-model-len",
        str(plan.max_model_len),
        "--gpu-memory-utilization",
        str(GPU_MEMORY_UTILIZATION),
        *at_load,
    )
