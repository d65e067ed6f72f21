"""What one GPU spends beside weights and KV cache."""

from dataclasses import dataclass

from recommender.gpu import Gpu
from recommender.model import Model
from recommender.server import USUAL_SEQUENCES, Server
from recommender.units import GIB

_BYTES_16_BIT = 2

# Beside the logits, sampling holds hidden states of the batch: fitted to 20 models on H100 under vLLM 0.19,
# where it leaves 0.02 GiB unexplained.
_SAMPLER_HIDDEN_STATES = 1.3
_SAMPLER_BASE_BYTES = int(0.035 * GIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Bytes of one GPU that hold neither weights nor KV cache."""

    non_torch_bytes: int
    activation_bytes: int
    cuda_graph_bytes: int
    """What is subtracted for graphs before the cache is sized."""

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.non_torch_bytes + self.activation_bytes + self.cuda_graph_bytes


def runtime_overhead(model: Model, gpu: Gpu, tensor_parallel: int, server: Server) -> Overhead:
    """The overhead of each of `tensor_parallel` GPUs that serve `model`.

    vLLM profiles the forward pass and then the sampler, the larger of which is the peak; the workspace of a
    mixture of experts stays allocated through both (`vllm/v1/worker/gpu_worker.py`,
    `determine_available_memory`; `vllm/v1/worker/workspace.py`).
    """
    rules = server.rules
    peak = max(_forward_bytes(model, tensor_parallel, server), _sampler_bytes(model, server))
    workspace = _expert_workspace_bytes(model, tensor_parallel, server)
    vision = rules.vision_peak_bytes if model.has_vision else 0
    return Overhead(
        non_torch_bytes=_non_torch_bytes(gpu, tensor_parallel, server),
        activation_bytes=peak + workspace + vision + _first_start_bytes(server),
        cuda_graph_bytes=_graph_bytes(model, server) if server.compiles else 0,
    )


def _first_start_bytes(server: Server) -> int:
    rules = server.rules
    if not server.compiles:
        return 0
    return rules.first_start_bytes + rules.first_start_bytes_per_token * server.batched_tokens


def _graph_bytes(model: Model, server: Server) -> int:
    rules = server.rules
    if server.sequences <= USUAL_SEQUENCES:
        return rules.graph_bytes
    experts = rules.large_graph_bytes_of_experts if model.shape.experts else 0
    return rules.graph_bytes + rules.large_graph_bytes_per_layer * model.shape.layers + experts


def _non_torch_bytes(gpu: Gpu, tensor_parallel: int, server: Server) -> int:
    if tensor_parallel == 1:
        return server.rules.non_torch_bytes
    return server.rules.nvlink_bytes if gpu.nvlink else server.rules.pcie_bytes


def _sampler_bytes(model: Model, server: Server) -> int:
    logits = server.rules.sampler_bytes_per_logit * server.sequences * model.shape.vocabulary
    hidden_states = _SAMPLER_HIDDEN_STATES * _BYTES_16_BIT * server.batched_tokens * model.shape.hidden_size
    return int(logits + hidden_states) + _SAMPLER_BASE_BYTES


def _forward_bytes(model: Model, tensor_parallel: int, server: Server) -> int:
    """Buffers of one layer: three of the feed-forward block, sharded, and four of the hidden size."""
    width = model.shape.expert_intermediate_size if model.shape.experts else model.shape.intermediate_size
    per_token = 3 * width // tensor_parallel + 4 * model.shape.hidden_size
    return _BYTES_16_BIT * server.batched_tokens * per_token


def _expert_workspace_bytes(model: Model, tensor_parallel: int, server: Server) -> int:
    """Two buffers of the Triton kernels, a row for each expert that a token is routed to.

    Source: `vllm/model_executor/layers/fused_moe/fused_moe.py`, `workspace_shapes`. The Marlin kernels of
    MXFP4 have none of their own.
    """
    shape = model.shape
    if not shape.experts_per_token or model.quantization == "mxfp4":
        return 0
    width = shape.expert_intermediate_size // tensor_parallel
    row = max(2 * width, shape.hidden_size) + max(width, shape.hidden_size)
    return _BYTES_16_BIT * server.batched_tokens * shape.experts_per_token * row
