"""Documents of real models with random changes."""

import copy
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st
from support.metadata import real

from local.embedded.snapshot import load_snapshot
from recommender.model import HubMetadata

_REAL = [real(model_id) for model_id in load_snapshot().repos]

# params.json of Mistral's own format: dense, with an image encoder, and with experts and latent attention.
_DENSE = {
    "dim": 5120,
    "n_layers": 40,
    "head_dim": 128,
    "hidden_dim": 32768,
    "n_heads": 32,
    "n_kv_heads": 8,
    "rope_theta": 1e9,
    "norm_eps": 1e-5,
    "vocab_size": 131_072,
    "max_position_embeddings": 131_072,
}
_PARAMS: tuple[dict[str, Any], ...] = (
    {**_DENSE, "sliding_window": [4096, None], "quantization": {"qformat_weight": "fp8_e4m3"}},
    {
        **_DENSE,
        "vision_encoder": {
            "hidden_size": 1024,
            "num_channels": 3,
            "image_size": 1540,
            "patch_size": 14,
            "intermediate_size": 4096,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
        },
    },
    {
        **_DENSE,
        "q_lora_rank": 1536,
        "kv_lora_rank": 512,
        "qk_nope_head_dim": 128,
        "qk_rope_head_dim": 64,
        "v_head_dim": 128,
        "yarn": {"factor": 36, "original_max_position_embeddings": 8192},
        "moe": {
            "expert_hidden_dim": 4096,
            "first_k_dense_replace": 3,
            "num_experts": 128,
            "num_experts_per_tok": 4,
            "num_shared_experts": 1,
        },
    },
)
_CHANGES = (0, 1, 1, 1, 2, 2, 3, 5)
_LONGEST_LIST = 2

Path = tuple[Any, ...]

# Values at which a check for "at least", "at most", "whole" or "divides" could be off by one. In JSON,
# infinity is 1e999; NaN is not JSON, but Python parses it by default.
_NUMBERS = (
    *(0, -1, 1, 2, 3, 5, 7, 15, 16, 63, 64, 127, 128, 2**31, 10**9, 10**9 + 1, 10**14, 10**14 + 1, 10**40),
    *(-5, 10**400, 1e308, -1e308, 0.99, 1023.5, 9_999, 10_000, 10_001),
    *(0.0, -0.0, 0.5, 1.5, 16.0, 1e9, 1e16, 5e-324, 1.7e308, math.inf, -math.inf, math.nan),
)
# Python cannot multiply larger whole numbers by a fraction.
_LARGEST_SCALED = 10**300
_FACTORS = (-1, 0, 0.5, 2, 3, 8, 1000, 10**6, 10**12, 1 / 3)
_TEXTS = (
    "",
    " ",
    "0",
    "16",
    "auto",
    "null",
    "../..",
    "org/name",
    "\ud800",
    "\x00",
    "\r\n",
    "x" * 5000,
    "é" * 5000,
    "é" * 300_000,
    "\x1b[31m",
    "\u202e",
)
_WORDS = (
    "bfloat16",
    "float16",
    "float32",
    "torch.float16",
    "float8_e4m3fn",
    "fp8",
    "yarn",
    "linear",
    "dynamic",
)


def _nested(depth: int, *, as_list: bool) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value] if as_list else {"text_config": value}
    return value


_NESTED = tuple(_nested(depth, as_list=as_list) for depth in (2, 90) for as_list in (True, False))

numbers = st.sampled_from(_NUMBERS) | st.integers() | st.floats()
texts = st.sampled_from(_TEXTS + _WORDS) | st.text(max_size=12)
_scalars = st.none() | st.booleans() | numbers | texts
_heaps = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
garbage = numbers | _heaps | st.sampled_from(_NESTED).map(copy.deepcopy)


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths to all values in a document; of a list, to the first."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value[:_LONGEST_LIST]))
    for key, each in inner:
        yield (*path, key)
        yield from _paths(each, (*path, key))


def _documents(metadata: HubMetadata) -> dict[str, Any]:
    return {"information": dict(metadata.information), "config": dict(metadata.config or {})}


def _values_by_key() -> dict[str, list[Any]]:
    """The values that the real documents have under each key, at any depth."""
    found: dict[str, dict[str, Any]] = {}
    for metadata in _REAL:
        documents = _documents(metadata)
        for path in _paths(documents):
            if isinstance(path[-1], str):
                value = _at(documents, path)
                found.setdefault(path[-1], {}).setdefault(json.dumps(value, sort_keys=True), value)
    return {key: list(values.values()) for key, values in sorted(found.items())}


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


_VALUES = _values_by_key()
_KEYS = tuple(_VALUES)


@st.composite
def documents(draw: st.DrawFn) -> HubMetadata:
    """The documents of a real model after some changes; params.json may stand in for config.json."""
    chosen = _one_of(draw, _REAL)
    made = copy.deepcopy(_documents(chosen))
    is_in_mistral_format = draw(st.integers(0, 15)) == 0
    if is_in_mistral_format:
        made["params"] = copy.deepcopy(_one_of(draw, _PARAMS))
    for _ in range(draw(st.sampled_from(_CHANGES))):
        _change(draw, made)
    is_missing = chosen.config is None or draw(st.integers(0, 30)) == 0
    has_config = not (is_missing or is_in_mistral_format)
    return HubMetadata(
        model_id=chosen.model_id,
        information=made["information"],
        config=made["config"] if has_config else None,
        params=made.get("params"),
    )


def _change(draw: st.DrawFn, made: dict[str, Any]) -> None:
    """One thing in `made` dropped, replaced, scaled, wrapped, taken from another model, or added."""
    paths = _changeable(made)
    figures = [each for each in paths if isinstance(_at(made, each), int | float)]
    path = _one_of(draw, draw(st.sampled_from([paths, figures])) or paths)
    parent, key = _at(made, path[:-1]), path[-1]
    kind = draw(st.sampled_from(["drop", "replace", "scale", "wrap", "other", "other", "swap", "add", "add"]))
    match kind:
        case "drop":
            del parent[key]
        case "scale" if isinstance(parent[key], int | float) and abs(parent[key]) < _LARGEST_SCALED:
            parent[key] = parent[key] * draw(st.sampled_from(_FACTORS))
        case "wrap":
            parent[key] = draw(st.sampled_from([[parent[key]], {"value": parent[key]}, [], {}]))
        case "other" if key in _VALUES:
            parent[key] = copy.deepcopy(_one_of(draw, _VALUES[key]))
        case "swap":
            parent[key] = copy.deepcopy(_at(made, _one_of(draw, paths)))
        case "add":
            _add(draw, parent if isinstance(parent, dict) else made["config"])
        case _:
            parent[key] = draw(garbage)


def _changeable(made: dict[str, Any]) -> list[Path]:
    """The paths to the values within the documents."""
    return [path for path in _paths(made) if len(path) > 1]


def _add(draw: st.DrawFn, parent: dict[str, Any]) -> None:
    """Add a key that some model has, with that model's value or with garbage."""
    key = _one_of(draw, _KEYS)
    is_known = draw(st.sampled_from([True, True, False]))
    parent[key] = copy.deepcopy(_one_of(draw, _VALUES[key])) if is_known else draw(garbage)


def _one_of(draw: st.DrawFn, options: Sequence[Any]) -> Any:
    """One of many options; Hypothesis would look at each of them in turn if it were given them."""
    return options[draw(st.sampled_from(range(len(options))))]
