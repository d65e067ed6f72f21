"""A plan as `vllm serve` arguments."""

from recommender.planning.plan import Plan


def serve_arguments(plan: Plan) -> tuple[str, ...]:
    """What to paste after `vllm serve MODEL`, including the limits that the memory was calculated for.

    A pre-quantized checkpoint needs no flag: vLLM reads its quantization from config.json.
    """
    engine_args, quantization = plan.budget.engine_args, plan.quantization
    flag = quantization.flag if quantization is not None else None
    return (
        *("--tensor-parallel-size", str(plan.tensor_parallel)),
        *("--max-model-len", str(plan.max_model_len)),
        *("--gpu-memory-utilization", str(engine_args.gpu_memory_utilization)),
        *("--max-num-seqs", str(engine_args.max_num_seqs)),
        *("--max-num-batched-tokens", str(engine_args.max_num_batched_tokens)),
        *(("--dtype", plan.cast_to.torch_name) if plan.cast_to is not None else ()),
        *(("--quantization", flag) if flag is not None else ()),
        *(("--kv-cache-dtype", engine_args.kv_cache_dtype) if engine_args.kv_cache_dtype != "auto" else ()),
        *(("--enforce-eager",) if engine_args.enforce_eager else ()),
    )
