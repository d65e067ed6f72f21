"""The kind of each layer."""

from typing import Any

import pytest
from support.metadata import llama, real_model

from recommender.model import SlidingWindow, parse_model
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel


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


def test_layers_are_numbered_from_one_in_kimi_linear_and_from_zero_elsewhere() -> None:
    """`full_attn_layers` of its `linear_attn_config` names the last of 8 layers as 8."""
    linear = {"full_attn_layers": [4, 8], "num_heads": 16, "head_dim": 64, "short_conv_kernel_size": 4}
    latent = {"kv_lora_rank": 128, "qk_rope_head_dim": 32, "qk_nope_head_dim": 64, "v_head_dim": 48}
    model = parse_model(llama(model_type="kimi_linear", linear_attn_config=linear, **latent))

    assert [layers.count for layers in model.attention] == [2]
    with pytest.raises(ImplausibleMetadata, match="names layer 8 of 8 layers"):
        parse_model(
            llama(model_type="kimi_linear", linear_attn_config={**linear, "full_attn_layers": [9]}, **latent)
        )


_HYBRID = {"mamba_d_state": 16, "mamba_d_conv": 4}
_MAMBA = {"state_size": 16, "conv_kernel": 4}


@pytest.mark.parametrize(
    ("settings", "attention", "states"),
    [
        ({"model_type": "jamba", "attn_layer_period": 4, "attn_layer_offset": 1, **_HYBRID}, 2, 6),
        ({"model_type": "jamba", "attn_layer_period": 8, "attn_layer_offset": 7, **_HYBRID}, 1, 7),
        ({"model_type": "mamba", **_MAMBA}, 0, 8),
        ({"model_type": "falcon_h1", "mamba_n_heads": 16, "mamba_d_head": 64, **_HYBRID}, 8, 8),
    ],
    ids=str,
)
def test_a_hybrid_that_lists_no_layers_has_those_of_its_class(
    settings: dict[str, Any], attention: int, states: int
) -> None:
    """Of 8 layers: one in a period in Jamba, none in Mamba, attention and a state in all of Falcon-H1."""
    model = parse_model(llama(**settings))

    assert model.recurrent is not None
    assert (sum(layers.count for layers in model.attention), model.recurrent.count) == (attention, states)


def test_an_unfinished_period_has_no_layer_with_full_attention() -> None:
    """Full attention is in the last layer of each four: the 4th of 7, and not in the 7th."""
    model = parse_model(llama(model_type="olmo3", num_hidden_layers=7, sliding_window=512))

    assert {layers.span.is_full: layers.count for layers in model.attention} == {True: 1, False: 6}


def test_names_of_unknown_layers_are_cut_to_120_characters() -> None:
    with pytest.raises(UnsupportedModel, match=f"of the kind {'x' * 90}, {'y' * 28}, whose cache"):
        parse_model(llama(model_type="mistral", layer_types=["x" * 90, "y" * 90] * 4))


def test_a_list_of_full_attention_gets_the_window_of_the_whole_model() -> None:
    """`Attention.__init__` of `vllm/model_executor/layers/attention/attention.py`."""
    model = parse_model(llama(model_type="mistral", layer_types=["full_attention"] * 8, sliding_window=512))

    assert [(layers.count, layers.span) for layers in model.attention] == [(8, SlidingWindow(tokens=512))]
