"""What tensor parallelism divides of image encoders."""

from typing import Any

import pytest
from support.metadata import real_model

from recommender.model.config_reader import ConfigReader
from recommender.model.vision import VisionTower, parse_vision


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        (
            "Qwen/Qwen2.5-VL-3B-Instruct",
            VisionTower(heads=16, width=3420, whole_parameters=2 * 3 * 14**2 * 1280),
        ),
        (
            "google/gemma-3-12b-it",
            VisionTower(
                heads=16,
                width=4304,
                whole_parameters=(3 * 14**2 + 64**2) * 1152 + 1152 * 3840,
            ),
        ),
        (
            "Qwen/Qwen3-VL-2B-Instruct",
            VisionTower(heads=16, width=4096, whole_parameters=(2 * 3 * 16**2 + 2304) * 1024),
        ),
        (
            "moonshotai/Kimi-VL-A3B-Instruct",
            VisionTower(
                heads=16,
                width=4304,
                whole_parameters=(3 * 14**2 + 64**2) * 1152 + 4608**2 + 4608 * 2048,
                divided_later=27 * (4 * 1152**2 + 2 * 1152 * 4304),
            ),
        ),
        (
            "OpenGVLab/InternVL3-78B",
            VisionTower(
                width=12_800,
                whole_parameters=(3 * 14**2 + 32**2) * 3200 + 12_800 * 8192 + 8192**2,
                attention_heads=25,
                attention_parameters=45 * 4 * 3200**2,
            ),
        ),
        ("meta-llama/Llama-3.1-8B-Instruct", None),
    ],
)
def test_an_encoder_is_described_by_vision_config(model_id: str, expected: VisionTower | None) -> None:
    """By hand: embeddings of patches and positions, and projectors that are not divided."""
    assert expected == real_model(model_id).vision


@pytest.mark.parametrize(
    ("model_type", "vision", "expected"),
    [
        ("qwen2_vl", {"embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16}, VisionTower(heads=16, width=5120)),
        (
            "internvl_chat",
            {"num_attention_heads": 25, "intermediate_size": 12_800},
            VisionTower(width=12_800, attention_heads=25, whole_parameters=64**2),
        ),
        ("llama4", {}, VisionTower()),
        ("gemma4", {}, VisionTower()),
    ],
)
def test_encoders_state_their_width_in_different_ways(
    model_type: str, vision: dict[str, Any], expected: VisionTower
) -> None:
    """The width of Qwen2-VL is a multiple of its hidden size."""
    reader = ConfigReader(vision, name="vision_config")

    assert expected == parse_vision(reader, model_type=model_type, hidden_size=64)


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [
        ("internvl", 256 * 100 + 100**2),
        ("internvl_chat", 256 * 100 + 100**2),
        ("kimi_vl", 256**2 + 256 * 100),
        ("gemma3", 64 * 100),
        ("gemma4", 64 * 100),
        ("mistral3", 256 * 64),
        ("pixtral", 256 * 64 + 64 * 100 + 100**2),
        ("qwen3_vl", 0),
    ],
)
def test_a_projector_that_is_not_divided_is_whole(model_type: str, expected: int) -> None:
    """By hand, from an encoder of 64 values: 2 x 2 patches have 256, the language model has 100."""
    reader = ConfigReader({"hidden_size": 64}, name="vision_config")
    tower = parse_vision(reader, model_type=model_type, hidden_size=100)

    assert tower is not None
    assert tower.whole_parameters == expected


def test_gemma_4_keeps_its_encoder_whole_on_every_gpu() -> None:
    """27 layers of 4 x 1152 x 1152 and 3 x 1152 x 4304 parameters, embeddings, and a projector."""
    layers, positions, patches = 544_942_080, 2 * 10_240 * 1152, 3 * 16**2 * 1152
    whole = layers + positions + patches + 1152 * 5376

    assert real_model("google/gemma-4-31B-it").vision == VisionTower(whole_parameters=whole)


def test_attention_whose_heads_cannot_be_divided_is_whole() -> None:
    tower = VisionTower(whole_parameters=10, attention_heads=25, attention_parameters=100)

    assert [tower.whole_on(degree) for degree in (1, 2, 5, 8)] == [10, 110, 10, 110]


def test_what_later_versions_divide_is_whole_before() -> None:
    tower = VisionTower(whole_parameters=10, divided_later=100)

    assert (tower.whole_on(2), tower.whole_on(2, divides_all=False)) == (10, 110)


def test_siglip_has_a_pooling_head_unless_its_configuration_leaves_it_out() -> None:
    """By hand: four matrices of attention, and a feed-forward block of two."""
    granite = real_model("ibm-granite/granite-vision-3.3-2b").vision
    gemma = real_model("google/gemma-3-12b-it").vision

    assert granite is not None
    assert (granite.head_attention, granite.head_layers) == (4 * 1152**2, 2 * 1152 * 4304)
    assert gemma is not None
    assert (gemma.head_attention, gemma.head_layers) == (0, 0)
