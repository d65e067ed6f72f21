"""Warnings about values that vLLM would not accept or could not serve."""

from dataclasses import replace

from recommender.hardware.units import gib_bytes, gib_text
from recommender.memory.calculate_budget import budget
from recommender.memory.multimodal import profiled_item
from recommender.messages.memory_sum import needs_text
from recommender.messages.phrases import choice_text, count_text, gpus_text, obstacle_text
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import degree_incompatibility
from recommender.planning.context import lacks_state_blocks
from recommender.planning.shortfall import shortfall
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.version import Version

_LARGE_PROFILE_BYTES = gib_bytes(1)

_FIRST_WITH_DOTTED_KEYS: Version = (0, 9, 0)


def _tp_exceeds_gpus(context: WarningContext) -> str | None:
    degree, count = context.plan.tensor_parallel, context.instance.accelerator_count
    if degree <= count:
        return None
    return (
        f"This instance has only {gpus_text(count)}, so vLLM cannot start with a tensor parallel degree of"
        f" {degree}: choose {choice_text(context.plan.valid_tensor_parallel)}."
    )


def _tp_not_accepted(context: WarningContext) -> str | None:
    model, degree = context.model, context.plan.tensor_parallel
    reason = degree_incompatibility(model, degree, context.plan.budget.engine_args.behavior)
    if reason is None:
        return None
    return (
        f"vLLM does not accept a tensor parallel degree of {degree}, because"
        f" {obstacle_text(reason.obstacle)}: choose"
        f" {choice_text(context.plan.valid_tensor_parallel)}. The memory figures are for a degree of"
        f" {reason.largest_accepted}."
    )


def _memory_exceeded(context: WarningContext) -> str | None:
    memory = context.plan.budget
    if memory.kv_cache_bytes > 0:
        return None
    degree = nearest_degree(context.model, context.plan.tensor_parallel, context.behavior)
    lack = shortfall(context.plan.weight_bytes, degree, memory, context.plan.max_model_len)
    return f"Each GPU would need {needs_text(lack)}: use more GPUs, a quantization or a larger instance."


def _context_above_limit(context: WarningContext) -> str | None:
    limit, chosen = context.model.max_position_embeddings, context.plan.max_model_len
    if chosen <= limit or not context.model.context.is_enforced:
        return None
    return (
        f"vLLM does not accept a context of {chosen:,} tokens for this model: choose at most {limit:,}, the"
        " model's own limit."
    )


def _context_above_cache(context: WarningContext) -> str | None:
    plan = context.plan
    if plan.budget.kv_cache_bytes <= 0 or plan.budget.max_concurrent_requests(plan.max_model_len):
        return None
    if lacks_state_blocks(plan.budget):
        return None
    return (
        f"The KV cache of {gib_text(plan.budget.kv_cache_bytes)} per GPU has no room for one request of"
        f" {plan.max_model_len:,} tokens, so vLLM would not start: choose a shorter context."
    )


def _workload_above_context(context: WarningContext) -> str | None:
    plan, work = context.plan, context.plan.workload
    if work.total_tokens <= plan.max_model_len:
        return None
    return (
        f"A request of {work.input_tokens:,} input and {work.output_tokens:,} output tokens has"
        f" {work.total_tokens:,} tokens, more than the context of {plan.max_model_len:,}, so vLLM would"
        " reject or truncate it: shorten the requests or raise the context."
    )


def _requests_queue(context: WarningContext) -> str | None:
    """Where the cache is what limits the requests at once, and not the number of sequences."""
    plan = context.plan
    sequences = plan.budget.engine_args.max_num_seqs
    if not 0 < plan.max_concurrent_requests < plan.concurrency or sequences < plan.max_concurrent_requests:
        return None
    waiting = plan.concurrency - plan.max_concurrent_requests
    return (
        f"The KV cache holds {count_text(plan.max_concurrent_requests, 'request')} of"
        f" {plan.workload.total_tokens:,} tokens at once; the remaining {waiting:,} of {plan.concurrency:,}"
        " requests will queue."
    )


def _multimodal_profile(context: WarningContext) -> str | None:
    """vLLM encodes the largest images or video at start-up, whether requests have any or not."""
    model, plan = context.model, context.plan
    item = profiled_item(model, replace(plan.budget.engine_args, max_model_len=plan.max_model_len))
    if item is None:
        return None
    gained = _gained_without_encoder(context)
    if gained < _LARGE_PROFILE_BYTES:
        return None
    kind = "a video" if item.kind == "video" else "images"
    return (
        f"vLLM reserves memory for encoding {kind} of {item.tokens:,} tokens. If requests have neither images"
        f" nor videos, `{_without_items(context.behavior.version)}` gives the KV cache of each GPU another"
        f" {gib_text(gained)}."
    )


def _without_items(version: Version | None) -> str:
    """The flags that exclude images and videos; keys after a dot are parsed from 0.9 on.

    Source: `FlexibleArgumentParser`, `vllm/utils.py` of 0.8.5 and 0.9.0.
    """
    if version is not None and version < _FIRST_WITH_DOTTED_KEYS:
        return "--limit-mm-per-prompt image=0,video=0"
    return "--limit-mm-per-prompt.image 0 --limit-mm-per-prompt.video 0"


def _gained_without_encoder(context: WarningContext) -> int:
    """What the KV cache of one GPU grows by if the encoder is not profiled."""
    plan, model = context.plan, context.model
    without = replace(plan.budget.engine_args, language_model_only=True)
    degree = nearest_degree(model, plan.tensor_parallel, context.behavior)
    alone = budget(model, context.gpu, degree, plan.quantization, engine_args=without)
    return alone.kv_cache_bytes - plan.budget.kv_cache_bytes


VALUE_WARNINGS: WarningChecks = {
    "tp_exceeds_gpus": _tp_exceeds_gpus,
    "tp_not_accepted": _tp_not_accepted,
    "memory_exceeded": _memory_exceeded,
    "context_above_limit": _context_above_limit,
    "context_above_cache": _context_above_cache,
    "workload_above_context": _workload_above_context,
    "requests_queue": _requests_queue,
    "multimodal_profile": _multimodal_profile,
}
