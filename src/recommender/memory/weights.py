"""The memory of a model's weights on each GPU once they are loaded."""

import math
from collections.abc import Hashable

from recommender.memory.allocator import has_quantized_attention, rounding_bytes
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import falls_back_to_transformers, runs_through_transformers
from recommender.vllm.version_behavior import VersionBehavior

# `vllm/model_executor/layers/fused_moe/oracle/mxfp4.py`, the Marlin backend.
_MXFP4_WIDTH_TILE = 128
_MXFP4_HIDDEN_TILE = 256

# The same, the Triton backend. What it takes in addition, for scales and what no source explains, is at most
# 1.9 % in the runs `llmd-openai-gpt-oss-20b-*` under 0.19, which also keep the scales as they are stored.
_TRITON_WIDTH_TILE = 64
_TRITON_MARGIN = 0.025

_GPT_OSS = "gpt_oss"
_KIMI = "kimi_linear"
_KIMI_EXPERT_SHARE = 256

_SCALE_BYTES = 2

_HOPPER = (9, 0)


def weight_bytes(model: Model, dtype: Dtype, quantization: Quantization | None = None) -> int:
    """Bytes of all weights. With a `quantization`, embeddings and output head stay in `dtype`.

    So do the parts of an estimated model that are not known to be linear layers of its language model.
    """
    if quantization is None:
        return model.weights.size_bytes(dtype)
    kept = model.embedding_parameters + (model.whole_parameters if model.is_estimated else 0)
    kept = min(kept, model.weights.parameters)
    shrunk = int((model.weights.parameters - kept) * quantization.bytes_per_weight)
    return shrunk + kept * dtype.size_bytes


