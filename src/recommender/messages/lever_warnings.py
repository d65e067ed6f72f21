"""Warnings about the engine arguments: those that a plan needs, and those that the caller fixes."""

import math
from dataclasses import replace

from recommender.hardware.units import gib_bytes, gib_text
from recommender.memory.budget import Budget
from recommender.memory.calculate_budget import budget
from recommender.messages.phrases import count_text, version_choice_text, versions_text
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import fp8_cache_incompatibility
from recommender.planning.context import (
    holds_minimum_context,
    lacks_state_blocks,
    with_startable_sequences,
)
from recommender.planning.tensor_parallelism import nearest_degree
from recommender.vllm.engine_args import DEFAULT_MAX_NUM_SEQS, least_batched_tokens
from recommender.vllm.v0_engine import runs_in_v0_alone

# What graph capture and the sampler's warm-up take outside of what vLLM plans with.
_NEEDED_OUTSIDE_BYTES = gib_bytes(0.5)

_WORTH_MENTIONING_BYTES = gib_bytes(0.05)


def _needs_flags(context: WarningContext) -> str | None:
    memory = context.plan.budget
    args = memory.engine_args
    if runs_in_v0_alone(context.model) and args.max_num_seqs < DEFAULT_MAX_NUM_SEQS:
        return (
            f"vLLM profiles this model with an image for each sequence and with whole prompts: keep"
            f" --max-num-seqs {args.max_num_seqs} and --max-num-batched-tokens {args.max_num_batched_tokens},"
            " for which all figures are calculated."
        )
    if not args.lowers_max_num_seqs or memory.lacks_state_blocks:
        return None
    since = " from 0.20 on" if context.behavior.version is None else ""
    blocks = count_text(memory.state_blocks, "block")
    return (
        f"vLLM does not start with its default of {args.default_max_num_seqs:,} sequences{since}: it needs a"
        f" block of the KV cache for the states of each, and there are {blocks}."
        f" Keep --max-num-seqs {args.max_num_seqs}, for which all figures are calculated."
    )


def _states_limit_sequences(context: WarningContext) -> str | None:
    memory, plan = context.plan.budget, context.plan
    if not lacks_state_blocks(memory):
        return None
    degree = nearest_degree(context.model, plan.tensor_parallel, context.behavior)
    starts = with_startable_sequences(memory, context.model, context.gpu, degree, plan.quantization)
    blocks = count_text(memory.state_blocks, "block")
    return (
        f"The cache has {blocks} for the states of this model, but vLLM needs one for each of"
        f" {memory.engine_args.max_num_seqs:,} sequences: set --max-num-seqs to"
        f" {starts.engine_args.max_num_seqs} at most."
    )


def _little_unused_memory(context: WarningContext) -> str | None:
    memory = context.plan.budget
    unused = memory.visible_bytes - memory.usable_bytes
    if unused >= _NEEDED_OUTSIDE_BYTES:
        return None
    most = math.floor(100 * (1 - _NEEDED_OUTSIDE_BYTES / memory.visible_bytes)) / 100
    chosen = memory.engine_args.gpu_memory_utilization
    return (
        f"A GPU memory utilization of {chosen:g} leaves {gib_text(unused)} of each GPU for what vLLM"
        " allocates after the KV cache: graph capture and the sampler's warm-up may run out of memory. Choose"
        f" {most:g} at most."
    )


def _batched_tokens_below_sequences(context: WarningContext) -> str | None:
    args = context.plan.budget.engine_args
    if args.max_num_batched_tokens >= args.max_num_seqs:
        return None
    return (
        f"vLLM does not start with {args.max_num_batched_tokens:,} batched tokens and {args.max_num_seqs:,}"
        " sequences: choose at least as many tokens as sequences."
    )


def _batched_tokens_below_image(context: WarningContext) -> str | None:
    args, needed = context.plan.budget.engine_args, least_batched_tokens(context.model)
    if args.language_model_only or args.max_num_batched_tokens >= needed:
        return None
    return (
        f"vLLM does not start with {args.max_num_batched_tokens:,} batched tokens, because it does not divide"
        f" an image or a video of this model among batches: choose {needed:,} at least."
    )


