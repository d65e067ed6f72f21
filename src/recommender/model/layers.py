"""The kind of each layer, from the many ways in which config.json files list it."""

from collections.abc import Mapping
from enum import Enum

from recommender.model.architecture import Architecture
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.values import Shape


class LayerKind(Enum):
    """What a layer keeps of a request."""

    FULL = "all tokens"
    SLIDING = "the tokens of a sliding window"
    CHUNKED = "the tokens of an attention chunk"
    STATE = "a recurrent state"
    NOTHING = "nothing"


_NAMES: Mapping[str, LayerKind] = {
    "full_attention": LayerKind.FULL,
    "attention": LayerKind.FULL,
    "deepseek_sparse_attention": LayerKind.FULL,
    "indexed_attention": LayerKind.FULL,
    "sliding_attention": LayerKind.SLIDING,
    "chunked_attention": LayerKind.CHUNKED,
}

_NAMES_IN_HYBRIDS: Mapping[str, LayerKind] = {
    **_NAMES,
    "hybrid": LayerKind.FULL,
    "linear_attention": LayerKind.STATE,
    "mamba": LayerKind.STATE,
    "conv": LayerKind.STATE,
    "mlp": LayerKind.NOTHING,
    "moe": LayerKind.NOTHING,
}

# Keys of single architectures that list one character or number per layer: Nemotron-H, MiniMax-Text-01 and
# MiMo-V2.
_CODES: Mapping[str, Mapping[str, LayerKind]] = {
    "hybrid_override_pattern": {
        "M": LayerKind.STATE,
        "*": LayerKind.FULL,
        "-": LayerKind.NOTHING,
        "E": LayerKind.NOTHING,
    },
    "attn_type_list": {"0": LayerKind.STATE, "1": LayerKind.FULL},
    "hybrid_layer_pattern": {"0": LayerKind.FULL, "1": LayerKind.SLIDING},
}

# `full_attention_interval` of Qwen3-Next.
_DEFAULT_DELTA_NET_PERIOD = 4


def layer_kinds(
    architecture: Architecture, config: ConfigReader, shape: Shape, *, has_window: bool
) -> tuple[LayerKind, ...]:
    """The kind of each layer.

    Raises `UnsupportedModel` for an unknown name, `ImplausibleMetadata` for a list of another length than the
    model has layers.
    """
    listed = _listed(architecture, config, shape)
    if has_window and architecture.local_layers is None and set(listed) == {LayerKind.FULL}:
        # Classes that state no window for a layer have that of the whole model in all of them:
        # `vllm/model_executor/layers/attention/attention.py`, `Attention.__init__`.
        return (LayerKind.SLIDING,) * shape.layers
    return (
        listed
        or _indexed(architecture, config, shape)
        or _default(architecture, config, shape, has_window=has_window)
    )


def _listed(architecture: Architecture, config: ConfigReader, shape: Shape) -> tuple[LayerKind, ...]:
    """The kinds that a list names layer by layer."""
    names = _NAMES_IN_HYBRIDS if architecture.states else _NAMES
    known = {"layer_types": names, **({"layers_block_type": names} if architecture.states else {}), **_CODES}
    key = next((key for key in known if config.is_set(key)), None)
    if key is None:
        return ()
    stated = config.symbols(key)
    unknown = sorted(set(stated) - set(known[key]))
    if unknown:
        raise UnsupportedModel(
            f"{config.name} has layers of the kind {', '.join(unknown)[:120]}, whose cache cannot be"
            " computed."
        )
    if architecture.may_predict:  # the list may go on with the layers for multi-token prediction
        stated = stated[: shape.layers]
    if stated and len(stated) != shape.layers:
        raise ImplausibleMetadata(f"{config.name} lists {len(stated)} {key} for {shape.layers} layers.")
    return tuple(known[key][name] for name in stated)


def _indexed(architecture: Architecture, config: ConfigReader, shape: Shape) -> tuple[LayerKind, ...]:
    """Attention where a list has the layer's index (Bamba, LFM2, Zamba2, Kimi Linear), states elsewhere."""
    if not architecture.states:
        return ()
    linear = config.nested("linear_attn_config")
    attention = {
        *config.non_negative_ints("attn_layer_indices"),
        *config.non_negative_ints("full_attn_idxs"),
        *config.non_negative_ints("hybrid_layer_ids"),
        *(number - 1 for number in linear.positive_ints("full_attn_layers")),
    }
    if not attention:
        return ()
    if max(attention) >= shape.layers:
        raise ImplausibleMetadata(f"{config.name} names layer {max(attention)} of {shape.layers} layers.")
    return tuple(LayerKind.FULL if index in attention else LayerKind.STATE for index in range(shape.layers))


def _default(
    architecture: Architecture, config: ConfigReader, shape: Shape, *, has_window: bool
) -> tuple[LayerKind, ...]:
    """The kinds that transformers' class assumes where config.json lists nothing."""
    if architecture.states is not None:
        return _default_of_hybrid(architecture, config, shape)
    if architecture.local_layers == "chunked":
        return _every(shape.layers, _period(architecture, config), LayerKind.CHUNKED)
    if not has_window:
        return (LayerKind.FULL,) * shape.layers
    if architecture.local_layers is None:  # the window holds for all layers
        return (LayerKind.SLIDING,) * shape.layers
    return _every(shape.layers, _period(architecture, config), LayerKind.SLIDING)


def _default_of_hybrid(
    architecture: Architecture, config: ConfigReader, shape: Shape
) -> tuple[LayerKind, ...]:
    if architecture.attention == "none":
        return (LayerKind.STATE,) * shape.layers
    if architecture.is_parallel_hybrid:
        return (LayerKind.FULL,) * shape.layers
    if config.is_set("attn_layer_period"):  # Jamba
        period = config.positive_int("attn_layer_period")
        offset = config.non_negative_int("attn_layer_offset")
        return tuple(
            LayerKind.FULL if index % period == offset else LayerKind.STATE for index in range(shape.layers)
        )
    if architecture.states == "delta_net":
        period = config.optional_positive_int("full_attention_interval") or _DEFAULT_DELTA_NET_PERIOD
        return _every(shape.layers, period, LayerKind.STATE)
    raise UnsupportedModel(f"{config.name} does not say which of its layers have attention.")


def _period(architecture: Architecture, config: ConfigReader) -> int:
    """One layer in this many has full attention."""
    if config.string("sliding_window_pattern") is not None:  # EXAONE writes LLLG
        return len(config.symbols("sliding_window_pattern")) or architecture.full_layer_period
    return (
        config.optional_positive_int("sliding_window_pattern", "_sliding_window_pattern")
        or architecture.full_layer_period
    )


def _every(layers: int, period: int, between: LayerKind) -> tuple[LayerKind, ...]:
    """Full attention in the last of each `period` layers, `between` in the others."""
    return tuple(between if (index + 1) % period else LayerKind.FULL for index in range(layers))
