"""A plan as `vllm serve` arguments."""

from recommender.planning.plan import Plan
from recommender.vllm.version import Version
from recommender.vllm.version_behavior import VersionBehavior

# Before, pairs instead of JSON: `nullable_kvs`, `vllm/engine/arg_utils.py`.
_FIRST_WITH_JSON: Version = (0, 8, 5)

# From 0.12 on `auto` means the same: `get_config`, `vllm/transformers_utils/config.py`.
_MISTRAL_FORMAT = (
    *("--tokenizer-mode", "mistral"),
    *("--config-format", "mistral"),
    *("--load-format", "mistral"),
)


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
        *(("--allow-deprecated-quantization",) if engine_args.allow_deprecated_quantization else ()),
        *(("--kv-cache-dtype", engine_args.kv_cache_dtype) if engine_args.kv_cache_dtype != "auto" else ()),
        *(_no_images(engine_args.behavior) if engine_args.language_model_only else ()),
        *(("--enforce-eager",) if engine_args.enforce_eager else ()),
        *(_MISTRAL_FORMAT if engine_args.is_in_mistral_format else ()),
    )


def _no_images(behavior: VersionBehavior) -> tuple[str, str]:
    is_pairs = behavior.version is not None and behavior.version < _FIRST_WITH_JSON
    return "--limit-mm-per-prompt", "image=0,video=0" if is_pairs else '{"image": 0, "video": 0}'
