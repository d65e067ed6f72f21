"""Warnings about the engine arguments: those that a plan needs, and those that the caller fixes."""

from recommender.messages.phrases import count_text
from recommender.messages.warning_context import WarningChecks, WarningContext
from recommender.planning.compatibility import lacks_state_blocks
from recommender.planning.context import with_startable_sequences
from recommender.planning.tensor_parallelism import nearest_degree


def _needs_flags(context: WarningContext) -> str | None:
    memory = context.plan.budget
    args = memory.engine_args
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


LEVER_WARNINGS: WarningChecks = {
    "needs_flags": _needs_flags,
    "states_limit_sequences": _states_limit_sequences,
}
