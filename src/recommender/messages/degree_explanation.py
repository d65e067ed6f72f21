"""Why the tensor parallel degree is what it is, and what its width gains for the model's attention."""

from collections.abc import Sequence
from dataclasses import replace

from recommender.hardware.units import gib_text
from recommender.memory.budget import Budget
from recommender.memory.overhead import depends_on_context
from recommender.messages.explanation_context import ExplanationContext
from recommender.messages.memory_sum import needs_text
from recommender.messages.phrases import choice_text, count_text, gpus_text, obstacle_text
from recommender.planning.context import budget_for_largest_context
from recommender.planning.tensor_parallelism import degree_obstacle


def degree_explanation(context: ExplanationContext) -> str:
    """What each GPU holds at the plan's degree, and what other degrees and replicas would hold."""
    degree, instance = context.plan.tensor_parallel, context.instance
    name, count = instance.accelerator_name, instance.accelerator_count
    if degree > count:
        only = "one" if count == 1 else f"only {count}"
        return f"{instance.name} has {only} {name}, so vLLM would not start at TP {degree}."
    obstacle = degree_obstacle(context.model, degree, context.behavior)
    if obstacle is not None:
        return f"vLLM does not accept TP {degree}: {obstacle_text(obstacle)}."
    if not context.holds_context:
        return _shortage(context)
    if count == 1:
        return f"{instance.name} has one {name}, and the model fits: {_division(context.plan.budget)}."
    everything = "both" if count == 2 else f"all {count}"  # noqa: PLR2004 - the word for two
    used = f"{everything} {name} GPUs" if degree == count else _some_gpus(context)
    return (
        f"TP {degree} uses {used} of {instance.name}: {_division(context.plan.budget, each=True)}."
        f"{_lower_degrees(context)}{_higher_degrees(context)}{_idle_gpus(context)}"
    )


def _some_gpus(context: ExplanationContext) -> str:
    name, count = context.instance.accelerator_name, context.instance.accelerator_count
    return f"the {name}" if count == 1 else f"{context.plan.tensor_parallel} of the {count} {name} GPUs"


def _shortage(context: ExplanationContext) -> str:
    """The sum of one GPU, for the whole context where a shorter one would fit."""
    each = "the GPU" if context.plan.tensor_parallel == 1 else "each GPU"
    where = f"{_some_gpus(context)} of {context.instance.name}"
    asked = f"A context of {context.plan.max_model_len:,} tokens"
    what = asked if context.holds_minimum else "The model"
    return f"{what} does not fit on {where}: {each} would need {needs_text(context.shortfall)}."


def _division(memory: Budget, *, each: bool = False) -> str:
    on_each = " on each" if each else ""
    return (
        f"of the {gib_text(memory.usable_bytes)} that vLLM may use{on_each}, weights take"
        f" {gib_text(memory.weight_bytes)} and vLLM's overhead {gib_text(memory.overhead.total_bytes)}, which"
        f" leaves {gib_text(memory.kv_cache_bytes)} for the KV cache"
    )


