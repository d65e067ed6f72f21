"""Memory that the language model takes while vLLM profiles it: forward pass, sampler, and a first start.

Formulas: the model runners' code; constants: start-up logs, `benchmarks/accuracy/vllm_runs.jsonl`.
"""

from typing import NamedTuple

from recommender.hardware.gpu import HOPPER_CAPABILITY, Gpu
from recommender.hardware.units import gib_bytes
from recommender.memory.cuda_graphs import is_data_center_blackwell
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.vllm.engine_args import DEFAULT_MAX_NUM_SEQS, EngineArgs
from recommender.vllm.model_runner import ModelRunner

_BYTES_16_BIT = 2
_MIB = 1 << 20

# In addition to the logits, sampling holds hidden states of the batch: fitted to 20 models on H100 under vLLM
# 0.19 (runs `llmd-*-8192-*`), where it leaves 0.02 GiB unexplained.
_SAMPLER_HIDDEN_STATES = 1.3
_SAMPLER_BASE_BYTES = gib_bytes(0.035)

# PyTorch's allocator takes tensors of 1 to 10 MiB from segments of 20 MiB; larger ones have their own.
_SEGMENT_BYTES = 20 * _MIB
_SMALLEST_OF_SEGMENT = _MIB
_LARGEST_OF_SEGMENT = 10 * _MIB
# `_parseChosenWorkspaceSize` of PyTorch, `CUDABlas.cpp`, where the GPU is not a Hopper or a Blackwell.
_CUBLAS_WORKSPACE_BYTES = int(8.125 * _MIB)

# What some logs show beyond the formulas and no source explains. FP8 experts on one GPU:
# `qwen3-30b-fp8-*` on RTX PRO 6000; latent attention with experts on Blackwell: `glm53-nvfp4-4xb200-v030`.
_FP8_EXPERTS_MARGIN = gib_bytes(0.5)
_LATENT_EXPERTS_MARGIN = gib_bytes(0.7)


# For layers that are not known: more buffers of their widest part, which is not divided, and what else is
# kept. Logged start-ups, estimated as if their models were not known, stay below (`tests/benchmarks`).
_ESTIMATED_BUFFERS = 1.5
_ESTIMATE_MARGIN = gib_bytes(0.75)


class TextPeak(NamedTuple):
    """The peak of the language model on one GPU, in bytes."""

    first_start_bytes: int
    """Of a start that compiles the model; that of a later start where the compile cache is in place."""
    later_bytes: int


def text_peak(  # noqa: PLR0913 - the optional one is named
    model: Model,
    gpu: Gpu,
    tensor_parallel: int,
    engine_args: EngineArgs,
    dtype: Dtype,
    *,
    unpacks_weights: bool = False,
) -> TextPeak:
    """The peak of the language model alone.

    vLLM profiles the forward pass and then the sampler; the workspace of a mixture of experts stays allocated
    through both (`vllm/v1/worker/gpu_worker.py` and `workspace.py`).
    On a first start the compiler's own runs, before there is a workspace, may be larger.
    """
    runner = engine_args.behavior.model_runner(model)
    unpacked = _largest_matrix_bytes(model, tensor_parallel) if unpacks_weights else 0
    profiled = max(
        _forward_bytes(model, tensor_parallel, engine_args, runner) + unpacked,
        _sampler_bytes(model, engine_args, runner, dtype),
    ) + _workspace_bytes(model, tensor_parallel, engine_args)
    margin = _margin_bytes(model, gpu, tensor_parallel)
    compiling = max(profiled, _first_start_bytes(model, tensor_parallel, engine_args))
    pinned = _pinned_bytes(model, gpu, tensor_parallel, engine_args)
    return TextPeak(first_start_bytes=compiling + pinned + margin, later_bytes=profiled + margin)


def _first_start_bytes(model: Model, tensor_parallel: int, engine_args: EngineArgs) -> int:
    """The input embedding and two batches of hidden states, on which Inductor runs the first kernel.

    Source: `standalone_compile` of PyTorch sets `triton.autotune_at_compile_time`; from 0.29 on the embedding
    is left out of the graph where GPUs share it (`layers/vocab_parallel_embedding.py`).
    """
    if not _copies_embedding(model, tensor_parallel, engine_args):
        return 0
    batches = 2 * engine_args.max_num_batched_tokens * model.shape.hidden_size
    return _embedding_bytes(model, tensor_parallel) + _BYTES_16_BIT * batches