def _batched_tokens_below_context(context: WarningContext) -> str | None:
    if not context.plan.exceeds_batch:
        return None
    tokens, length = context.plan.budget.engine_args.max_num_batched_tokens, context.plan.max_model_len
    return (
        f"vLLM does not start with {tokens:,} batched tokens, because the V0 engine, in which this version"
        " runs the model, does not divide prompts among batches:"
        f" choose {length:,} at least, or a shorter context."
    )


def _prompts_in_several_batches(context: WarningContext) -> str | None:
    tokens, prompt = context.overrides.engine.max_num_batched_tokens, context.plan.workload.input_tokens
    if tokens is None or tokens >= prompt:
        return None
    return (
        f"A prompt of {prompt:,} tokens is longer than a batch of {tokens:,} and takes"
        f" {-(-prompt // tokens):,} forward passes, which delays the first token: raise"
        f" max_num_batched_tokens to {prompt:,} if there is memory for it."
    )


def _sequences_below_concurrency(context: WarningContext) -> str | None:
    """Where the number of sequences is what limits the requests at once, and not the cache."""
    plan, sequences = context.plan, context.plan.budget.engine_args.max_num_seqs
    if sequences >= min(plan.concurrency, plan.max_concurrent_requests):
        return None
    return (
        f"vLLM runs {count_text(sequences, 'request')} at once at most (max_num_seqs); the remaining"
        f" {plan.concurrency - sequences:,} of {plan.concurrency:,} will queue."
    )


def _no_fp8_cache(context: WarningContext) -> str | None:
    dtype = context.plan.budget.engine_args.kv_cache_dtype
    limit = fp8_cache_incompatibility(context.model, context.gpu, dtype, context.behavior)
    if limit is None:
        return None
    name, label = context.instance.accelerator_name, dtype.upper()
    if not limit.versions:
        return (
            f"vLLM has no attention backend for a KV cache in {label} on {name}: choose another cache dtype."
        )
    choice = version_choice_text(limit.versions)
    return (
        f"vLLM has an attention backend for a KV cache in {label} on {name} {versions_text(limit.versions)}:"
        f" choose vLLM {choice}, or another cache dtype."
    )


def _eager_mode(context: WarningContext) -> str | None:
    """Only where the model has room for CUDA graphs too."""
    memory = context.plan.budget
    if not memory.engine_args.enforce_eager:
        return None
    with_graphs = _with_graphs(context)
    if not holds_minimum_context(context.model, with_graphs):
        return None
    gained = memory.kv_cache_bytes - with_graphs.kv_cache_bytes
    gain = (
        f"gives the KV cache of each GPU another {gib_text(gained)}"
        if gained >= _WORTH_MENTIONING_BYTES
        else "does not enlarge the KV cache"
    )
    return (
        f"enforce_eager {gain}, but without compilation and CUDA graphs vLLM decodes more slowly, most of all"
        " with few requests at once: leave it out unless the memory is needed."
    )


def _with_graphs(context: WarningContext) -> Budget:
    plan = context.plan
    degree = nearest_degree(context.model, plan.tensor_parallel, context.behavior)
    engine_args = replace(plan.budget.engine_args, enforce_eager=False)
    return budget(context.model, context.gpu, degree, plan.quantization, engine_args=engine_args)


LEVER_WARNINGS: WarningChecks = {
    "needs_flags": _needs_flags,
    "states_limit_sequences": _states_limit_sequences,
    "little_unused_memory": _little_unused_memory,
    "batched_tokens_below_sequences": _batched_tokens_below_sequences,
    "batched_tokens_below_image": _batched_tokens_below_image,
    "batched_tokens_below_context": _batched_tokens_below_context,
    "prompts_in_several_batches": _prompts_in_several_batches,
    "sequences_below_concurrency": _sequences_below_concurrency,
    "no_fp8_cache": _no_fp8_cache,
    "eager_mode": _eager_mode,
}
