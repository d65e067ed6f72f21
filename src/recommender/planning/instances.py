"""Other instances: the cheapest that holds a model, a cheaper equivalent, the nearest to holding it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.units import gib
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import Model
from recommender.planning.compatibility import has_wheels
from recommender.planning.plan import Plan, best_plan
from recommender.planning.tensor_parallelism import divides_kv_heads
from recommender.planning.version_limits import version_limits
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.quantization import Quantization
from recommender.vllm.version_behavior import VersionBehavior

# Room for real work: what an instance must offer to be worth switching to.
_WORTHWHILE_CONTEXT = 8192
_WORTHWHILE_CONCURRENCY = 8

_OFFERED_ARCHITECTURE = "x86_64"

_MUCH_CHEAPER = 0.5

# The first compute capability that needs a driver of the R570 branch: CUDA 12.8 release notes.
_BLACKWELL = (10, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstancePlan:
    """An instance that holds a model, and the configuration there."""

    instance: Instance
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestInstance:
    """The instance that comes nearest to holding a model with room for real work."""

    instance: Instance
    plan: Plan | None
    """The configuration there; `None` where the model does not start on any instance."""


def cheapest_fitting_instance(
    model: Model,
    instances: Iterable[Instance],
    *,
    asked: Instance | None = None,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> InstancePlan | None:
    """The cheapest of `instances` except `asked` that holds `model` unquantized with room for real work.

    That is a context of 8192 tokens, or of the model's own limit, and 8 requests at once. `None` where none
    does.
    """
    others = sorted((each for each in instances if asked is None or each.name != asked.name), key=cost)
    fitting = fitting_instances(model, others, behavior=behavior, engine=engine)
    return next((each for each in fitting if _is_worthwhile(model, each.plan)), None)


def cheaper_equivalent(  # noqa: PLR0913 - what a plan depends on
    model: Model,
    instances: Iterable[Instance],
    *,
    asked: Instance,
    plan: Plan,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> InstancePlan | None:
    """The cheapest of `instances` that holds as much as `plan` on `asked` does, for at most half the cost.

    That is the context, the requests at once, of the workload and of the whole context, in the same precision
    and with the same versions of vLLM. The cost is the price, or the accelerator memory where a price is
    missing. `None` where none does.
    """
    least_gib = gib(_least_bytes(model, plan))
    cheap = sorted(
        (
            instance
            for instance in instances
            if _relative_cost(instance, asked) <= _MUCH_CHEAPER
            and instance.accelerator_memory_gib >= least_gib
            and _runs_alike(model, gpu_of(instance), gpu_of(asked), plan, behavior)
        ),
        key=cost,
    )
    fitting = fitting_instances(model, cheap, plan.quantization, behavior=behavior, engine=engine)
    return next((each for each in fitting if _holds_as_much(each.plan, plan)), None)


def nearest_instance(
    model: Model,
    instances: Iterable[Instance],
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> NearestInstance | None:
    """The instance with the longest context; where none holds `model`, the one with the most memory.

    For models that no instance holds with room for real work. `None` where no instance is offered at all.
    """
    offered = [instance for instance in instances if is_offered(instance, behavior)]
    fitting = list(fitting_instances(model, offered, behavior=behavior, engine=engine))
    if fitting:
        best = max(fitting, key=lambda each: (each.plan.max_model_len, each.plan.concurrency))
        return NearestInstance(instance=best.instance, plan=best.plan)
    largest = max(offered, key=lambda instance: instance.accelerator_memory_gib, default=None)
    return NearestInstance(instance=largest, plan=None) if largest is not None else None


def fitting_instances(
    model: Model,
    instances: Iterable[Instance],
    quantization: Quantization | None = None,
    *,
    behavior: VersionBehavior = ANY_VERSION,
    engine: EngineOverrides = NO_ENGINE_OVERRIDES,
) -> Iterator[InstancePlan]:
    """Those of `instances` on which `model` starts; instances with the same GPUs are planned once."""
    plans: dict[tuple[str, int, float], Plan | None] = {}
    for instance in instances:
        if is_offered(instance, behavior):
            hardware = instance.accelerator_name, instance.accelerator_count, instance.device_mib
            if hardware not in plans:
                found = best_plan(model, instance, quantization, behavior=behavior, engine=engine)
                plans[hardware] = found if isinstance(found, Plan) else None
            plan = plans[hardware]
            if plan is not None:
                yield InstancePlan(instance=instance, plan=plan)


def is_offered(instance: Instance, behavior: VersionBehavior = ANY_VERSION) -> bool:
    """Whether to suggest the instance: on sale, with x86 processors and GPUs that the wheels run on."""
    if instance.is_neuron or not instance.is_listed or instance.architecture != _OFFERED_ARCHITECTURE:
        return False
    return has_wheels(gpu_of(instance), behavior)


def cost(instance: Instance) -> tuple[bool, float, float, int, int, float, str]:
    """Sort key: the price; where it is unknown, accelerator memory, GPUs, vCPUs, host memory and name."""
    return (
        instance.usd_per_hour is None,
        instance.usd_per_hour or 0,
        instance.accelerator_memory_gib,
        instance.accelerator_count,
        instance.vcpus,
        instance.memory_gib,
        instance.name,
    )


def _is_worthwhile(model: Model, plan: Plan) -> bool:
    context = min(_WORTHWHILE_CONTEXT, model.max_position_embeddings)
    # Not compared with the plan's context, a power of two, which a limit such as 6000 would never reach.
    return plan.budget.max_concurrent_requests(context) > 0 and plan.concurrency >= _WORTHWHILE_CONCURRENCY


def _runs_alike(model: Model, other: Gpu, gpu: Gpu, plan: Plan, behavior: VersionBehavior) -> bool:
    """Whether `other` computes the plan in the same precision, with no further needs of version or driver."""
    version = behavior.version
    if compute_dtype(model, other, version) is not compute_dtype(model, gpu, version):
        return False
    uses_fp8 = plan.quantization is not None and plan.quantization.name == "fp8"
    if uses_fp8 and gpu.computes_fp8 and not other.computes_fp8:
        return False
    if other.compute_capability >= _BLACKWELL > gpu.compute_capability:
        return False
    return set(version_limits(model, other, behavior)) <= set(version_limits(model, gpu, behavior))


def _least_bytes(model: Model, plan: Plan) -> int:
    """What the weights and as many requests take on any instance, to leave out those that are too small.

    All GPUs together cache no less than those of `plan` if these share the heads among them, and no less than
    one of them otherwise. Blocks may be rounded to other sizes, hence the allowance of a tenth.
    """
    memory, tokens = plan.budget, plan.workload.total_tokens
    shares = all(layers.cache.sharded_heads is not None for layers in model.attention)
    degree = plan.tensor_parallel if shares and divides_kv_heads(model, plan.tensor_parallel) else 1
    blocks = plan.max_concurrent_requests * memory.layout.blocks_for(
        tokens, memory.engine_args.in_flight_tokens
    )
    return plan.weight_bytes + degree * blocks * memory.layout.block_bytes * 9 // 10


def _holds_as_much(other: Plan, plan: Plan) -> bool:
    return other.max_model_len >= plan.max_model_len and all(
        other.budget.max_concurrent_requests(tokens) >= plan.budget.max_concurrent_requests(tokens)
        for tokens in (plan.workload.total_tokens, plan.max_model_len)
    )


def _relative_cost(instance: Instance, asked: Instance) -> float:
    if instance.usd_per_hour is not None and asked.usd_per_hour is not None:
        return instance.usd_per_hour / asked.usd_per_hour
    return instance.accelerator_memory_gib / asked.accelerator_memory_gib