def _copies_embedding(model: Model, tensor_parallel: int, engine_args: EngineArgs) -> bool:
    """Whether the compiler makes a copy of the input embedding.

    The embedding of multimodal models is outside the compiled graph: `_dummy_run` passes `inputs_embeds`. One
    that is estimated may be a text model with keys of images.
    """
    where = engine_args.behavior.copies_embedding
    encodes_images = engine_args.encodes_images(model) and not model.is_estimated
    if engine_args.enforce_eager or engine_args.has_compile_cache or encodes_images:
        return False
    return where == "always" or (where == "on one GPU" and tensor_parallel == 1)


def _embedding_bytes(model: Model, tensor_parallel: int) -> int:
    return _BYTES_16_BIT * (model.shape.vocabulary // tensor_parallel * model.shape.hidden_size)


def _pinned_bytes(model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs) -> int:
    """The freed copy of the embedding, where the cuBLAS workspace is allocated inside it and keeps it.

    From 0.27 on, a segment of memory counts as long as one tensor is in it (`vllm/utils/mem_utils.py`). The
    first matrix product takes its workspace from the smallest free block that is large enough. That is the
    copy, unless a segment with the sampler's bitmasks has room, as in the runs `glyd-qwen3-8b-*-cold`,
    `glyd-qwen3-14b-a100-40-cold` and `glyd-*-meta-llama-3.1-8b-l4-cold`. From 0.33 on the workspace exists
    before; that of experts, which is allocated later, may still be inside the copy.
    """
    if tensor_parallel > 1 or not _copies_embedding(model, tensor_parallel, engine_args):
        return 0
    embedding = _embedding_bytes(model, tensor_parallel)
    match engine_args.behavior.pins_embedding:
        case "never":
            return 0
        case "any model":
            return 0 if _has_free_segment(model, gpu, engine_args) else embedding
        case "experts":
            workspace = _expert_workspace_bytes(model, tensor_parallel, engine_args)
            return max(0, embedding - workspace) if workspace else 0


def _has_free_segment(model: Model, gpu: Gpu, engine_args: EngineArgs) -> bool:
    """Whether the workspace certainly fits in the segment of the two bitmasks; false in doubt."""
    shape, sequences = model.shape, engine_args.max_num_seqs
    bitmask = sequences * -(-shape.vocabulary // 32) * 4
    room = _SEGMENT_BYTES - 2 * bitmask
    hidden_states = _BYTES_16_BIT * engine_args.max_num_batched_tokens * shape.hidden_size
    return (
        gpu.compute_capability != HOPPER_CAPABILITY
        and not is_data_center_blackwell(gpu)
        and engine_args.behavior.runs_second_runner(model)
        and not shape.experts
        and model.quantization is None
        and sequences <= DEFAULT_MAX_NUM_SEQS
        and bitmask > _SMALLEST_OF_SEGMENT
        and room >= _CUBLAS_WORKSPACE_BYTES
        and not any(_SMALLEST_OF_SEGMENT < size < _LARGEST_OF_SEGMENT for size in _tensor_bytes(model))
        and not _LARGEST_OF_SEGMENT <= hidden_states <= room
    )


def _tensor_bytes(model: Model) -> tuple[int, ...]:
    """The matrices of a layer and the rotary table."""
    shape = model.shape
    heads = shape.attention_heads * shape.head_dim
    matrices = (
        shape.hidden_size * (heads + 2 * shape.kv_heads * shape.head_dim),
        shape.hidden_size * heads,
        (shape.mlp_matrices - 1) * shape.hidden_size * shape.intermediate_size,
        shape.hidden_size * shape.intermediate_size,
        model.rotary_values,
    )
    return tuple(_BYTES_16_BIT * values for values in matrices)


def _margin_bytes(model: Model, gpu: Gpu, tensor_parallel: int) -> int:
    if model.is_estimated:
        return _ESTIMATE_MARGIN
    if not model.shape.experts:
        return 0
    if model.quantized_to == "fp8" and tensor_parallel == 1:
        return _FP8_EXPERTS_MARGIN
    return _LATENT_EXPERTS_MARGIN if model.kv_heads is None and is_data_center_blackwell(gpu) else 0


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
    shape, hidden_states = model.shape, runner.forward_hidden_states * model.shape.hidden_size
    if model.is_estimated:
        widest = max(shape.expert_intermediate_size, shape.intermediate_size)
        per_token = _ESTIMATED_BUFFERS * (3 * widest + hidden_states)
    else:
        width = shape.expert_intermediate_size if shape.experts else shape.intermediate_size
        per_token = 3 * width // tensor_parallel + hidden_states
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
