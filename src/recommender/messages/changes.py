"""What each change is, what it costs, and what the model starts with."""

from collections.abc import Callable, Mapping

from recommender.hardware.units import gib_text
from recommender.messages.phrases import count_text
from recommender.planning.changes import Change
from recommender.planning.levers import LeverName, Setting
from recommender.planning.plan import Plan


def change_text(change: Change) -> str:
    """The settings with their prices, and the configuration that they allow."""
    settings = " ".join(_setting(each, change.plan) for each in change.settings)
    return f"{settings} {_result(change)}"


def _setting(setting: Setting, plan: Plan) -> str:
    return f"{_argument(setting)}: {_PRICES[setting.name](setting, plan)}."


def _argument(setting: Setting) -> str:
    """The flag with its value, and what it is instead of where that is a value too."""
    flag = _FLAGS.get(setting.name, f"--{setting.name.replace('_', '-')}")
    match setting.name:
        case "limit_mm_per_prompt":
            return f"{flag} with 0 images and videos"
        case "enforce_eager":
            return flag
        case "kv_cache_dtype" if setting.default == "auto":
            return f"{flag} {setting.value}"
    return f"{flag} {setting.value} instead of {setting.default}"


def _result(change: Change) -> str:
    plan, furthest = change.plan, change.furthest
    text = f"The model then starts with a context of {plan.max_model_len:,} tokens and {_requests(plan)}"
    if furthest.max_model_len <= plan.max_model_len:
        return f"{text}."
    return f"{text}; further steps allow up to {furthest.max_model_len:,} tokens."


def _requests(plan: Plan) -> str:
    """`64 concurrent requests`, or how many of them run at once where the others queue."""
    sequences = plan.budget.engine_args.max_num_seqs
    running = min(plan.concurrency, plan.max_concurrent_requests, sequences)
    if running < plan.concurrency:
        return f"runs {running:,} of {count_text(plan.concurrency, 'request')} at once"
    return count_text(plan.concurrency, "concurrent request")


def _utilization(_setting: Setting, plan: Plan) -> str:
    left = plan.budget.visible_bytes - plan.budget.usable_bytes
    return f"vLLM takes {gib_text(plan.budget.usable_bytes)} of each GPU and leaves {gib_text(left)}"


def _batched_tokens(setting: Setting, plan: Plan) -> str:
    if _is_more(setting):
        return "vLLM does not start with less"
    sequences = plan.budget.engine_args.max_num_seqs
    limit = f", and vLLM runs at most {sequences} requests at once" if sequences == setting.value else ""
    return f"long prompts take more forward passes{limit}"


def _cache_dtype(setting: Setting, _plan: Plan) -> str:
    if setting.value == "auto":
        return "vLLM has an attention backend for it on this GPU"
    return "the KV cache takes half the memory, with some loss of accuracy"


def _context(setting: Setting, _plan: Plan) -> str:
    return "it holds a request of the workload" if _is_more(setting) else "requests have fewer tokens"


def _degree(_setting: Setting, plan: Plan) -> str:
    memory = plan.budget
    return (
        f"weights take {gib_text(memory.weight_bytes)} of each GPU, which leaves"
        f" {gib_text(memory.kv_cache_bytes)} for its KV cache"
    )


def _is_more(setting: Setting) -> bool:
    return float(setting.value) > float(setting.default)


_FLAGS: Mapping[LeverName, str] = {"tensor_parallel_degree": "--tensor-parallel-size"}

# What each costs.
_PRICES: Mapping[LeverName, Callable[[Setting, Plan], str]] = {
    "tensor_parallel_degree": _degree,
    "gpu_memory_utilization": _utilization,
    "max_num_batched_tokens": _batched_tokens,
    "max_num_seqs": lambda _setting, _plan: "vLLM runs fewer requests at once",
    "limit_mm_per_prompt": lambda _setting, _plan: "requests may have text only",
    "kv_cache_dtype": _cache_dtype,
    "enforce_eager": lambda _setting, _plan: "no compilation and no CUDA graphs, which makes decoding slower",
    "max_model_len": _context,
}
