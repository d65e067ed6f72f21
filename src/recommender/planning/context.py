"""The largest context that fits, and the budget that a server has with it."""

from dataclasses import replace

from recommender.hardware.gpu import Gpu
from recommender.memory.budget import Budget, budget, budget_at_context
from recommender.memory.overhead import depends_on_context
from recommender.model import Model
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.quantization import Quantization


def budget_for_largest_context(
    model: Model, gpu: Gpu, tensor_parallel: int, quantization: Quantization | None, engine_args: EngineArgs
) -> Budget:
    """The budget at the context of `engine_args`, or else at the largest one of which it holds a request.

    Most models have the same budget at every context. Where vLLM profiles a video that is as long as the
    context allows, a shorter context leaves more memory for the cache.
    """
    context = power_of_two_within(model.max_position_embeddings)
    is_given = engine_args.max_model_len is not None or not depends_on_context(model)
    if not is_given:
        engine_args = replace(engine_args, max_model_len=context)
    memory = budget(model, gpu, tensor_parallel, quantization, engine_args=engine_args)
    while not is_given and context > 1 and not memory.max_concurrent_requests(context):
        context //= 2
        memory = budget_at_context(memory, model, gpu, tensor_parallel, quantization, context)
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
