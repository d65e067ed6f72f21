"""What each layer keeps of a token, where the code knows it for certain."""

from recommender.errors import UnsupportedModel
from recommender.model.families import FOREIGN_KEYS, UNDERSTOOD_LAYER_TYPES, Family
from recommender.model.fields import Fields
from recommender.model.shape import Shape
from recommender.model.values import Attention, KeyValueHeads, Latent


def parse_attention(family: Family, text: Fields, shape: Shape) -> Attention:
    """The attention of all layers; `UnsupportedModel` for one that is not understood."""
    _refuse_foreign_attention(text)
    if family.attention == "latent":
        width = text.count("kv_lora_rank") + text.count("qk_rope_head_dim")
        return Latent(layers=shape.layers, width=width)
    return KeyValueHeads(layers=shape.layers, kv_heads=shape.kv_heads, head_dim=shape.head_dim)


def parse_sliding_window(text: Fields) -> int | None:
    """The window of the layers that have one, in tokens; `None` where it is absent or switched off."""
    if text.value("use_sliding_window") is False or not text.value("sliding_window"):
        return None
    return text.optional_count("sliding_window")


def _refuse_foreign_attention(text: Fields) -> None:
    foreign = next((key for key in FOREIGN_KEYS if text.value(key)), None)
    if foreign is not None:
        raise UnsupportedModel(
            f"{text.name} sets {foreign}: part of its attention does not keep a key and a value of each"
            " token, and its cache cannot be computed."
        )
    unknown = {str(kind) for kind in text.entries("layer_types")} - UNDERSTOOD_LAYER_TYPES
    if unknown:
        raise UnsupportedModel(
            f"{text.name} has layers of the kind {', '.join(sorted(unknown))[:120]}, whose cache cannot be"
            " computed."
        )
