"""Memory of the vision encoder's run when vLLM profiles a multimodal model.

Sources: `vllm/multimodal/encoder_budget.py` for the number of items, `profile_run` of the two model runners
for what stays alive, and the encoders in `vllm/model_executor/models/` of 0.19, whose tensors were counted.
"""

from dataclasses import dataclass

from recommender.hardware.gpu import Gpu
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.model.encoder import VisionEncoder, VisionItem
from recommender.vllm.engine_args import EngineArgs

_MIB = 1 << 20

# Gemma 4: frames are encoded one by one, or from 0.23 on in chunks for which `vllm/model_executor/models/
# gemma4_mm.py` allows a tenth of the GPU.
_GEMMA_4_SINGLE_FRAME_BYTES = 100 * _MIB
_GEMMA_4_FRAME_BYTES = int(22.5 * _MIB)
_GEMMA_4_FRAME_ALLOWANCE = 630 * 4 * 10240 * 8
_GEMMA_4_FRAME_PATCHES = 630

# A table of complex rotary positions.
_MOON_VIT_TABLE_BYTES = 80 * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderProfile:
    """The encoder's run, in bytes of one GPU."""

    peak_bytes: int
    kept_bytes: int
    """What stays alive while the language model is profiled."""


NO_ENCODER = EncoderProfile(peak_bytes=0, kept_bytes=0)


def encoder_profile(
    model: Model, gpu: Gpu, tensor_parallel: int, engine_args: EngineArgs, dtype: Dtype
) -> EncoderProfile:
    """The encoder's run over as many of the largest items as a batch holds."""
    runner = engine_args.behavior.model_runner(model)
    if model.encoder is None or engine_args.language_model_only or runner.encoder_profile == "none":
        return NO_ENCODER
    encoder = model.encoder
    context = _context(model, engine_args)
    item = encoder.largest.at(context)
    items = _items(encoder, item, engine_args, context)
    patches = items * item.patches
    outputs = items * item.outputs * model.shape.hidden_size * encoder.output_levels
    inputs = patches * encoder.patch_values if runner.encoder_profile == "inputs and outputs" else 0
    return EncoderProfile(
        peak_bytes=_peak_bytes(encoder, patches, outputs, gpu, tensor_parallel, engine_args, dtype),
        kept_bytes=dtype.size_bytes * (inputs + outputs),
    )


def profiled_item(model: Model, engine_args: EngineArgs) -> VisionItem | None:
    """What the encoder is profiled with at the context of `engine_args`; `None` without an encoder."""
    return None if model.encoder is None else model.encoder.largest.at(_context(model, engine_args))


def _context(model: Model, engine_args: EngineArgs) -> int:
    return engine_args.max_model_len or model.max_position_embeddings


def _items(encoder: VisionEncoder, item: VisionItem, engine_args: EngineArgs, context: int) -> int:
    if encoder.is_profiled_by_sequence:
        return engine_args.max_num_seqs
    budget = max(engine_args.max_num_batched_tokens, item.tokens)
    per_prompt = max(1, context // item.tokens)
    return min(budget // item.tokens, engine_args.max_num_seqs * per_prompt)


def _peak_bytes(  # noqa: PLR0913, PLR0917 - the parts of one formula
    encoder: VisionEncoder,
    patches: int,
    outputs: int,
    gpu: Gpu,
    tensor_parallel: int,
    engine_args: EngineArgs,
    dtype: Dtype,
) -> int:
    if encoder.family == "gemma4":
        return _gemma_4_bytes(patches, gpu, in_chunks=engine_args.behavior.encodes_frames_in_chunks)
    values = patches * (encoder.patch_values + _values_per_patch(encoder, tensor_parallel))
    if encoder.family == "pixtral" and engine_args.behavior.masks_images:
        values += patches**2
    if encoder.family == "qwen3_vl":
        values += outputs * (encoder.output_levels - 1) // encoder.output_levels
    return int(dtype.size_bytes * values) + (_MOON_VIT_TABLE_BYTES if encoder.family == "moon_vit" else 0)


def _values_per_patch(encoder: VisionEncoder, tensor_parallel: int) -> float:  # noqa: C901, PLR0911 - a table
    """Values of one layer that are alive at once; each formula is within 2 % of the counted tensors."""
    width, feed_forward = encoder.width, encoder.feed_forward / tensor_parallel
    match encoder.family:
        case "qwen2_vl" | "clip":
            return 3 * feed_forward + (3 if encoder.family == "qwen2_vl" else 4) * width
        case "qwen2_5_vl":
            return 3 * feed_forward + (5 if tensor_parallel == 1 else 6) * width + 160
        case "qwen3_vl":
            if tensor_parallel == 1:
                return max(12 * width, 4 * width + 2 * feed_forward) + 144
            return 5 * width + max(8 * width / tensor_parallel, 2 * feed_forward) + 144
        case "siglip":
            return 2 * feed_forward + 4 * width
        case "pixtral":
            return 3 * feed_forward + 6 * width + 128
        case "moon_vit":
            return 16.5 * width + 144
        case "intern_vit":
            return max(2 * feed_forward + 4 * width, 12 * width if encoder.has_wide_norms else 0)
        case "llama4":
            return 2 * feed_forward + 5 * width
        case "mllama":
            # Not counted: 7 % above what a server logged for 128 images (`llama32-11b-vision-h100`).
            return 3 * encoder.feed_forward + 8 * width
        case _:
            return max(16.5 * width, 3 * encoder.feed_forward + 6 * width) + 160


def _gemma_4_bytes(patches: int, gpu: Gpu, *, in_chunks: bool) -> int:
    if not in_chunks:
        return _GEMMA_4_SINGLE_FRAME_BYTES
    frames = -(-patches // _GEMMA_4_FRAME_PATCHES)
    chunk = max(1, min(frames, gpu.visible_bytes // 10 // _GEMMA_4_FRAME_ALLOWANCE))
    return chunk * _GEMMA_4_FRAME_BYTES
