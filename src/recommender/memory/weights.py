"""The memory of a model's weights on each GPU once they are loaded."""

import math
from collections.abc import Hashable, Iterator

from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior
from recommender.vllm.quantization import Quantization
from recommender.vllm.supported_versions import falls_back_to_transformers, runs_through_transformers

_MIB = 1024**2

# PyTorch's allocator requests memory for tensors of 10 MiB and more in steps of 2 MiB, and leaves a remainder
# of up to 1 MiB with the tensor: `c10/cuda/CUDACachingAllocator.cpp`, `kMinLargeAlloc`, `kRoundLarge`,
# `should_split`.
_LARGE_TENSOR_BYTES = 10 * _MIB
_LARGE_STEP_BYTES = 2 * _MIB
_UNSPLIT_BYTES = _MIB

# `vllm/model_executor/layers/fused_moe/oracle/mxfp4.py`, the Marlin backend.
_MXFP4_WIDTH_TILE = 128
_MXFP4_HIDDEN_TILE = 256

_KIMI = "kimi_linear"
_KIMI_EXPERT_SHARE = 256

_SCALE_BYTES = 2


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


def weight_bytes_per_gpu(
    model: Model,
    dtype: Dtype,
    tensor_parallel: int,
    quantization: Quantization | None = None,
    behavior: VersionBehavior = ANY_VERSION,
) -> int:
    """What vLLM logs as "Model loading took": the GPU's share, the parts it holds whole, and rounding.

    Every GPU holds the rotary tables, and a whole KV head's projections where GPUs outnumber the KV heads.
    """
    if _is_whole(model, behavior):
        tensor_parallel = 1
    total = (
        weight_bytes(model, dtype, quantization)
        + _padding_bytes(model, tensor_parallel)
        + _kimi_padding_bytes(model, dtype, tensor_parallel, quantization, behavior)
        + _narrow_group_bytes(model, tensor_parallel)
    )
    share = -(-total // tensor_parallel)
    rotary = model.rotary_values - (0 if behavior.extends_rotary_tables else model.further_rotary_values)
    in_dtype = rotary + _copied_parameters(model, tensor_parallel)
    whole = in_dtype * dtype.size_bytes + _unshared_bytes(model, dtype, tensor_parallel)
    return share + whole + _rounding_bytes(model, dtype, tensor_parallel, quantization)


def weight_rules(model: Model, behavior: VersionBehavior) -> Hashable:
    """What the weights of `model` depend on in a version's behavior."""
    return (
        model.further_rotary_values > 0 and behavior.extends_rotary_tables,
        model.architecture == _KIMI and behavior.pads_kimi_experts,
        model.is_estimated and runs_through_transformers(model.class_name, behavior.version),
    )


def _is_whole(model: Model, behavior: VersionBehavior) -> bool:
    """Whether all weights count as whole on every GPU.

    What the Transformers backend divides depends on a plan in the class, `base_model_tp_plan`. Modelled
    classes of the registry have one.
    """
    lacks_plan = runs_through_transformers if model.is_estimated else falls_back_to_transformers
    return lacks_plan(model.class_name, behavior.version)


def _padding_bytes(model: Model, tensor_parallel: int) -> int:
    """Growth of MXFP4 experts, over all GPUs, when each GPU's share is padded to whole kernel tiles."""
    if model.quantization != "mxfp4":
        return 0
    width, hidden = model.shape.expert_intermediate_size, model.shape.hidden_size
    padded_width = tensor_parallel * _rounded_up(width // tensor_parallel, _MXFP4_WIDTH_TILE)
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

    Groups are halved until the share is a multiple of them: `moe_wna16.py`, `create_weights`, in
    `vllm/model_executor/layers/quantization/`.
    """
    group = model.shard_multiples.inputs
    if model.quantization not in {"awq", "gptq"} or group == 1:
        return 0
    share = model.shape.expert_intermediate_size // tensor_parallel
    narrow = math.gcd(group, share)
    return int(model.shape.expert_parameters * _SCALE_BYTES * (1 / narrow - 1 / group))


def _copied_parameters(model: Model, tensor_parallel: int) -> int:
    """Parameters of which one GPU keeps a second copy."""
    return sum(layers.count * layers.cache.copied_parameters(tensor_parallel) for layers in model.attention)


def _unshared_bytes(model: Model, dtype: Dtype, tensor_parallel: int) -> int:
    """Bytes on one GPU in addition to an even share.

    Projections count as unquantized, an upper bound, but in FP8 checkpoints, which quantize all of them.
    """
    projections = sum(
        (layers.count + layers.without_cache)
        * layers.cache.unshared_parameters(tensor_parallel, model.shape.hidden_size)
        for layers in model.attention
    )
    states = model.recurrent.unshared_parameters(tensor_parallel) if model.recurrent is not None else 0
    tower = model.vision.whole_parameters if model.vision is not None else 0
    whole = (model.whole_parameters + tower) * (tensor_parallel - 1) // tensor_parallel
    projection_bytes = 1 if model.quantization == "fp8" else dtype.size_bytes
    return projections * projection_bytes + (states + whole) * dtype.size_bytes


def _rounding_bytes(
    model: Model, dtype: Dtype, tensor_parallel: int, quantization: Quantization | None
) -> int:
    """What PyTorch's allocator adds to the large matrices of all layers."""
    bytes_per_weight = _bytes_per_linear_weight(model, dtype, quantization)
    per_layer = sum(
        _rounding(int(parameters * bytes_per_weight)) for parameters in _matrices(model, tensor_parallel)
    )
    return model.shape.layers * per_layer


def _matrices(model: Model, tensor_parallel: int) -> Iterator[int]:
    """Parameters of each matrix of a layer as vLLM merges them: QKV, output, gate and up, down."""
    shape = model.shape
    if model.kv_heads is not None:
        heads = shape.attention_heads // tensor_parallel
        kv_heads = max(1, model.kv_heads // tensor_parallel)
        yield shape.hidden_size * shape.head_dim * (heads + 2 * kv_heads)
        yield shape.hidden_size * shape.head_dim * heads
    width = shape.experts * shape.expert_intermediate_size or shape.intermediate_size
    one = shape.hidden_size * (width // tensor_parallel)
    yield one * (shape.mlp_matrices - 1)
    yield one


def _bytes_per_linear_weight(model: Model, dtype: Dtype, quantization: Quantization | None) -> float:
    if quantization is not None:
        return quantization.bytes_per_weight
    if model.quantization is None:
        return dtype.size_bytes
    return model.weights.packed_bytes / max(1, model.weights.parameters - model.embedding_parameters)


def _rounded_up(number: int, step: int) -> int:
    return -(-number // step) * step


def _rounding(size_bytes: int) -> int:
    if size_bytes < _LARGE_TENSOR_BYTES:
        return 0
    rest = _rounded_up(size_bytes, _LARGE_STEP_BYTES) - size_bytes
    return rest if rest <= _UNSPLIT_BYTES else 0
