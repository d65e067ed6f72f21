"""What each change is, what it costs, and what the model starts with."""

from recommender.hardware.units import gib_text
from recommender.messages.phrases import count_text
from recommender.planning.changes import Change, Setting
from recommender.planning.plan import Plan


def change_text(change: Change) -> str:
    """The settings with their prices, and the configuration that they allow."""
    settings = " ".join(_setting(each, change.plan) for each in change.settings)
    return f"{settings} {_result(change)}"


def _setting(setting: Setting, plan: Plan) -> str:
    flag, memory = f"--{setting.name.replace('_', '-')}", plan.budget
    match setting.name:
        case "gpu_memory_utilization":
            left = memory.visible_bytes - memory.usable_bytes
            return (
                f"{flag} {setting.value:g} instead of {setting.default:g}: vLLM takes"
                f" {gib_text(memory.usable_bytes)} of each GPU and leaves {gib_text(left)}."
            )
        case "max_num_batched_tokens":
            return (
                f"{flag} {setting.value} instead of {setting.default}: long prompts take more forward passes"
                f"{_sequences(setting, plan)}."
            )
        case "max_num_seqs":
            return f"{flag} {setting.value} instead of {setting.default}: vLLM runs fewer requests at once."
        case "limit_mm_per_prompt":
            return f"{flag} with 0 images and videos: requests may have text only."
        case "kv_cache_dtype":
            return f"{flag} {setting.value}: the KV cache takes half the memory, with some loss of accuracy."
        case "enforce_eager":
            return f"{flag}: no compilation and no CUDA graphs, which makes decoding slower."


def _sequences(setting: Setting, plan: Plan) -> str:
    """The number of sequences, where the batched tokens limit it."""
    sequences = plan.budget.engine_args.max_num_seqs
    return f", and vLLM runs at most {sequences} requests at once" if sequences == setting.value else ""


def _result(change: Change) -> str:
    plan, furthest = change.plan, change.furthest
    text = (
        f"The model then starts with a context of {plan.max_model_len:,} tokens and"
        f" {count_text(plan.concurrency, 'concurrent request')}"
    )
    if furthest.max_model_len <= plan.max_model_len:
        return f"{text}."
    return f"{text}; further steps allow up to {furthest.max_model_len:,} tokens."
