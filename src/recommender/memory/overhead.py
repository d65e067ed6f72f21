"""GPU memory that vLLM needs in addition to weights and KV cache: CUDA context, activations, CUDA graphs.

Formulas: the model runners' code; constants: start-up logs of vLLM servers,
`benchmarks/accuracy/vllm_runs.jsonl`. `docs/memory-model.md` says how well they match.
"""

from dataclasses import dataclass

from recommender.hardware.gpu import HOPPER_CAPABILITY, Gpu
from recommender.hardware.units import gib_bytes
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import NonTorch, VersionBehavior
from recommender.vllm.engine_args import DEFAULT_MAX_NUM_SEQS, EngineArgs
from recommender.vllm.model_runner import ModelRunner

_BYTES_16_BIT = 2

# GPUs of an instance that are joined by an NVSwitch.
_SWITCHED_GPUS = 8

# In addition to the logits, sampling holds hidden states of the batch: fitted to 20 models on H100 under vLLM
# 0.19, where it leaves 0.02 GiB unexplained.
_SAMPLER_HIDDEN_STATES = 1.3
_SAMPLER_BASE_BYTES = gib_bytes(0.035)

# For an image encoder whose largest image is not known: what most logs show.
_DEFAULT_VISION_BYTES = gib_bytes(0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Bytes of one GPU that hold neither weights nor KV cache."""

    non_torch_bytes: int
    activation_bytes: int
    cuda_graph_bytes: int
    """Subtracted for graphs before the cache is sized."""

    @property
    def total_bytes(self) -> int:
        """The sum of the parts."""
        return self.non_torch_bytes + self.activation_bytes + self.cuda_graph_bytes


def runtime_overhead(  # noqa: PLR0913 - the optional one is named
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    engine_args: EngineArgs,
    dtype: Dtype,
    *,
    unpacks_weights: bool = False,
) -> Overhead:
    """The overhead of each of `tensor_parallel` GPUs that serve `model` in `dtype`.

    With `unpacks_weights` the forward pass also holds its largest matrix in 16 bit, as bitsandbytes does.

    vLLM profiles the forward pass and then the sampler, and the larger is the peak; the workspace of a
    mixture of experts stays allocated through both (`vllm/v1/worker/gpu_worker.py`,
    `determine_available_memory`; `vllm/v1/worker/workspace.py`). On a first start the compiler's own runs
    may be larger still.
    """
    if engine_args.overhead_bytes is not None:
        return Overhead(non_torch_bytes=0, activation_bytes=engine_args.overhead_bytes, cuda_graph_bytes=0)
    runner = engine_args.behavior.model_runner(model)
    unpacked = _largest_matrix_bytes(model, tensor_parallel) if unpacks_weights else 0
    peak = max(
        _forward_bytes(model, tensor_parallel, engine_args, runner) + unpacked,
        _sampler_bytes(model, engine_args, runner, dtype),
        _first_start_bytes(model, tensor_parallel, engine_args),
    )
    workspace = _workspace_bytes(model, tensor_parallel, engine_args)
    return Overhead(
        non_torch_bytes=_non_torch_bytes(model, gpu, tensor_parallel, engine_args, runner),
        activation_bytes=peak + workspace + _vision_bytes(model, engine_args),
        cuda_graph_bytes=_graph_bytes(model, engine_args, runner) if not engine_args.enforce_eager else 0,
    )


def _first_start_bytes(model: Model, tensor_parallel: int, engine_args: EngineArgs) -> int:
    """The input embedding and two batches of hidden states, on which Inductor runs the first kernel.

    Source: `standalone_compile` of PyTorch sets `triton.autotune_at_compile_time`; from 0.29 on the embedding
    is left out of the graph where GPUs share it (`layers/vocab_parallel_embedding.py`).
    """
    where = engine_args.behavior.copies_embedding
    if engine_args.enforce_eager or where == "never" or (where == "on one GPU" and tensor_parallel > 1):
        return 0
    embedding = model.shape.vocabulary // tensor_parallel * model.shape.hidden_size
    return _BYTES_16_BIT * (embedding + 2 * engine_args.max_num_batched_tokens * model.shape.hidden_size)


def _graph_bytes(model: Model, engine_args: EngineArgs, runner: ModelRunner) -> int:
    if engine_args.max_num_seqs <= DEFAULT_MAX_NUM_SEQS:
        return runner.graph_bytes
    experts = runner.large_graph_bytes_of_experts if model.shape.experts else 0
    return runner.graph_bytes + runner.large_graph_bytes_per_layer * model.shape.layers + experts


def _non_torch_bytes(
    model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs, runner: ModelRunner
) -> int:
    kept = int(runner.kept_bytes_per_logit * engine_args.max_num_seqs * model.shape.vocabulary)
    counted = _linked_bytes(engine_args.behavior.non_torch, gpu, tensor_parallel) + kept
    least = _linked_bytes(engine_args.behavior.least_non_torch, gpu, tensor_parallel)
    return max(counted, least) + _switch_bytes(gpu, tensor_parallel, engine_args.behavior)


def _switch_bytes(gpu: Gpu, tensor_parallel: int, behavior: VersionBehavior) -> int:
    if not gpu.nvlink or tensor_parallel < _SWITCHED_GPUS:
        return 0
    is_hopper = gpu.compute_capability == HOPPER_CAPABILITY
    return behavior.switch_bytes + (behavior.hopper_switch_bytes if is_hopper else 0)


def _linked_bytes(sizes: NonTorch, gpu: Gpu, tensor_parallel: int) -> int:
    if tensor_parallel == 1:
        return sizes.single
    return sizes.nvlink if gpu.nvlink else sizes.pcie


def _sampler_bytes(model: Model, engine_args: EngineArgs, runner: ModelRunner, dtype: Dtype) -> int:
    """Logits arrive in `dtype`, of which the runner's figure includes 16 bits, and are sampled in float32."""
    per_logit = runner.sampler_bytes_per_logit + dtype.size_bytes - _BYTES_16_BIT
    logits = per_logit * engine_args.max_num_seqs * model.shape.vocabulary
    hidden_states = (
        _SAMPLER_HIDDEN_STATES
        * dtype.size_bytes
        * engine_args.max_num_batched_tokens
        * model.shape.hidden_size
    )
    return int(logits + hidden_states) + _SAMPLER_BASE_BYTES


def _forward_bytes(model: Model, tensor_parallel: int, engine_args: EngineArgs, runner: ModelRunner) -> int:
    """Buffers of one layer: three of the feed-forward width, sharded, and several of the hidden size."""
    width = model.shape.expert_intermediate_size if model.shape.experts else model.shape.intermediate_size
    per_token = 3 * width // tensor_parallel + runner.forward_hidden_states * model.shape.hidden_size
    return int(_BYTES_16_BIT * engine_args.max_num_batched_tokens * per_token)


def _largest_matrix_bytes(model: Model, tensor_parallel: int) -> int:
    """Source: `matmul_4bit` of bitsandbytes, `bitsandbytes/autograd/_functions.py`."""
    width = max(model.shape.intermediate_size, model.shape.attention_heads * model.shape.head_dim)
    return _BYTES_16_BIT * model.shape.hidden_size * width // tensor_parallel


def _workspace_bytes(model: Model, tensor_parallel: int, engine_args: EngineArgs) -> int:
    """The workspace that all layers share, and the logits of indexers outside it."""
    context = engine_args.max_model_len or model.max_position_embeddings
    caches = [layers.cache for layers in model.attention]
    shared = max(
        _expert_workspace_bytes(model, tensor_parallel, engine_args),
        sum(cache.workspace_bytes(context) for cache in caches),
    )
    return shared + sum(cache.profiled_logit_bytes for cache in caches)


def _expert_workspace_bytes(model: Model, tensor_parallel: int, engine_args: EngineArgs) -> int:
    """Two buffers of the Triton kernels, with a row for each expert that a token is routed to.

    Source: `vllm/model_executor/layers/fused_moe/fused_moe.py`, `workspace_shapes`. The Marlin kernels of
    MXFP4 have no such buffers.
    """
    shape = model.shape
    if not shape.experts_per_token or model.quantization == "mxfp4":
        return 0
    width = shape.expert_intermediate_size // tensor_parallel
    row = max(2 * width, shape.hidden_size) + max(width, shape.hidden_size)
    return _BYTES_16_BIT * engine_args.max_num_batched_tokens * shape.experts_per_token * row


def _vision_bytes(model: Model, engine_args: EngineArgs) -> int:
    """Pixels of the largest images of a batch and the encoder's output, which stay alive while profiling.

    Source: `vllm/v1/worker/gpu_model_runner.py`, `profile_run`, and `vllm/multimodal/encoder_budget.py`.
    """
    if not model.has_vision:
        return 0
    image, image_bytes = model.image, _DEFAULT_VISION_BYTES
    if image is not None:
        count = max(engine_args.max_num_batched_tokens, image.tokens) // image.tokens
        width = model.shape.hidden_size * image.hidden_states
        image_bytes = _BYTES_16_BIT * count * (image.tokens * width + image.pixel_values)
    return max(image_bytes, engine_args.behavior.least_vision_bytes)
