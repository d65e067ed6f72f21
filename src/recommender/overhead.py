"""What one GPU spends beside weights and KV cache when vLLM runs with its default flags.

The constants are upper bounds of what start-up logs of vLLM 0.17 and later show.
"""

from dataclasses import dataclass

from recommender.gpu import Gpu
from recommender.model import Model
from recommender.units import GIB

# CUDA context alone: 0.23 to 0.27 GiB are logged on one GPU from vLLM 0.18 on.
_NON_TORCH_SINGLE = int(0.27 * GIB)
# With NCCL and its all-reduce buffers: 2.06 to 2.21 GiB are logged on H100s joined by NVLink.
_NON_TORCH_NVLINK = int(2.25 * GIB)
# Without NVLink custom all-reduce stays off: 0.21 to 0.36 GiB are logged on eight L40S, 0.54 on two GPUs.
_NON_TORCH_PCIE = int(0.6 * GIB)

# CUDA graphs take 0.2 to 1.84 GiB; a first start, with an empty compile cache, peaks about 1 GiB higher on
# small cards. vLLM subtracts graphs from the KV cache from 0.20 on and needs the memory in any version.
_GRAPHS_AND_COMPILATION = int(1.3 * GIB)

# A vision tower costs up to twice its size beside its share of the weights: vLLM keeps most of it whole on
# every GPU, and profiles it with the largest images (Gemma 3 and Llama 4 on H100, vLLM 0.19).
_VISION_RESERVE = 2 * 2

# The sampler's peak: 15 to 17 bytes for each row of logits and each entry of the vocabulary are logged
# since vLLM 0.17 (before, a full sort took 38).
_SAMPLER_BYTES_PER_LOGIT = 17

_LARGE_GPU_BYTES = 70 * GIB
_LARGEST_GPU_BYTES = 160 * GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Bytes of one GPU that hold neither weights nor KV cache."""

    non_torch_bytes: int
    activation_bytes: int
    cuda_graph_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.non_torch_bytes + self.activation_bytes + self.cuda_graph_bytes


def runtime_overhead(model: Model, gpu: Gpu, tensor_parallel: int) -> Overhead:
    """The overhead of each of `tensor_parallel` GPUs that serve `model`.

    The activation peak is the larger of the sampler's and the forward pass's, as vLLM profiles one after
    the other: `vllm/v1/worker/gpu_worker.py`, `determine_available_memory`.
    """
    batched_tokens, sequences = scheduler_defaults(gpu)
    sampler = _SAMPLER_BYTES_PER_LOGIT * sequences * model.shape.vocabulary
    return Overhead(
        non_torch_bytes=_non_torch_bytes(gpu, tensor_parallel),
        activation_bytes=max(sampler, _forward_bytes(model, batched_tokens, tensor_parallel))
        + _VISION_RESERVE * model.vision_parameters,
        cuda_graph_bytes=_GRAPHS_AND_COMPILATION,
    )


def scheduler_defaults(gpu: Gpu) -> tuple[int, int]:
    """`max_num_batched_tokens` and `max_num_seqs` that an API server on `gpu` takes by default.

    Source: `vllm/engine/arg_utils.py`, `get_batch_defaults`. The 16384 of GPUs from 160 GiB up came with
    0.28; earlier versions use 8192 there and need less.
    """
    if gpu.visible_bytes >= _LARGEST_GPU_BYTES:
        return 16_384, 1024
    if gpu.visible_bytes >= _LARGE_GPU_BYTES and not gpu.name.startswith("A100"):
        return 8192, 1024
    return 2048, 256


def _non_torch_bytes(gpu: Gpu, tensor_parallel: int) -> int:
    if tensor_parallel == 1:
        return _NON_TORCH_SINGLE
    return _NON_TORCH_NVLINK if gpu.nvlink else _NON_TORCH_PCIE


def _forward_bytes(model: Model, batched_tokens: int, tensor_parallel: int) -> int:
    """16-bit buffers of one layer: the feed-forward block's three, sharded, and four of the hidden size.

    A mixture of experts keeps those of each expert that a token is routed to, and a copy of its input.
    """
    dense = 3 * model.shape.intermediate_size // tensor_parallel + 4 * model.shape.hidden_size
    routed = model.shape.experts_per_token * (
        2 * model.shape.expert_intermediate_size // tensor_parallel + model.shape.hidden_size
    )
    return 2 * batched_tokens * (dense + routed)
