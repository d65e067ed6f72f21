"""The kind of each layer."""

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model


def test_every_fourth_layer_of_qwen3_next_has_attention_by_default() -> None:
    keys = {
        "linear_num_key_heads": 8,
        "linear_num_value_heads": 8,
        "linear_key_head_dim": 64,
        "linear_value_head_dim": 64,
        "linear_conv_kernel_dim": 4,
    }
    model = parse_model(llama(model_type="qwen3_next", **keys))

    assert model.recurrent is not None
    assert (model.attention[0].count, model.recurrent.count) == (2, 6)


@pytest.mark.parametrize(
    ("model_id", "full", "windowed"),
    [
        ("google/gemma-2-9b-it", 21, 21),
        ("google/gemma-3-27b-it", 10, 52),
        ("google/gemma-3-1b-it", 4, 22),
        ("openai/gpt-oss-120b", 18, 18),
        ("LGAI-EXAONE/EXAONE-4.0-32B", 16, 48),
        ("allenai/Olmo-3.1-32B-Instruct", 16, 48),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 12, 36),
        ("mistralai/Mistral-7B-v0.1", 0, 32),
        ("microsoft/Phi-3-mini-4k-instruct", 0, 32),
        ("Qwen/Qwen2.5-7B-Instruct", 28, 0),
        ("mistralai/Mistral-7B-Instruct-v0.3", 32, 0),
    ],
)
def test_layers_are_distinguished_by_their_span(model_id: str, full: int, windowed: int) -> None:
    counts = {layers.span.is_full: layers.count for layers in real_model(model_id).attention}

    assert (counts.get(True, 0), counts.get(False, 0)) == (full, windowed)
