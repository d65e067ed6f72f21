"""The image encoder of a multimodal model, as far as tensor parallelism divides it."""

from dataclasses import dataclass

from recommender.model.config_reader import ConfigReader

# Encoders that vLLM runs as modules of transformers, whole on every GPU: `gemma4_mm.py` in
# `vllm/model_executor/models/`.
_WHOLE = frozenset({"gemma4_vision"})

# Encoders with as many additional heads as GPUs need: `intern_vit.py`, `num_dummy_heads`.
_PADS_HEADS = frozenset({"internvl", "internvl_chat"})

_HEADS = ("num_heads", "num_attention_heads", "vt_num_attention_heads")
_WIDTH = ("intermediate_size", "vt_intermediate_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionTower:
    """What tensor parallelism must divide of an image encoder; `None` where config.json does not say."""

    heads: int | None = None
    width: int | None = None
    """Of its feed-forward blocks."""
    whole_parameters: int = 0
    """Parameters that every GPU holds whole."""


def parse_vision(vision: ConfigReader | None, *, model_type: str) -> VisionTower | None:
    """The encoder that `vision` describes for a model of `model_type`; `None` without one."""
    if vision is None:
        return None
    if whole_parameters := whole_tower_parameters(vision):
        return VisionTower(whole_parameters=whole_parameters)
    heads = None if model_type in _PADS_HEADS else vision.optional_positive_int(*_HEADS)
    return VisionTower(heads=heads, width=vision.optional_positive_int(*_WIDTH) or _multiple(vision))


def _multiple(vision: ConfigReader) -> int | None:
    """The width of Qwen2-VL, as a multiple of its own hidden size."""
    hidden, ratio = vision.optional_positive_int("embed_dim"), vision.optional_positive_int("mlp_ratio")
    return hidden * ratio if hidden is not None and ratio is not None else None


def whole_tower_parameters(vision: ConfigReader) -> int:
    """Parameters of an encoder that every GPU holds whole, by its gated layers; 0 for others."""
    if vision.string("model_type") not in _WHOLE:
        return 0
    hidden, width = (
        vision.optional_positive_int("hidden_size"),
        vision.optional_positive_int("intermediate_size"),
    )
    layers = vision.optional_positive_int("num_hidden_layers")
    if hidden is None or width is None or layers is None:
        return 0
    return layers * (4 * hidden**2 + 3 * hidden * width)
