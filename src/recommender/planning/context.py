"""The largest context that fits, and the budget that a server has with it."""

from dataclasses import replace

from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget, budget, budget_with_limits
from recommender.memory.overhead import depends_on_context
from recommender.model import Model
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.quantization import Quantization


def budget_for_largest_context(
    model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None, engine_args: EngineArgs
) -> Budget:
    """The budget at the context of `engine_args`, or else at the largest one of which it holds a request.

    Most models have the same budget at every context. Where vLLM profiles a video that is as long as the
    context allows, a shorter context leaves more memory for the cache. A model with states gets fewer
    sequences where `engine_args` allow it and vLLM would not start otherwise.
    """
    context = power_of_two_within(model.max_position_embeddings)
    is_given = engine_args.max_model_len is not None or not depends_on_context(model)
    if not is_given:
        engine_args = replace(engine_args, max_model_len=context)
    memory = _with_default_sequences(
        budget(model, gpu, tensor_parallel, quantization, engine_args=engine_args),
        model,
        gpu,
        tensor_parallel,
        quantization,
    )
    while not is_given and context > 1 and not memory.starts_with(context):
        context //= 2
        shorter = budget_with_limits(
            memory,
            model,
            gpu,
            tensor_parallel,
            quantization,
            max_model_len=context,
            max_num_seqs=engine_args.max_num_seqs,
        )
        memory = _with_default_sequences(shorter, model, gpu, tensor_parallel, quantization)
    return memory


def largest_context(limit_tokens: int, memory: Budget) -> int:
    """The largest power of two within the model's limit for which the KV cache holds one request.

    It is at most the context that `memory` was calculated for.
    """
    context = power_of_two_within(min(limit_tokens, memory.engine_args.max_model_len or limit_tokens))
    while context > 1 and not memory.max_concurrent_requests(context):
        context //= 2
    return context


def power_of_two_within(limit: int) -> int:
    """The largest power of two up to `limit`."""
    return 1 << (limit.bit_length() - 1)


def with_startable_sequences(
    memory: Budget, model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None
) -> Budget:
    """`memory` with as many sequences as there are blocks for their states, if there are fewer blocks.

    Fewer sequences take less overhead and so leave more blocks: the search halves the range between a number
    with which vLLM starts and one with which it does not. `memory` itself where no number helps.
    """
    starts, most, fails = memory, 0, memory.engine_args.max_num_seqs
    while memory.lacks_state_blocks and fails - most > 1:
        sequences = (most + fails) // 2
        tried = budget_with_limits(memory, model, gpu, tensor_parallel, quantization, max_num_seqs=sequences)
        if tried.lacks_state_blocks:
            fails = sequences
        else:
            starts, most = tried, sequences
    return starts


def _with_default_sequences(
    memory: Budget, model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None
) -> Budget:
    """`memory`, with fewer sequences where it may have them and vLLM would not start otherwise."""
    if memory.engine_args.default_max_num_seqs is None:
        return memory
    return with_startable_sequences(memory, model, gpu, tensor_parallel, quantization)
