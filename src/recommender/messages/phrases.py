"""Parts of sentences that several messages use."""

from collections.abc import Sequence

from recommender.hardware.gpu import Gpu
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB, gib_text
from recommender.memory.compute_dtype import compute_dtype
from recommender.model import Model
from recommender.planning.plan import Plan
from recommender.planning.tensor_parallelism import (
    FewerExperts,
    Indivisible,
    NoPlan,
    Obstacle,
    OneGpuOnly,
    SplitBlock,
)
from recommender.vllm.supported_versions import Capability, VersionRanges
from recommender.vllm.version import VersionRange, version_text
from recommender.vllm.version_behavior import VersionBehavior

_ABBREVIATIONS = frozenset({"awq", "fp8", "gptq", "mxfp4", "mxfp8", "nvfp4"})


def precision_text(model: Model, gpu: Gpu, behavior: VersionBehavior) -> str:
    """What the weights are stored or computed in."""
    if model.quantization:
        return method_text(model.quantization)
    return compute_dtype(model, gpu, behavior.version).label


def method_text(method: str) -> str:
    """vLLM's name of a quantization method, or the usual spelling where that is an abbreviation."""
    return method.upper() if method in _ABBREVIATIONS else method


def shape_text(model: Model) -> str:
    """What a tensor parallel degree has to divide."""
    shape = model.shape
    parts = [count_text(shape.attention_heads, "attention head")] if shape.attention_heads else []
    if model.kv_heads is not None:
        parts.append(count_text(model.kv_heads, "KV head"))
    parts.append(f"feed-forward width of {shape.intermediate_size:,}")
    if shape.expert_intermediate_size != shape.intermediate_size:
        parts.append(f"expert width of {shape.expert_intermediate_size:,}")
    multiple = max(model.shard_multiples.inputs, model.shard_multiples.outputs)
    blocks = f" in blocks of {multiple}" if multiple != 1 else ""
    *first, last = parts
    return f"{', '.join(first)} and {last}{blocks}" if first else f"{last}{blocks}"


def obstacle_text(obstacle: Obstacle) -> str:
    """Why vLLM does not accept a tensor parallel degree, as a clause."""
    match obstacle:
        case OneGpuOnly():
            return "it runs pre-quantized bitsandbytes checkpoints on one GPU only"
        case FewerExperts():
            return (
                "it does not run this class with fewer experts than GPUs, and the model has"
                f" {count_text(obstacle.experts, 'expert')}"
            )
        case NoPlan():
            return "it may run this class through its Transformers backend on one GPU only, before 0.25"
        case Indivisible():
            return f"it does not evenly divide the model's {_size_text(obstacle)}"
        case SplitBlock():
            return (
                f"each GPU's share of the {obstacle.what}, {obstacle.share:,}, would not be a multiple of the"
                f" {obstacle.multiple} quantized weights that share a scale"
            )


def _size_text(obstacle: Indivisible) -> str:
    """`28 attention heads`, `vision encoder's width of 3,420`."""
    name, size = obstacle.what, obstacle.size
    match name:
        case "attention heads" | "KV heads":
            return count_text(size, name.removesuffix("s"))
        case "heads of its states" | "groups of its states":
            noun, _, rest = name.partition(" ")
            return f"{count_text(size, noun.removesuffix('s'))} {rest}"
        case "vision encoder's heads":
            return f"vision encoder's {count_text(size, 'head')}"
        case "vocabulary":
            return f"vocabulary of {size:,} entries"
    return f"{name} of {size:,}"


def versions_text(versions: VersionRanges) -> str:
    """`only up to 0.23`, `only from 0.20 on`, `only from 0.9 to 0.12`."""
    if not versions:
        return "in no version"
    return f"only {' and '.join(map(_range_text, versions))}"


def version_choice_text(versions: VersionRanges) -> str:
    """`0.23 or earlier`, `0.20 or later`, `0.9 to 0.12`; nothing where there is none."""
    return " or ".join(map(_choice_text, versions))


def _range_text(versions: VersionRange) -> str:
    first, last = versions.first, versions.last
    if first is None:
        return f"up to {version_text(last or ())}"
    return f"from {version_text(first)} {'on' if last is None else f'to {version_text(last)}'}"


def _choice_text(versions: VersionRange) -> str:
    first, last = versions.first, versions.last
    if first is None:
        return f"{version_text(last or ())} or earlier"
    if first == last:
        return version_text(first)
    return f"{version_text(first)} {'or later' if last is None else f'to {version_text(last)}'}"


def capability_text(capability: Capability) -> str:
    """`8.9`."""
    return f"{capability[0]}.{capability[1]}"


def cache_text(plan: Plan) -> str:
    """In tokens where each takes one slot; in layers with a window or a state they take fewer, or more."""
    memory = plan.budget
    if len(memory.layout.groups) > 1:
        return f"the KV cache of {gib_text(memory.kv_cache_bytes)} per GPU"
    return f"the KV cache of {memory.logged_tokens(plan.max_model_len):,} tokens"


def gpus_text(degree: int) -> str:
    """`one GPU`, `2 GPUs`."""
    return "one GPU" if degree == 1 else f"{degree} GPUs"


def count_text(number: int, noun: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def nominal_text(instance: Instance) -> str:
    """The accelerator memory that the instance is sold with."""
    return gib_text(instance.accelerator_memory_gib * GIB)


def hardware_text(instance: Instance) -> str:
    """`4 x A10G, 96 GiB`, and the price where it is known."""
    hardware = f"{instance.accelerator_count} x {instance.accelerator_name}, {nominal_text(instance)}"
    price = instance.usd_per_hour
    return hardware if price is None else f"{hardware}, ${price:,.2f} per hour"


def choice_text(values: Sequence[int | str]) -> str:
    """`1`, `1 or 2`, `1, 2 or 4`."""
    *first, last = map(str, values)
    return f"{', '.join(first)} or {last}" if first else last
