"""A plan as `vllm serve` arguments."""

from recommender.plan import Plan


def serve_arguments(plan: Plan) -> tuple[str, ...]:
    """What to paste behind `vllm serve MODEL`, with the limits that the memory was reckoned for.

    A checkpoint that is quantized beforehand needs no flag: vLLM reads it from config.json.
    """
    server, quantization = plan.budget.server, plan.quantization
    at_load = (
        ("--quantization", quantization.name) if quantization is not None and quantization.at_load else ()
    )
    return (
        *("--tensor-parallel-size", str(plan.tensor_parallel)),
        *("--max-model-len", str(plan.max_model_len)),
        *("--gpu-memory-utilization", str(server.utilization)),
        *("--max-num-seqs", str(server.sequences)),
        *("--max-num-batched-tokens", str(server.batched_tokens)),
        *at_load,
    )
