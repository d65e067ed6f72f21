"""What each layer keeps of a token and for how long, where the code knows it for certain."""

from collections import Counter

from recommender.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.families import FOREIGN_KEYS, Family
from recommender.model.fields import Fields
from recommender.model.values import (
    AttentionLayers,
    Cache,
    Chunk,
    KeyValueHeads,
    Latent,
    RecurrentState,
    Shape,
    Window,
)

# What configurations call layers that keep a state instead of tokens.
RECURRENT = "linear_attention"

_UNDERSTOOD = frozenset({"full_attention", "attention", "sliding_attention", "chunked_attention"})


def parse_attention(family: Family, text: Fields, shape: Shape) -> tuple[AttentionLayers, ...]:
    """The layers by kind, those that look furthest back first.

    Raises `UnsupportedModel` for a kind that is not understood.
    """
    _refuse_foreign_attention(family, text)
    reaches = Counter(_reaches(family, text, shape))
    if not reaches or (len(reaches) > 1 and reaches.total() < shape.layers):
        raise UnsupportedModel(f"{text.name} mixes layers in a way whose cache cannot be computed.")
    return tuple(
        AttentionLayers(count=count, cache=_cache(family, text, shape, reach), reach=reach)
        for reach, count in sorted(reaches.items(), key=lambda item: item[0] is not None)
    )


def parse_recurrent_state(text: Fields) -> RecurrentState | None:
    """The state of the layers of linear attention; `None` where there are none."""
    key_heads = text.optional_count("linear_num_key_heads")
    if key_heads is None:
        return None
    value_heads = text.count("linear_num_value_heads")
    key_dim, value_dim = text.count("linear_key_head_dim"), text.count("linear_value_head_dim")
    channels = 2 * key_heads * key_dim + value_heads * value_dim
    return RecurrentState(
        convolution_values=channels * (text.count("linear_conv_kernel_dim") - 1),
        memory_values=value_heads * value_dim * key_dim,
        memory_value_bytes=4 if text.text("mamba_ssm_dtype") == "float32" else None,
        heads=(key_heads, value_heads),
    )


def parse_sliding_window(text: Fields) -> int | None:
    """The window of the layers that have one, in tokens; `None` where it is absent or switched off."""
    if text.value("use_sliding_window") is False or not text.value("sliding_window"):
        return None
    return text.optional_count("sliding_window")


def _cache(family: Family, text: Fields, shape: Shape, reach: Window | Chunk | None) -> Cache:
    if family.attention == "latent":
        return _latent(text, shape)
    if text.value("kv_lora_rank"):
        raise UnsupportedModel(
            f"{text.name} sets kv_lora_rank, which this architecture is not known to have."
        )
    if reach is None and "global_head_dim" in family.own_keys:
        return KeyValueHeads(
            kv_heads=text.optional_count("num_global_key_value_heads") or shape.kv_heads,
            head_dim=text.optional_count("global_head_dim") or shape.head_dim,
        )
    return KeyValueHeads(kv_heads=shape.kv_heads, head_dim=shape.head_dim)


def _latent(text: Fields, shape: Shape) -> Latent:
    """Source: `vllm/model_executor/layers/attention/mla_attention.py`, `process_weights_after_loading`."""
    rank, rotary = text.count("kv_lora_rank"), text.count("qk_rope_head_dim")
    per_head = text.count("qk_nope_head_dim") + text.count("v_head_dim")
    return Latent(
        width=rank + rotary,
        absorbed_parameters=rank * shape.attention_heads * per_head,
        unsharded_parameters=shape.hidden_size * (rank + rotary + (text.optional_count("q_lora_rank") or 0)),
    )


def _reaches(family: Family, text: Fields, shape: Shape) -> list[Window | Chunk | None]:
    """How far back each layer looks."""
    window = parse_sliding_window(text)
    kinds = _stated_kinds(family, text, shape) or _usual_kinds(
        family, text, shape, has_window=window is not None
    )
    sliding = Window(tokens=window) if window is not None else None
    chunked = Chunk(tokens=text.count("attention_chunk_size")) if "chunked_attention" in kinds else None
    by_kind = {"sliding_attention": sliding, "chunked_attention": chunked}
    return [by_kind.get(kind) for kind in kinds if kind != RECURRENT]


def _stated_kinds(family: Family, text: Fields, shape: Shape) -> list[str]:
    """`layer_types`, which not every repository lists."""
    stated = [str(kind) for kind in text.entries("layer_types")]
    recurrent = {RECURRENT} if "linear_num_key_heads" in family.own_keys else set()
    unknown = sorted(set(stated) - _UNDERSTOOD - recurrent)
    if unknown:
        raise UnsupportedModel(
            f"{text.name} has layers of the kind {', '.join(unknown)[:120]}, whose cache cannot be computed."
        )
    if stated and len(stated) != shape.layers:
        raise ImplausibleMetadata(f"{text.name} lists {len(stated)} layer_types for {shape.layers} layers.")
    return stated


def _usual_kinds(family: Family, text: Fields, shape: Shape, *, has_window: bool) -> list[str]:
    """What transformers' class makes of a configuration without `layer_types`."""
    if "linear_num_key_heads" in family.own_keys:
        return _every(shape.layers, text.optional_count("full_attention_interval") or 4, RECURRENT)
    if family.local_layers == "chunked":
        return _every(shape.layers, _period(family, text), "chunked_attention")
    if not has_window:
        return ["full_attention"] * shape.layers
    if family.local_layers is None:  # the window holds for all layers
        return ["sliding_attention"] * shape.layers
    return _every(shape.layers, _period(family, text), "sliding_attention")


def _period(family: Family, text: Fields) -> int:
    """Every how many layers one looks over the whole context."""
    stated = text.value("sliding_window_pattern")
    if isinstance(stated, str):
        return len(stated) or family.full_layer_period  # EXAONE writes LLLG
    return (
        text.optional_count("sliding_window_pattern", "_sliding_window_pattern") or family.full_layer_period
    )


def _every(layers: int, period: int, local: str) -> list[str]:
    return [local if (index + 1) % period else "full_attention" for index in range(layers)]


def _refuse_foreign_attention(family: Family, text: Fields) -> None:
    foreign = next((key for key in FOREIGN_KEYS if text.value(key) and key not in family.own_keys), None)
    if foreign is not None:
        raise UnsupportedModel(
            f"{text.name} sets {foreign}: part of its attention does not keep a key and a value of each"
            " token, and its cache cannot be computed."
        )
