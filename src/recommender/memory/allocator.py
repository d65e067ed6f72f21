"""What PyTorch's allocator adds to the large matrices of a model.

It requests memory for tensors of 10 MiB and more in steps of 2 MiB, and leaves a remainder of up to 1 MiB
with the tensor: `c10/cuda/CUDACachingAllocator.cpp`, `kMinLargeAlloc`, `kRoundLarge`, `should_split`.
"""

from collections.abc import Iterator

from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import Quantization

_MIB = 1024**2
_LARGE_TENSOR_BYTES = 10 * _MIB
_LARGE_STEP_BYTES = 2 * _MIB
_UNSPLIT_BYTES = _MIB

# `DEFAULT_VOCAB_PADDING_SIZE`, `vllm/model_executor/layers/vocab_parallel_embedding.py`.
_VOCABULARY_STEP = 64


def rounding_bytes(
    model: Model, dtype: Dtype, tensor_parallel: int, quantization: Quantization | None
) -> int:
    """What it adds on one GPU, over all matrices."""
    quantized = quantized_weight_bytes(model, dtype, quantization)
    attention = quantized if has_quantized_attention(model, quantization) else dtype.size_bytes
    feed_forward = quantized if model.shard_multiples.feed_forward else dtype.size_bytes
    shape = model.shape
    of_kinds = (
        (_embeddings(model, tensor_parallel), dtype.size_bytes),
        (_of_mixers(model, tensor_parallel), attention),
        (_feed_forward(model, shape.dense_layers, shape.intermediate_size, tensor_parallel), feed_forward),
        (_rest(model, tensor_parallel), quantized if shape.experts else feed_forward),
    )
    return sum(
        count * _rounding(int(parameters * weight_bytes))
        for matrices, weight_bytes in of_kinds
        for count, parameters in matrices
    )


def quantized_weight_bytes(model: Model, dtype: Dtype, quantization: Quantization | None) -> float:
    """Bytes of a quantized weight, without its scales where they are tensors of their own."""
    if quantization is not None:
        return quantization.bytes_per_weight
    if model.quantization is None:
        return dtype.size_bytes
    if model.quantized_bits is not None:
        return model.quantized_bits / 8
    return model.weights.bytes_per_packed_weight


def has_quantized_attention(model: Model, quantization: Quantization | None) -> bool:
    """Whether the matrices of attention are quantized.

    NVFP4 checkpoints of ModelOpt list layers whose attention stays in 16 bit.
    """
    is_mixed = quantization is None and model.quantization == "modelopt_fp4"
    return model.shard_multiples.attention and not is_mixed


def _embeddings(model: Model, tensor_parallel: int) -> Iterator[tuple[int, int]]:
    """Count and parameters of the input embedding and the output head."""
    vocabulary = -(-model.shape.vocabulary // _VOCABULARY_STEP) * _VOCABULARY_STEP
    yield (1 if model.is_tied else 2), vocabulary // tensor_parallel * model.shape.hidden_size


def _of_mixers(model: Model, tensor_parallel: int) -> Iterator[tuple[int, int]]:
    """Those of attention and of recurrent states."""
    for layers in model.attention:
        for parameters in layers.cache.matrices(tensor_parallel, model.shape):
            yield layers.count + layers.without_cache, parameters
    if model.recurrent is not None:
        for parameters in model.recurrent.state.matrices(tensor_parallel, model.shape.hidden_size):
            yield model.recurrent.count, parameters


def _rest(model: Model, tensor_parallel: int) -> Iterator[tuple[int, int]]:
    """Those of experts, or of the dense blocks of a model without."""
    shape = model.shape
    layers = max(0, model.feed_forward_layers - shape.dense_layers)
    if not shape.experts:
        yield from _feed_forward(model, layers, shape.intermediate_size, tensor_parallel)
        return
    width = shape.expert_intermediate_size // tensor_parallel
    one = shape.experts * shape.hidden_size * width
    yield layers, one * (shape.mlp_matrices - 1)
    yield layers, one
    yield from _feed_forward(model, layers, shape.shared_expert_size, tensor_parallel)


def _feed_forward(model: Model, layers: int, width: int, tensor_parallel: int) -> Iterator[tuple[int, int]]:
    """Those of blocks of `width`: gate and up, down."""
    one = model.shape.hidden_size * (width // tensor_parallel)
    yield layers, one * (model.shape.mlp_matrices - 1)
    yield layers, one


def _rounding(size_bytes: int) -> int:
    if size_bytes < _LARGE_TENSOR_BYTES:
        return 0
    rest = -size_bytes % _LARGE_STEP_BYTES
    return rest if rest <= _UNSPLIT_BYTES else 0
