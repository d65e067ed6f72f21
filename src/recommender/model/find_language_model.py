"""The part of config.json that describes the language model."""

from collections.abc import Iterator, Mapping
from typing import Any

from recommender.model.config_reader import LANGUAGE_MODEL_KEYS, ConfigReader

# What a language model states under one of these names each: `shape`.
_SIZES = (
    ("hidden_size", "n_embd", "d_model", "dim"),
    ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    ("vocab_size", "padded_vocab_size"),
)

_DEEPEST = 3

# Of nested language models whose config.json leaves it to transformers to name the class, and whose
# `model_type` only later versions know: transformers 5.
_NESTED_CLASSES = {"ministral3": "Ministral3ForCausalLM"}


def language_model_config(
    top_level: ConfigReader, *, defaults: Mapping[str, Any] | None = None
) -> ConfigReader:
    """A nested object under a common key, or all of config.json."""
    key = next((key for key in LANGUAGE_MODEL_KEYS if top_level.is_object(key)), None)
    return (
        top_level.with_defaults(defaults or {}) if key is None else top_level.nested(key, defaults=defaults)
    )


def language_class(top_level: ConfigReader) -> str | None:
    """The class of a nested language model; `None` where none is nested or stated."""
    nested = language_model_config(top_level)
    name, whole = (
        next(iter(each.tags("architectures")), None) if each.is_list("architectures") else None
        for each in (nested, top_level)
    )
    name = name or _NESTED_CLASSES.get(nested.string("model_type") or "")
    return name if name != whole else None


def find_language_model(top_level: ConfigReader) -> ConfigReader:
    """The same, or where it has no sizes the largest object that has those of a language model."""
    usual = language_model_config(top_level)
    if _has_sizes(usual):
        return usual
    return max(_language_models(top_level), key=_size, default=usual)


def _language_models(config: ConfigReader, depth: int = 0) -> Iterator[ConfigReader]:
    if _has_sizes(config):
        yield config
    if depth < _DEEPEST:
        for key in config.sorted_keys():
            if config.is_object(key):
                yield from _language_models(config.nested(key), depth + 1)


def _has_sizes(config: ConfigReader) -> bool:
    return all(any(config.is_set(key) for key in keys) for keys in _SIZES)


def _size(config: ConfigReader) -> int:
    hidden, layers, _ = _SIZES
    return config.positive_int(*hidden) * config.positive_int(*layers)
