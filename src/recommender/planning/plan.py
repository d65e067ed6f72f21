"""The configuration with which a model runs on an instance, if there is one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.budget import Budget, budget, compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.tensor_parallelism import minimum_degree, valid_degrees
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.engine_args import EngineArgs, default_engine_args
from recommender.vllm.quantization import Quantization, lacks_bitsandbytes, lacks_int8, missing_capability
from recommender.vllm.version import OLDEST_OF_ANY
from recommender.vllm.wheels import WHEEL_CAPABILITY, WHEEL_VERSION

INPUT_TOKENS = 512
OUTPUT_TOKENS = 256

# A shorter context is no configuration worth proposing, unless the model itself has no longer one.
SMALLEST_CONTEXT = 512

# The largest value of the benchmark form.
LARGEST_CONCURRENCY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Tokens of one benchmark request."""

    input_tokens: int
    output_tokens: int

    @property
    def total_tokens(self) -> int:
        """Prompt and answer together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A configuration, and the figures behind it."""

    tensor_parallel: int
    fitting_tensor_parallel: tuple[int, ...]
    """The degrees that hold the model, in rising order."""
    valid_tensor_parallel: tuple[int, ...]
    quantization: Quantization | None
    cast_to: Dtype | None
    """What vLLM computes in where that is not the checkpoint's own dtype."""
    weight_bytes: int
    """All GPUs together, as they would lie on one."""
    budget: Budget
    max_model_len: int
    workload: Workload
    concurrency: int

    @property
    def needs_prepared_checkpoint(self) -> bool:
        """Whether it runs another checkpoint of the model, quantized beforehand."""
        return self.quantization is not None and not self.quantization.at_load

    @property
    def max_concurrent_requests(self) -> int:
        """Requests of the workload that the KV cache holds at once."""
        return self.budget.max_concurrent_requests(self.workload.total_tokens)


def best_plan(
    model: Model,
    instance: Instance,
    quantization: Quantization | None = None,
    *,
    behavior: VersionBehavior = ANY_VERSION,
    overhead_bytes: int | None = None,
) -> Plan | None:
    """The plan with the largest valid tensor parallel degree on `instance`; `None` where none fits.

    Degrees that replicate KV heads are considered only where no other fits.
    """
    gpu = gpu_of(instance)
    if lacks_wheels(gpu, behavior) or lacks_bitsandbytes(model, behavior):
        return None
    lacks_sparse_kernels = not model.has_attention_kernels(gpu.compute_capability)
    if lacks_sparse_kernels or missing_capability(model, gpu) is not None or lacks_int8(model, gpu):
        return None
    weights = weight_bytes(model, compute_dtype(model, gpu), quantization)
    least = minimum_degree(weights, gpu.visible_bytes)
    if least > instance.accelerator_count:
        return None
    engine_args = replace(default_engine_args(gpu, behavior), overhead_bytes=overhead_bytes)
    for replicate in (False, True):
        degrees = valid_degrees(model, instance.accelerator_count, replicate_kv_heads=replicate)
        enough = [degree for degree in degrees if degree >= least]
        budgets = _fitting_budgets(model, gpu, enough, quantization, engine_args)
        if budgets:
            return _plan(model, gpu, degrees, budgets, quantization)
    return None


def lacks_wheels(gpu: Gpu, behavior: VersionBehavior) -> bool:
    """Whether the released wheels of the version that was chosen do not run on `gpu`."""
    return gpu.compute_capability < WHEEL_CAPABILITY and (behavior.version or OLDEST_OF_ANY) >= WHEEL_VERSION


def _fitting_budgets(
    model: Model, gpu: Gpu, degrees: Iterable[int], quantization: Quantization | None, engine_args: EngineArgs
) -> dict[int, Budget]:
    """The budgets of those of `degrees` that hold the weights and a context beside them."""
    budgets = {
        degree: budget(model, gpu, degree, quantization, engine_args=engine_args) for degree in degrees
    }
    needed = min(SMALLEST_CONTEXT, model.max_position_embeddings)
    return {degree: memory for degree, memory in budgets.items() if memory.max_concurrent_requests(needed)}


def _plan(
    model: Model,
    gpu: Gpu,
    degrees: tuple[int, ...],
    budgets: dict[int, Budget],
    quantization: Quantization | None,
) -> Plan:
    degree, dtype = max(budgets), compute_dtype(model, gpu)
    memory = budgets[degree]
    context = largest_context(model.max_position_embeddings, memory)
    workload = workload_within(context)
    return Plan(
        tensor_parallel=degree,
        fitting_tensor_parallel=tuple(sorted(budgets)),
        valid_tensor_parallel=degrees,
        quantization=quantization,
        cast_to=None if dtype is model.native_dtype else dtype,
        weight_bytes=weight_bytes(model, dtype, quantization),
        budget=memory,
        max_model_len=context,
        workload=workload,
        concurrency=default_concurrency(memory, workload),
    )


def largest_context(limit_tokens: int, memory: Budget) -> int:
    """The largest power of two within the model's limit of which the cache holds one request."""
    context = power_of_two_within(limit_tokens)
    while context > 1 and not memory.max_concurrent_requests(context):
        context //= 2
    return context


def power_of_two_within(limit: int) -> int:
    """The largest power of two that is not above `limit`."""
    return 1 << (limit.bit_length() - 1)


def default_concurrency(memory: Budget, workload: Workload) -> int:
    """The requests of `workload` that the cache holds at once, within 1 and the form's largest value."""
    return max(1, min(memory.max_concurrent_requests(workload.total_tokens), LARGEST_CONCURRENCY))


def workload_within(context_tokens: int) -> Workload:
    """512 tokens in and 256 out, or the same proportion of a context that is too short for both."""
    whole = INPUT_TOKENS + OUTPUT_TOKENS
    if context_tokens >= whole:
        return Workload(input_tokens=INPUT_TOKENS, output_tokens=OUTPUT_TOKENS)
    input_tokens = context_tokens * INPUT_TOKENS // whole
    return Workload(input_tokens=input_tokens, output_tokens=context_tokens - input_tokens)
