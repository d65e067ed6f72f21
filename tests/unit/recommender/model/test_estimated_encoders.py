"""Encoders of unknown families next to a language model."""

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.estimated_encoders import encoder_configs, estimated_tower, takes_media
from recommender.model.vision import VisionTower

_VISION = {"hidden_size": 1280, "num_heads": 16, "intermediate_size": 5120, "depth": 32}
_AUDIO = {"d_model": 1024, "encoder_attention_heads": 20, "encoder_ffn_dim": 4096}


def _reader(**config: object) -> ConfigReader:
    return ConfigReader(config, name="config.json")


def test_a_degree_must_divide_every_encoder() -> None:
    encoders = tuple(encoder_configs(_reader(vision_config=_VISION, thinker_config={"audio_config": _AUDIO})))

    assert estimated_tower(encoders) == VisionTower(heads=4, width=1024)


def test_an_encoder_without_sizes_sets_no_limit() -> None:
    encoders = tuple(encoder_configs(_reader(vision_config={"num_heads": [4, 8]})))

    assert estimated_tower(encoders) == VisionTower()


def test_three_levels_are_read() -> None:
    assert len(tuple(encoder_configs(_reader(a={"b": {"vision_config": _VISION}})))) == 1
    assert len(tuple(encoder_configs(_reader(a={"b": {"c": {"vision_config": _VISION}}})))) == 0


def test_objects_that_are_nested_too_deeply_are_not_read() -> None:
    deep: dict[str, object] = {"vision_config": _VISION}
    for _ in range(50):
        deep = {"part": deep}

    assert tuple(encoder_configs(_reader(**deep))) == ()


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"architectures": ["XForCausalLM"]}, False),
        ({"architectures": ["XForCausalLM"], "image_token_id": 7}, True),
        ({"architectures": ["XForCausalLM"], "image_token_id": None}, False),
        ({"architectures": ["XForConditionalGeneration"]}, True),
    ],
    ids=["text", "token of images", "none", "class"],
)
def test_the_class_or_a_key_shows_an_encoder(config: dict[str, object], *, expected: bool) -> None:
    assert takes_media(_reader(**config)) is expected


def test_the_widest_encoder_is_profiled_as_one_of_unknown_family() -> None:
    model = parse_model(
        llama(
            model_type="brand_new",
            architectures=["BrandNewForConditionalGeneration"],
            vision_config=_VISION,
            audio_config=_AUDIO,
        )
    )

    assert model.encoder is not None
    assert (model.encoder.family, model.encoder.width) == ("unmeasured", 1280)


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({"vision_config": _VISION}, 7 * 16_384),
        ({"image_token_id": 7}, 7 * 16_384),
        ({"audio_config": _AUDIO}, 4 * 7396),
    ],
    ids=["vision", "unknown", "speech only"],
)
def test_the_largest_video_of_any_family_is_assumed_unless_there_is_only_speech(
    settings: dict[str, object], tokens: int
) -> None:
    """Qwen2.5-VL's video of seven steps of 16,384 tokens in a context of 131,072."""
    unknown = {"model_type": "brand_new", "architectures": ["BrandNewForConditionalGeneration"]}
    encoder = parse_model(llama(**unknown, **settings)).encoder  # type: ignore[arg-type]

    assert encoder is not None
    assert encoder.largest.at(131_072).tokens == tokens


@pytest.mark.parametrize(("depth", "tokens"), [(2, 7 * 16_384), (3, 4 * 7396)])
def test_keys_are_read_in_three_levels(depth: int, tokens: int) -> None:
    """A key of images next to an encoder of speech, in objects within objects."""
    nested: dict[str, object] = {"image_token_id": 7}
    for _ in range(depth):
        nested = {"part": nested}
    unknown = {"model_type": "brand_new", "architectures": ["BrandNewForConditionalGeneration"]}
    encoder = parse_model(llama(**unknown, audio_config=_AUDIO, **nested)).encoder  # type: ignore[arg-type]

    assert encoder is not None
    assert encoder.largest.at(131_072).tokens == tokens
