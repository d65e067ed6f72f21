"""What each layer of a model is, from the many ways in which config.json files list it."""

from collections.abc import Mapping
from enum import Enum

from recommender.model.architectures import Architecture
from recommender.model.config_reader import ConfigReader, shown
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel
from recommender.model.values import Shape


class Kind(Enum):
    """What a layer keeps of a request."""

    FULL = "all tokens"
    SLIDING = "the tokens of a window"
    CHUNKED = "the tokens of a chunk"
    STATE = "a state"
    NOTHING = "nothing"


_NAMES: Mapping[str, Kind] = {
    "full_attention": Kind.FULL,
    "attention": Kind.FULL,
    "deepseek_sparse_attention": Kind.FULL,
    "sliding_attention": Kind.SLIDING,
    "chunked_attention": Kind.CHUNKED,
}

_NAMES_BESIDE_STATES: Mapping[str, Kind] = {
    **_NAMES,
    "linear_attention": Kind.STATE,
    "mamba": Kind.STATE,
    "conv": Kind.STATE,
    "mlp": Kind.NOTHING,
    "moe": Kind.NOTHING,
}

# Keys of single families that list a sign for each layer: Nemotron-H, MiniMax-Text-01 and MiMo-V2.
_SIGNS: Mapping[str, Mapping[str, Kind]] = {
    "hybrid_override_pattern": {
        "M": Kind.STATE,
        "*": Kind.FULL,
        "-": Kind.NOTHING,
        "E": Kind.NOTHING,
    },
    "attn_type_list": {"0": Kind.STATE, "1": Kind.FULL},
    "hybrid_layer_pattern": {"0": Kind.FULL, "1": Kind.SLIDING},
}


def layer_kinds(
    family: Architecture, text: ConfigReader, shape: Shape, *, has_window: bool
) -> tuple[Kind, ...]:
    """The kind of each layer.

    Raises `UnsupportedModel` for a name that is not understood, `ImplausibleMetadata` for a list of another
    length than the model has layers.
    """
    return (
        _listed(family, text, shape)
        or _indexed(family, text, shape)
        or _usual(family, text, shape, has_window=has_window)
    )


def _listed(family: Architecture, text: ConfigReader, shape: Shape) -> tuple[Kind, ...]:
    names = _NAMES_BESIDE_STATES if family.states else _NAMES
    known = {"layer_types": names, **({"layers_block_type": names} if family.states else {}), **_SIGNS}
    key = next((key for key in known if text.has(key)), None)
    if key is None:
        return ()
    stated = text.text(key) or text.names_in(key)
    unknown = sorted(set(stated) - set(known[key]))
    if unknown:
        raise UnsupportedModel(
            f"{text.name} has layers of the kind {', '.join(unknown)[:120]}, whose cache cannot be computed."
        )
    if stated and len(stated) != shape.layers:
        raise ImplausibleMetadata(f"{text.name} lists {len(stated)} {key} for {shape.layers} layers.")
    return tuple(known[key][name] for name in stated)


def _indexed(family: Architecture, text: ConfigReader, shape: Shape) -> tuple[Kind, ...]:
    """The layers of attention by their numbers (Bamba, LFM2, Kimi Linear), the others keeping states."""
    if not family.states:
        return ()
    linear = text.nested("linear_attn_config")
    attention = {
        *(
            _index(text, entry)
            for key in ("attn_layer_indices", "full_attn_idxs")
            for entry in text.entries(key)
        ),
        *(_index(linear, entry) - 1 for entry in linear.entries("full_attn_layers")),
    }
    if not attention:
        return ()
    if max(attention) >= shape.layers:
        raise ImplausibleMetadata(f"{text.name} names layer {max(attention)} of {shape.layers} layers.")
    return tuple(Kind.FULL if index in attention else Kind.STATE for index in range(shape.layers))


def _index(fields: ConfigReader, entry: object) -> int:
    if isinstance(entry, int) and not isinstance(entry, bool) and entry >= 0:
        return entry
    raise ImplausibleMetadata(f"{fields.name} names layer {shown(entry)}, which no model has.")


def _usual(family: Architecture, text: ConfigReader, shape: Shape, *, has_window: bool) -> tuple[Kind, ...]:
    """What transformers' class makes of a configuration that lists nothing."""
    if family.states is not None:
        return _usual_with_states(family, text, shape)
    if family.local_layers == "chunked":
        return _every(shape.layers, _period(family, text), Kind.CHUNKED)
    if not has_window:
        return (Kind.FULL,) * shape.layers
    if family.local_layers is None:  # the window holds for all layers
        return (Kind.SLIDING,) * shape.layers
    return _every(shape.layers, _period(family, text), Kind.SLIDING)


def _usual_with_states(family: Architecture, text: ConfigReader, shape: Shape) -> tuple[Kind, ...]:
    if family.attention == "none":
        return (Kind.STATE,) * shape.layers
    if family.attention_beside_states:
        return (Kind.FULL,) * shape.layers
    if text.has("attn_layer_period"):  # Jamba
        period, offset = text.count("attn_layer_period"), text.count_or_zero("attn_layer_offset")
        return tuple(Kind.FULL if index % period == offset else Kind.STATE for index in range(shape.layers))
    if family.states == "delta_net":
        return _every(shape.layers, text.optional_count("full_attention_interval") or 4, Kind.STATE)
    raise UnsupportedModel(f"{text.name} does not say which of its layers have attention.")


def _period(family: Architecture, text: ConfigReader) -> int:
    """Every how many layers one looks over the whole context."""
    stated = text.value("sliding_window_pattern")
    if isinstance(stated, str):
        return len(stated) or family.full_layer_period  # EXAONE writes LLLG
    return (
        text.optional_count("sliding_window_pattern", "_sliding_window_pattern") or family.full_layer_period
    )


def _every(layers: int, period: int, local: Kind) -> tuple[Kind, ...]:
    return tuple(local if (index + 1) % period else Kind.FULL for index in range(layers))
