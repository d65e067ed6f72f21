"""The encoders of images, video and speech next to a language model, where their family is not modelled."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from recommender.model.config_reader import ConfigReader
from recommender.model.encoder import LARGEST_VIDEO, VisionEncoder, parse_encoder
from recommender.model.vision import VisionTower

# Parts of the names under which config.json describes encoders, and of other keys of a model that has one,
# such as `image_token_id`.
_HEARD = ("audio", "sound", "speech", "whisper")
_SEEN = ("image", "img", "video", "vision", "visual", "vit")
_WORDS = (*_HEARD, "vision", "visual", "vit")
_MEDIA = (*_HEARD, *_SEEN, "mm_")

_CONDITIONAL_SUFFIX = "ForConditionalGeneration"

_HEADS = ("num_heads", "num_attention_heads", "vt_num_attention_heads", "encoder_attention_heads", "heads")
_FEED_FORWARD = ("intermediate_size", "vt_intermediate_size", "encoder_ffn_dim")
_WIDTH = ("embed_dim", "vt_hidden_size", "hidden_size", "d_model", "width")

_DEEPEST = 2


def is_encoder_key(key: str) -> bool:
    """Whether an object of this name describes an encoder."""
    return any(word in key for word in _WORDS)


def encoder_configs(config: ConfigReader, *, depth: int = 0) -> Iterator[ConfigReader]:
    """The objects of config.json that describe an encoder, nested ones included."""
    if depth > _DEEPEST:
        return
    for key in config.sorted_keys():
        if not config.is_object(key):
            continue
        nested = config.nested(key)
        if is_encoder_key(key):
            yield nested
        yield from encoder_configs(nested, depth=depth + 1)


def takes_media(top_level: ConfigReader) -> bool:
    """Whether the class or a key shows that there is an encoder, wherever it is described."""
    keys = [key for key in top_level.sorted_keys() if top_level.is_truthy(key)]
    classes = top_level.strings("architectures")
    return any(name.endswith(_CONDITIONAL_SUFFIX) for name in classes) or _has_any(keys, _MEDIA)


def estimated_tower(encoders: Sequence[ConfigReader]) -> VisionTower:
    """What tensor parallelism must divide of all of them."""
    return VisionTower(
        heads=math.gcd(*(_size(each, _HEADS) for each in encoders)) or None,
        width=math.gcd(*(_size(each, _FEED_FORWARD) for each in encoders)) or None,
    )


def estimated_encoder(top_level: ConfigReader, encoders: Sequence[ConfigReader]) -> VisionEncoder:
    """The widest of them, with the largest video of any family unless nothing but speech is described."""
    widest = max(encoders, key=lambda each: _size(each, _WIDTH), default=None)
    encoder = parse_encoder(top_level, widest)
    names = tuple(_names(top_level))
    hears_only = _has_any(names, _HEARD) and not _has_any(names, _SEEN)
    return (
        encoder if hears_only or encoder.family != "unmeasured" else replace(encoder, largest=LARGEST_VIDEO)
    )


def _names(config: ConfigReader, depth: int = 0) -> Iterator[str]:
    """The keys that are set, those of nested objects included."""
    for key in config.sorted_keys():
        if config.is_truthy(key):
            yield key
            if config.is_object(key) and depth < _DEEPEST:
                yield from _names(config.nested(key), depth + 1)


def _has_any(names: Sequence[str], words: Sequence[str]) -> bool:
    return any(word in name for name in names for word in words)


def _size(encoder: ConfigReader, keys: Sequence[str]) -> int:
    """0 where it is absent, or a list with one for each stage."""
    stated = [key for key in keys if encoder.is_set(key) and not encoder.is_list(key)]
    return encoder.non_negative_int(*stated) if stated else 0