def _lower_degrees(context: ExplanationContext) -> str:
    degree = context.plan.tensor_parallel
    if degree == 1:
        return ""
    lower = [each for each in context.plan.valid_tensor_parallel if each < degree]
    budgets = {each: _budget_at(context, each) for each in lower}
    holding = [each for each, memory in budgets.items() if memory.starts_with(context.plan.max_model_len)]
    if not holding:
        return (
            f" Fewer GPUs would not hold the model with a context of {context.plan.max_model_len:,} tokens."
            f"{_replication(context)}{_links(context, [])}"
        )
    least, count = holding[0], context.instance.accelerator_count
    here, replicas = _replicas(context, degree), count // least
    held = _held(context, context.plan.budget, count // degree)
    fewest = _held(context, budgets[least], replicas)
    return (
        f"{_spread(context)}: {here} {held:,} {_held_noun(context)}, {replicas} replicas at TP {least} hold"
        f" {fewest:,}.{_links(context, holding)}"
    )


def _replicas(context: ExplanationContext, degree: int) -> str:
    """`one server at TP 4 holds`, `2 replicas at TP 4 hold`: as many as the instance has GPUs for."""
    replicas = context.instance.accelerator_count // degree
    return f"one server at TP {degree} holds" if replicas == 1 else f"{replicas} replicas at TP {degree} hold"


def _spread(context: ExplanationContext) -> str:
    """What the degree does to the cache."""
    if any(layers.cache.is_latent for layers in context.model.attention):
        return (
            " With latent attention, every GPU of a server caches all tokens, so a higher degree adds little"
        )
    copies = _replication(context).removesuffix(".")
    what = "KV cache spreads" if context.model.attention else "states spread"
    return copies or f" The {what} over the GPUs of a server"


def _replication(context: ExplanationContext) -> str:
    """What more GPUs than KV heads do to the cache."""
    degree, heads = context.plan.tensor_parallel, context.model.kv_heads
    if heads is None or degree <= heads:
        return ""
    return (
        f" The model has only {count_text(heads, 'KV head')}, so vLLM replicates each on"
        f" {gpus_text(degree // heads)}, and a token takes as much memory of each GPU as at TP {heads}."
    )


def _held(context: ExplanationContext, memory: Budget, replicas: int) -> int:
    """Tokens in the caches of all replicas, or requests where layers do not all cache every token."""
    if _counts_tokens(context):
        return replicas * memory.logged_tokens(context.plan.max_model_len)
    return replicas * memory.max_concurrent_requests(context.plan.workload.total_tokens)


def _held_noun(context: ExplanationContext) -> str:
    if _counts_tokens(context):
        return "tokens in the KV cache"
    return f"requests of {context.plan.workload.total_tokens:,} tokens at once"


def _counts_tokens(context: ExplanationContext) -> bool:
    layout = context.plan.budget.layout
    return len(layout.groups) == 1 and not layout.has_states


def _links(context: ExplanationContext, lower: Sequence[int]) -> str:
    """The cost of tensor parallelism without NVLink."""
    if context.gpu.nvlink:
        return ""
    less = f"; TP {choice_text(lower)} needs less of it" if lower else ""
    return (
        f" The {context.instance.accelerator_name} GPUs are connected by PCIe only, so the communication"
        f" after each layer costs throughput{less}."
    )


def _higher_degrees(context: ExplanationContext) -> str:
    """Why not all GPUs are used: a degree that vLLM does not accept, or one that replicates KV heads."""
    plan, count = context.plan, context.instance.accelerator_count
    obstacle = degree_obstacle(context.model, count, context.behavior)
    not_all = f" vLLM does not accept TP {count}: {obstacle_text(obstacle)}." if obstacle else ""
    higher = [each for each in plan.valid_tensor_parallel if each > plan.tensor_parallel]
    if not higher:
        return not_all
    most, heads = higher[-1], context.model.kv_heads
    memory = _budget_at(context, most)
    if not memory.starts_with(context.plan.max_model_len):
        return not_all
    copies = (
        f", with a copy of each of the model's {count_text(heads, 'KV head')} on several GPUs"
        if heads is not None and most > heads
        else ""
    )
    more, here = _held(context, memory, 1), _held(context, plan.budget, 1)
    return (
        f" TP {most} would start too{copies}, and would hold {more:,} {_held_noun(context)} instead of"
        f" {here:,}.{not_all}"
    )


def _idle_gpus(context: ExplanationContext) -> str:
    """Replicas on the GPUs that one server leaves idle, where no lower degree is compared with them."""
    plan, count = context.plan, context.instance.accelerator_count
    degree = plan.tensor_parallel
    replicas, lower = count // degree, [each for each in plan.valid_tensor_parallel if each < degree]
    if replicas == 1 or any(_budget_at(context, each).starts_with(plan.max_model_len) for each in lower):
        return ""
    held = _held(context, plan.budget, replicas)
    used = "all" if replicas * degree == count else f"{replicas * degree} of the"
    return f" On {used} {count} GPUs, {_replicas(context, degree)} {held:,} {_held_noun(context)}."


def _budget_at(context: ExplanationContext, degree: int) -> Budget:
    """That of the same context and engine arguments, apart from the sequences that a plan may lower."""
    plan, args = context.plan, context.plan.budget.engine_args
    same = replace(
        args,
        max_model_len=plan.max_model_len if depends_on_context(context.model, args) else None,
        max_num_seqs=args.default_max_num_seqs or args.max_num_seqs,
    )
    return budget_for_largest_context(context.model, context.gpu, degree, plan.quantization, same)
