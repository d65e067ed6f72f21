"""Why each value of a configuration is what it is."""

from dataclasses import dataclass, replace

from recommender.messages.degree_explanation import degree_explanation
from recommender.messages.explanation_context import ExplanationContext
from recommender.messages.phrases import cache_text, count_text
from recommender.messages.quantization_explanation import quantization_explanation
from recommender.planning.context import power_of_two_within
from recommender.planning.plan import Plan
from recommender.planning.workload import DEFAULT_INPUT_TOKENS, DEFAULT_OUTPUT_TOKENS, MAX_CONCURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Some sentences for each value of a plan."""

    tensor_parallel_degree: str
    quantization: str
    max_model_len: str
    concurrency: str
    input_sequence_length: str | None
    """Only where the workload is not the default."""
    production_note: str
    """How many requests of the whole context run at once."""


def explanation(context: ExplanationContext) -> Explanation:
    """The reasons for the plan's values; a fixed value is compared with what would be recommended for it.

    A value that repeats the recommended one reads like the recommendation.
    """
    context = replace(context, overrides=context.recommended.changed_by(context.overrides))
    overrides, recommended = context.overrides, context.recommended
    runs = context.plan.tensor_parallel in context.plan.valid_tensor_parallel and context.holds_minimum
    return Explanation(
        tensor_parallel_degree=_requested(
            overrides.tensor_parallel, recommended.tensor_parallel, degree_explanation(context)
        ),
        quantization=quantization_explanation(context),
        max_model_len=_requested(
            overrides.max_model_len, recommended.max_model_len if runs else None, _max_model_len(context)
        ),
        concurrency=_requested(
            overrides.concurrency, recommended.concurrency if runs else None, _concurrency(context)
        ),
        input_sequence_length=_workload(context),
        production_note=_production_note(context),
    )


def _requested(requested: int | None, recommended: int | None, reason: str) -> str:
    """`reason`, and the recommended value where another one is fixed; `None` where no value would start."""
    if requested is None:
        return reason
    if recommended is None:
        return f"{requested:,} as requested. {reason}"
    return f"{requested:,} as requested; {recommended:,} is recommended. {reason}"


def _max_model_len(context: ExplanationContext) -> str:
    refused = _refused_context(context)
    if refused is not None:
        return refused
    model, plan = context.model, context.plan
    limit, chosen = model.max_position_embeddings, plan.max_model_len
    requests = plan.budget.max_concurrent_requests(chosen)
    room = f"{cache_text(plan)} has room for {count_text(requests, 'request')} of that length"
    if context.overrides.max_model_len is not None:
        limit_text = f"supports {limit:,} tokens" if model.context.is_enforced else "states no limit"
        return f"{room[0].upper()}{room[1:]}; the model {limit_text}."
    if chosen < power_of_two_within(limit):
        return f"{chosen:,} tokens is {_largest(plan)}; the model itself supports {limit:,}."
    within = (
        "the model's own limit"
        if chosen == limit
        else f"the largest power of two within the model's limit of {limit:,}"
    )
    if not model.context.is_enforced:
        within = "vLLM's default: the model states no limit, and vLLM accepts any length"
    default = model.context.default_tokens
    without_flag = f" Without the flag vLLM takes {default:,} (longrope)." if default < chosen else ""
    return f"{chosen:,} tokens is {within}; {room}.{without_flag}"


def _refused_context(context: ExplanationContext) -> str | None:
    """Why vLLM would not start with the context; `None` where it would."""
    model, plan = context.model, context.plan
    limit, chosen = model.max_position_embeddings, plan.max_model_len
    refused = "so vLLM would not start (see the warnings)."
    if chosen > limit and model.context.is_enforced:
        return f"The model supports {limit:,} tokens at most, {refused}"
    if plan.exceeds_batch:
        return f"A prompt of {chosen:,} tokens is longer than a batch, {refused}"
    if context.holds_context:
        return None
    if context.overrides.max_model_len is None:
        return (
            f"{chosen:,} tokens is the shortest context worth running, but vLLM would not start"
            " (see the warnings)."
        )
    return f"Not even one request of {chosen:,} tokens fits, {refused}"


def _largest(plan: Plan) -> str:
    """What makes a context shorter than the model's limit the largest one."""
    longest = plan.budget.engine_args.longest_prompt
    if longest is not None and plan.max_model_len == power_of_two_within(longest):
        return (
            f"the largest power of two within a batch of {longest:,}, because the V0 engine, in which this"
            " version runs the model, does not divide prompts"
        )
    if plan.budget.max_concurrent_requests(2 * plan.max_model_len):
        return "the largest power of two with which vLLM starts, because its overhead grows with the context"
    return f"the largest power of two that fits in {cache_text(plan)}"


def _concurrency(context: ExplanationContext) -> str:
    plan, work = context.plan, context.plan.workload
    request = f"{work.total_tokens:,} tokens ({work.input_tokens:,} in, {work.output_tokens:,} out)"
    held = plan.max_concurrent_requests
    if not held:
        return f"Not even one request of {request} would run (see the warnings)."
    sequences = plan.budget.engine_args.max_num_seqs
    if sequences < min(held, MAX_CONCURRENCY):
        return (
            f"vLLM runs {count_text(sequences, 'request')} at once (max_num_seqs); {cache_text(plan)} would"
            f" hold {held:,} requests of {request}."
        )
    if held > MAX_CONCURRENCY:
        return (
            f"{MAX_CONCURRENCY} is the maximum for a benchmark run; {cache_text(plan)} would hold"
            f" {held:,} requests of {request}."
        )
    if held == 1:
        return f"1 request of {request} fits in {cache_text(plan)}."
    return f"{held:,} requests of {request} fit in {cache_text(plan)} at once."


def _workload(context: ExplanationContext) -> str | None:
    work, overrides = context.plan.workload, context.overrides
    given = f"{work.input_tokens:,} input tokens and {work.output_tokens:,} output tokens"
    defaults = f"{DEFAULT_INPUT_TOKENS} and {DEFAULT_OUTPUT_TOKENS}"
    if overrides.input_tokens is not None or overrides.output_tokens is not None:
        return f"{given}, as requested; the defaults are {defaults}."
    if (work.input_tokens, work.output_tokens) == (DEFAULT_INPUT_TOKENS, DEFAULT_OUTPUT_TOKENS):
        return None
    return (
        f"{given} instead of {defaults}: together they have to fit in the context of"
        f" {context.plan.max_model_len:,} tokens."
    )


def _production_note(context: ExplanationContext) -> str:
    plan = context.plan
    requests = plan.budget.max_concurrent_requests(plan.max_model_len)
    whole = f"the whole context of {plan.max_model_len:,} tokens"
    if not context.starts:
        return "vLLM would not start with these values (see the warnings)."
    return (
        f"In production, the KV cache holds {count_text(requests, 'request')} of {whole} at once; further"
        " ones wait, and shorter ones leave room for more."
    )
