"""The image encoder of a multimodal model, as far as tensor parallelism divides it."""

from dataclasses import dataclass

from recommender.model.config_reader import ConfigReader

# Encoders that vLLM runs as modules of transformers, whole on every GPU: `gemma4_mm.py` in
# `vllm/model_executor/models/`.
_WHOLE = frozenset({"gemma4_vision", "pixtral_encoder"})

# Encoders whose attention is not divided where GPUs do not divide its heads: `intern_vit.py`.
_WHOLE_ATTENTION = frozenset({"internvl", "internvl_chat"})

_DIVIDED_LATER = frozenset({"moonvit"})

# Encoders whose checkpoints may have a pooling head, which `vision_use_head` leaves out: `siglip.py`.
_POOLED = frozenset({"siglip_vision_model"})

_CHANNELS = 3

# Patches that become one token, of 2 by 2.
_MERGED_PATCHES = 4

# Encoders with rotary positions, and with positions of a fixed grid: `pixtral.py`, `moonvit.py`.
_ROTARY = frozenset({"pixtral", "pixtral_encoder"})
_GRIDS = {"moonvit": 64 * 64}

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
    attention_heads: int | None = None
    """Heads whose attention is whole where GPUs do not divide them (InternVL)."""
    attention_parameters: int = 0
    """Parameters of that attention."""
    divided_later: int = 0
    """Parameters that later versions divide (MoonViT): `VersionBehavior.divides_moonvit`."""
    head_attention: int = 0
    """Parameters of the attention of a pooling head: `VersionBehavior.builds_pooling_heads`."""
    head_layers: int = 0
    """Its other parameters."""

    def whole_on(self, tensor_parallel: int, *, divides_all: bool = True) -> int:
        """Parameters that each of `tensor_parallel` GPUs holds whole, in versions that divide all or less."""
        is_divided = self.attention_heads is None or self.attention_heads % tensor_parallel == 0
        return (
            self.whole_parameters
            + (0 if is_divided else self.attention_parameters)
            + (0 if divides_all else self.divided_later)
        )


def parse_vision(vision: ConfigReader | None, *, model_type: str, hidden_size: int) -> VisionTower | None:
    """The encoder that `vision` describes for a model of `model_type`; `None` without one.

    `hidden_size` is the language model's.
    """
    if vision is None:
        return None
    layers = whole_tower_parameters(vision)
    whole = layers + _embedding_parameters(vision) + _projector_parameters(vision, model_type, hidden_size)
    if layers:
        return VisionTower(whole_parameters=whole)
    heads = vision.optional_positive_int(*_HEADS)
    width = vision.optional_positive_int(*_WIDTH) or _multiple(vision)
    if model_type not in _WHOLE_ATTENTION:
        later = _layer_parameters(vision) if vision.string("model_type") in _DIVIDED_LATER else 0
        attention, others = _head_parameters(vision)
        return VisionTower(
            heads=heads,
            width=width,
            whole_parameters=whole,
            divided_later=later,
            head_attention=attention,
            head_layers=others,
        )
    return VisionTower(
        width=width,
        whole_parameters=whole,
        attention_heads=heads,
        attention_parameters=_attention_parameters(vision),
    )


def _projector_parameters(vision: ConfigReader, model_type: str, hidden_size: int) -> int:
    """Parameters of projectors into the language model that are not divided.

    Source: `mlp1` of `internvl.py`, `multi_modal_projector` of `kimi_vl.py` and `gemma3_mm.py`,
    `patch_merger` of `mistral3.py`, `embed_vision` of `gemma4_mm.py` in `vllm/model_executor/models/`.
    """
    hidden = vision.optional_positive_int("hidden_size") or 0
    merged = _MERGED_PATCHES * hidden
    match model_type:
        case "internvl" | "internvl_chat":
            return merged * hidden_size + hidden_size**2
        case "kimi_vl":
            return merged**2 + merged * hidden_size
        case "gemma3" | "gemma4":
            return hidden * hidden_size
        case "mistral3":
            return merged * hidden
        case "pixtral":
            return merged * hidden + hidden * hidden_size + hidden_size**2
    return 0


def _layer_parameters(vision: ConfigReader) -> int:
    hidden, width = (
        vision.optional_positive_int("hidden_size") or 0,
        vision.optional_positive_int(*_WIDTH) or 0,
    )
    layers = vision.optional_positive_int("num_hidden_layers") or 0
    return layers * (4 * hidden**2 + 2 * hidden * width)


def _head_parameters(vision: ConfigReader) -> tuple[int, int]:
    """Parameters of the attention and of the feed-forward block of a pooling head."""
    if vision.string("model_type") not in _POOLED or vision.is_false("vision_use_head"):
        return 0, 0
    hidden = vision.optional_positive_int("hidden_size") or 0
    return 4 * hidden**2, 2 * hidden * (vision.optional_positive_int(*_WIDTH) or 0)


def _attention_parameters(vision: ConfigReader) -> int:
    hidden = vision.optional_positive_int("hidden_size") or 0
    return 4 * hidden**2 * (vision.optional_positive_int("num_hidden_layers") or 0)


def _embedding_parameters(vision: ConfigReader) -> int:
    """Parameters of the embeddings of patches and of their positions."""
    hidden = vision.optional_positive_int("hidden_size", "embed_dim", "vt_hidden_size") or 0
    patch = vision.optional_positive_int("patch_size") or 0
    values = patch**2 * _CHANNELS * (vision.optional_positive_int("temporal_patch_size") or 1)
    return hidden * (values + _positions(vision, patch))


def _positions(vision: ConfigReader, patch: int) -> int:
    """Learned positions of one side of Gemma 4's tables, or of all patches of an image."""
    stated = vision.optional_positive_int("num_position_embeddings")
    sides = 2 * (vision.optional_positive_int("position_embedding_size") or 0)
    if stated or sides or not patch or vision.string("model_type") in _ROTARY:
        return stated or sides
    if vision.string("model_type") in _GRIDS:
        return _GRIDS[vision.string("model_type") or ""]
    return ((vision.optional_positive_int("image_size") or 0) // patch) ** 2


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