def weight_bytes_per_gpu(  # noqa: PLR0913 - the optional ones have defaults
    model: Model,
    dtype: Dtype,
    tensor_parallel: int,
    quantization: Quantization | None = None,
    behavior: VersionBehavior = ANY_VERSION,
    *,
    capability: tuple[int, int] | None = None,
) -> int:
    """What vLLM logs as "Model loading took": the GPU's share, the parts it holds whole, and rounding.

    Every GPU holds the rotary tables, and a whole KV head's projections where GPUs outnumber the KV heads.
    `capability` is the GPU's, as kernels of one generation need more.
    """
    if _is_whole(model, behavior):
        tensor_parallel = 1
    total = (
        weight_bytes(model, dtype, quantization)
        + _padding_bytes(model, tensor_parallel, behavior, capability)
        + _kimi_padding_bytes(model, dtype, tensor_parallel, quantization, behavior)
        + _narrow_group_bytes(model, tensor_parallel)
        + _zero_point_bytes(model, behavior, capability)
        - _pooling_head_parameters(model, behavior) * dtype.size_bytes
    )
    share = -(-total // tensor_parallel)
    in_dtype = _rotary_values(model, behavior) + _copied_parameters(model, tensor_parallel)
    undivided = _undivided_parameters(model, behavior) * (tensor_parallel - 1) // tensor_parallel
    whole = (in_dtype + undivided) * dtype.size_bytes
    whole += _unshared_bytes(model, dtype, tensor_parallel, quantization, behavior)
    return share + whole + rounding_bytes(model, dtype, tensor_parallel, quantization)


def _rotary_values(model: Model, behavior: VersionBehavior) -> int:
    """Classes of transformers compute sines and cosines without a table."""
    if behavior.version is not None and runs_through_transformers(model.class_name, behavior.version):
        return 0
    return model.rotary_values - (0 if behavior.extends_rotary_tables else model.further_rotary_values)


def _undivided_parameters(model: Model, behavior: VersionBehavior) -> int:
    """Parameters of a class of transformers without a plan for tensor parallelism: all but embeddings."""
    if not model.is_whole_in_transformers or not runs_through_transformers(
        model.class_name, behavior.version
    ):
        return 0
    return max(0, model.weights.float_values - model.embedding_parameters)


def weight_rules(model: Model, behavior: VersionBehavior) -> Hashable:
    """What the weights of `model` depend on in a version's behavior."""
    return (
        model.further_rotary_values > 0 and behavior.extends_rotary_tables,
        model.architecture == _KIMI and behavior.pads_kimi_experts,
        model.architecture == _GPT_OSS and behavior.keeps_mxfp4_scales_once,
        model.wide_zero_point_bytes > 0 and behavior.runs_awq_in_machete,
        behavior.divides_moonvit,
        behavior.builds_pooling_heads,
        runs_through_transformers(model.class_name, behavior.version),
    )


def _is_whole(model: Model, behavior: VersionBehavior) -> bool:
    """Whether all weights count as whole on every GPU.

    What the Transformers backend divides depends on a plan in the class, `base_model_tp_plan`. Modelled
    classes of the registry have one, or `_undivided_parameters`.
    """
    lacks_plan = runs_through_transformers if model.is_estimated else falls_back_to_transformers
    return lacks_plan(model.class_name, behavior.version)


def _padding_bytes(
    model: Model, tensor_parallel: int, behavior: VersionBehavior, capability: tuple[int, int] | None
) -> int:
    """Growth of MXFP4 experts, over all GPUs, when each GPU's share is padded to whole kernel tiles.

    On Hopper vLLM prefers the kernels of Triton (`_get_priority_backends_for_gpt_oss`), which pad less.
    """
    if model.quantization != "mxfp4":
        return 0
    width, hidden = model.shape.expert_intermediate_size, model.shape.hidden_size
    share = width // tensor_parallel
    if model.architecture == _GPT_OSS and capability == _HOPPER and behavior.keeps_mxfp4_scales_once:
        growth = tensor_parallel * _rounded_up(share, _TRITON_WIDTH_TILE) / width - 1 + _TRITON_MARGIN
    else:
        padded_width = tensor_parallel * _rounded_up(share, _MXFP4_WIDTH_TILE)
        growth = padded_width * _rounded_up(hidden, _MXFP4_HIDDEN_TILE) / (width * hidden) - 1
    return int(model.weights.packed_bytes * growth)


def _kimi_padding_bytes(
    model: Model,
    dtype: Dtype,
    tensor_parallel: int,
    quantization: Quantization | None,
    behavior: VersionBehavior,
) -> int:
    """Growth of Kimi-Linear's experts, over all GPUs, when each GPU's share is padded to 256."""
    share = model.shape.expert_intermediate_size // tensor_parallel
    if not behavior.pads_kimi_experts or model.architecture != _KIMI or tensor_parallel == 1:
        return 0
    growth = max(0, _KIMI_EXPERT_SHARE - share) * tensor_parallel / model.shape.expert_intermediate_size
    bytes_per_weight = _bytes_per_linear_weight(model, dtype, quantization)
    return int(model.shape.expert_parameters * bytes_per_weight * growth)


def _narrow_group_bytes(model: Model, tensor_parallel: int) -> int:
    """Further scales of AWQ and GPTQ experts, over all GPUs, where a share holds no whole groups.

    Groups are halved until the share is a multiple of them, and those of GPTQ lose their zero points, which
    are not used: `moe_wna16.py`, `create_weights`, in `vllm/model_executor/layers/quantization/`.
    """
    group = model.shard_multiples.inputs
    share = model.shape.expert_intermediate_size // tensor_parallel
    narrow = math.gcd(group, share)
    if model.quantization not in {"awq", "gptq"} or narrow == group:
        return 0
    zero_point = (model.quantized_bits or 0) / 8
    kept = zero_point if model.quantization == "awq" else 0
    growth = (_SCALE_BYTES + kept) / narrow - (_SCALE_BYTES + zero_point) / group
    return int(model.shape.expert_parameters * growth)


def _zero_point_bytes(model: Model, behavior: VersionBehavior, capability: tuple[int, int] | None) -> int:
    """Growth of zero points, over all GPUs, on Hopper, whose kernel keeps them in 16 bit.

    Source: `transform_w_zp`, `vllm/model_executor/kernels/linear/mixed_precision/machete.py` of 0.19.
    """
    runs_machete = behavior.runs_awq_in_machete or model.quantization != "awq"
    return model.wide_zero_point_bytes if capability == _HOPPER and runs_machete else 0


def _pooling_head_parameters(model: Model, behavior: VersionBehavior) -> int:
    """Parameters of an encoder's pooling head that the checkpoint has and the version does not load."""
    if model.vision is None or behavior.builds_pooling_heads:
        return 0
    return model.vision.head_attention + model.vision.head_layers


def _copied_parameters(model: Model, tensor_parallel: int) -> int:
    """Parameters of which one GPU keeps a second copy."""
    return sum(layers.count * layers.cache.copied_parameters(tensor_parallel) for layers in model.attention)


def _unshared_bytes(
    model: Model,
    dtype: Dtype,
    tensor_parallel: int,
    quantization: Quantization | None,
    behavior: VersionBehavior,
) -> int:
    """Bytes on one GPU in addition to an even share."""
    projections = sum(
        (layers.count + layers.without_cache)
        * layers.cache.unshared_parameters(tensor_parallel, model.shape.hidden_size)
        for layers in model.attention
    )
    states = model.recurrent.unshared_parameters(tensor_parallel) if model.recurrent is not None else 0
    tower = 0
    if model.vision is not None:
        tower = model.vision.whole_on(tensor_parallel, divides_all=behavior.divides_moonvit)
        tower += model.vision.head_attention if behavior.builds_pooling_heads else 0
    whole = (model.whole_parameters + tower) * (tensor_parallel - 1) // tensor_parallel
    projection_bytes = _bytes_per_projection(model, dtype, quantization)
    return math.ceil(projections * projection_bytes) + (states + whole) * dtype.size_bytes


def _bytes_per_projection(model: Model, dtype: Dtype, quantization: Quantization | None) -> float:
    """Bytes of a parameter of attention."""
    if has_quantized_attention(model, quantization):
        return _bytes_per_linear_weight(model, dtype, quantization)
    return dtype.size_bytes


def _bytes_per_linear_weight(model: Model, dtype: Dtype, quantization: Quantization | None) -> float:
    if quantization is not None:
        return quantization.bytes_per_weight
    if model.quantization is None:
        return dtype.size_bytes
    return model.weights.bytes_per_packed_weight


def _rounded_up(number: int, step: int) -> int:
    return -(-number // step) * step
