"""GPU memory that vLLM reserves for CUDA graphs before it sizes the KV cache."""

import itertools
from functools import cache

from recommender.hardware.gpu import HOPPER_CAPABILITY, Gpu
from recommender.hardware.units import gib_bytes
from recommender.model import Model
from recommender.vllm.engine_args import EngineArgs
from recommender.vllm.model_runner import ModelRunner

# `_set_cudagraph_sizes` in `vllm/config/vllm.py`: batches of 1, 2, 4, then in steps of 8 to 256 and of 16 to
# the largest, which is higher on data center Blackwell.
_SMALLEST_BATCHES = (1, 2, 4)
_LARGEST_BATCH = 512
_LARGEST_BATCH_ON_BLACKWELL = 2 * _LARGEST_BATCH
_BLACKWELL_CAPABILITIES = (10, 0), (11, 0)

# The graphs that 256 sequences have: 51 piecewise and 35 full ones.
_USUAL_GRAPHS = 86

# FlashAttention 3 splits the keys of a decoded token into up to 32 parts and keeps their results in FP32, in
# each of the three pools that the reservation captures (`vllm/v1/worker/gpu/cudagraph_utils.py`).
_SPLIT_BUFFERS = 3 * 32
_FP32_BYTES = 4

# FlashInfer allocates the workspace of latent attention while graphs are captured: `glm53-nvfp4-4xb200-v030`.
_LATENT_EXPERTS_BYTES = gib_bytes(1.3)


def graph_bytes(
    model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs, runner: ModelRunner
) -> int:
    """Bytes of one GPU that are subtracted for graphs; 0 under versions that do not subtract them."""
    if engine_args.enforce_eager or not runner.least_graph_bytes:
        return 0
    layers = runner.graph_bytes_per_layer * model.shape.layers * _graphs(engine_args, gpu) // _USUAL_GRAPHS
    captured = max(runner.least_graph_bytes, runner.graph_bytes + layers)
    return captured + _buffer_bytes(model, gpu, tensor_parallel, engine_args, runner)


def is_data_center_blackwell(gpu: Gpu) -> bool:
    """Whether the GPU is a B200 or a B300 and not a workstation card."""
    first, beyond = _BLACKWELL_CAPABILITIES
    return first <= gpu.compute_capability < beyond


def _graphs(engine_args: EngineArgs, gpu: Gpu) -> int:
    """Piecewise graphs of all batch sizes, and full graphs of those that are decoded at once."""
    largest = _LARGEST_BATCH_ON_BLACKWELL if is_data_center_blackwell(gpu) else _LARGEST_BATCH
    largest = min(2 * engine_args.max_num_seqs, largest)
    return _sizes_up_to(largest) + _sizes_up_to(min(engine_args.max_num_seqs, largest))


@cache
def _sizes_up_to(largest: int) -> int:
    sizes = itertools.chain(_SMALLEST_BATCHES, range(8, 256, 8), itertools.count(256, 16))
    return len(list(itertools.takewhile(lambda size: size <= largest, sizes)))


def _buffer_bytes(
    model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs, runner: ModelRunner
) -> int:
    """Buffers that attention kernels keep while graphs are captured."""
    shape = model.shape
    if not runner.reserves_attention_buffers:
        return 0
    if gpu.compute_capability == HOPPER_CAPABILITY:
        rows = min(engine_args.max_num_seqs, _LARGEST_BATCH) * -(-shape.attention_heads // tensor_parallel)
        return _SPLIT_BUFFERS * rows * shape.head_dim * _FP32_BYTES
    is_latent_with_experts = shape.experts and model.kv_heads is None
    return _LATENT_EXPERTS_BYTES if is_latent_with_experts and is_data_center_blackwell(gpu) else 0
