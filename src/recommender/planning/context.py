"""The largest context that fits, the budget that a server has with it, and the shortest worth proposing."""

from bisect import bisect_left
from collections.abc import Callable

from recommender.caches import model_cache
from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget, each_version
from recommender.memory.calculate_budget import budget, budget_with_limits
from recommender.memory.overhead import depends_on_context
from recommender.model import Model
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.quantization import Quantization

_MINIMUM_CONTEXT = 512


@model_cache
def budget_for_largest_context(
    model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None, engine_args: EngineArgs
) -> Budget:
    """The budget at the context of `engine_args`, or else at the largest one of which it holds a request.

    Most models have the same budget at every context. Where vLLM profiles a video that is as long as the
    context allows, a shorter context leaves more memory for the cache. A model with states gets fewer
    sequences where `engine_args` allow it and vLLM would not start otherwise.
    """
    memory = budget(model, gpu, tensor_parallel, quantization, engine_args=engine_args)
    if engine_args.max_model_len is not None or not depends_on_context(model, engine_args):
        return _with_default_sequences(memory, model, gpu, tensor_parallel, quantization)
    longest = model.max_position_embeddings.bit_length() - 1

    def at(exponent: int) -> Budget:
        shorter = budget_with_limits(
            memory, model, gpu, tensor_parallel, quantization, max_model_len=1 << exponent
        )
        return _with_default_sequences(shorter, model, gpu, tensor_parallel, quantization)

    return _largest_start(at, longest)


def _largest_start(at: Callable[[int], Budget], longest: int) -> Budget:
    """The budget of the largest power of two with which vLLM starts.

    That of one token where it starts with none. A shorter context never takes more memory.
    """
    found = at(longest)
    if found.starts_with(1 << longest):
        return found
    starting = bisect_left(range(longest), x=True, key=lambda each: not at(each).starts_with(1 << each))
    return at(max(0, starting - 1))


def largest_context(limit_tokens: int, memory: Budget) -> int:
    """The largest power of two within the model's limit for which the KV cache holds one request.

    It is at most the context that `memory` was calculated for.
    """
    args = memory.engine_args
    limits = limit_tokens, args.max_model_len or limit_tokens, args.longest_prompt or limit_tokens
    context = power_of_two_within(min(limits))
    for version in each_version(memory):
        while context > 1 and not version.max_concurrent_requests(context):
            context //= 2
    return context


def minimum_context(model: Model) -> int:
    """The shortest context worth proposing: 512 tokens, or the model's own limit."""
    return min(_MINIMUM_CONTEXT, model.max_position_embeddings)


def holds_minimum_context(model: Model, memory: Budget) -> bool:
    """Whether a GPU with this budget holds the weights and the shortest context worth proposing."""
    return memory.starts_with(minimum_context(model))


def power_of_two_within(limit: int) -> int:
    """The largest power of two up to `limit`."""
    return 1 << (limit.bit_length() - 1)


def lacks_state_blocks(memory: Budget) -> bool:
    """Whether the cache has blocks, but too few for the states of a model that needs one per sequence."""
    return memory.blocks > 0 and memory.lacks_state_blocks


def with_startable_sequences(
    memory: Budget, model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None
) -> Budget:
    """`memory` with as many sequences as there are blocks for their states, if there are fewer blocks.

    Fewer sequences mostly take less overhead and so leave more blocks: the number is between the blocks that
    there are and those that one sequence would leave. `memory` itself where no number helps.
    """
    if not memory.lacks_state_blocks:
        return memory

    def with_sequences(number: int, of: Budget = memory) -> Budget:
        return budget_with_limits(of, model, gpu, tensor_parallel, quantization, max_num_seqs=number)

    one = with_sequences(1)
    if one.lacks_state_blocks:
        return memory
    # The version with the fewest blocks mostly decides, and the others need not be tried.
    versions = sorted(each_version(memory), key=lambda each: each.blocks)

    def are_too_many(number: int) -> bool:
        return any(with_sequences(number, each).lacks_state_blocks for each in versions)

    fewest, too_many = memory.state_blocks, memory.engine_args.max_num_seqs
    if fewest and are_too_many(fewest):
        # A sampler that is smaller than a first start's copy of the embedding does not reuse its memory.
        fewest, too_many = 0, fewest
    numbers = range(1, too_many)[: one.state_blocks]
    return with_sequences(bisect_left(numbers, x=True, lo=fewest, key=are_too_many))


def _with_default_sequences(
    memory: Budget, model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None
) -> Budget:
    """`memory`, with fewer sequences where it may have them and vLLM would not start otherwise."""
    if memory.engine_args.default_max_num_seqs is None:
        return memory
    return with_startable_sequences(memory, model, gpu, tensor_parallel, quantization)
