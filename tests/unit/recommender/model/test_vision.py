"""What tensor parallelism divides of image encoders."""

from typing import Any

import pytest
from support.metadata import real_model

from recommender.model.config_reader import ConfigReader
from recommender.model.vision import VisionTower, parse_vision


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("Qwen/Qwen2.5-VL-3B-Instruct", VisionTower(heads=16, width=3420)),
        ("google/gemma-3-12b-it", VisionTower(heads=16, width=4304)),
        ("meta-llama/Llama-3.1-8B-Instruct", None),
    ],
)
def test_heads_and_width_are_those_of_vision_config(model_id: str, expected: VisionTower | None) -> None:
    assert expected == real_model(model_id).vision


@pytest.mark.parametrize(
    ("model_type", "vision", "expected"),
    [
        ("qwen2_vl", {"embed_dim": 1280, "mlp_ratio": 4, "num_heads": 16}, VisionTower(heads=16, width=5120)),
        (
            "internvl_chat",
            {"num_attention_heads": 25, "intermediate_size": 12_800},
            VisionTower(width=12_800),
        ),
        ("llama4", {}, VisionTower()),
        ("gemma4", {}, VisionTower()),
    ],
)
def test_encoders_state_their_width_in_different_ways(
    model_type: str, vision: dict[str, Any], expected: VisionTower
) -> None:
    """InternVL pads its heads; the width of Qwen2-VL is a multiple of its hidden size."""
    assert expected == parse_vision(ConfigReader(vision, name="vision_config"), model_type=model_type)


def test_gemma_4_keeps_its_encoder_whole_on_every_gpu() -> None:
    """27 layers of 4 x 1152 x 1152 and 3 x 1152 x 4304 parameters."""
    assert real_model("google/gemma-4-31B-it").vision == VisionTower(whole_parameters=544_942_080)
