"""Hostile documents: the outcome of each impossible value, and what an error repeats."""

import dataclasses
import math
import re

import pytest
from support.metadata import ABSENT, llama

from recommender.model import describe_model, parse_model
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

_NAS = {"model_type": "nemotron-nas", "intermediate_size": ABSENT}


def _blocks(ffn_mult: object) -> dict[str, object]:
    """A model found by architecture search, one of whose blocks has a feed-forward width of `ffn_mult`."""
    blocks = [{"attention": {"n_heads_in_group": 4}, "ffn": {"ffn_mult": factor}} for factor in [1.0] * 8]
    blocks[3]["ffn"] = {"ffn_mult": ffn_mult}
    return {**_NAS, "block_configs": blocks}


_LIST_OF_MILLIONS = [0] * 1_000_000
_BLOCK_KEYS = {"model_type": "minimax_m3_text"}
_CONVOLUTIONS = {"model_type": "lfm2", "layer_types": ["conv", "full_attention"] * 4}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (_blocks(1e999), "ffn_mult = inf"),
        (_blocks(1e308), "ffn_mult = 1e+308"),
        (_blocks(10**400), "ffn_mult = a number of over 38 digits"),
        (_blocks(-5), "ffn_mult = -5"),
        (_blocks(math.nan), "ffn_mult = nan"),
        (_blocks("5.25"), "ffn_mult = '5.25'"),
        (_blocks(0), "ffn_mult = 0"),
        ({**_NAS, "block_configs": _LIST_OF_MILLIONS}, "block_configs = a list"),
        ({"partial_rotary_factor": -0.5}, "partial_rotary_factor = -0.5"),
        ({"partial_rotary_factor": 1e308}, "partial_rotary_factor"),
        ({"rope_parameters": {"partial_rotary_factor": math.inf}}, "partial_rotary_factor"),
        ({"rope_scaling": {"type": "linear", "factor": math.nan}}, "factor"),
        ({"rope_scaling": {"type": "linear", "factor": 10**400}}, "factor"),
        ({"rope_scaling": {"type": "yarn", "original_max_position_embeddings": -1}}, "original_max_position"),
        (
            {"quantization_config": {"quant_method": "fp8", "weight_block_size": [10**400]}},
            "weight_block_size",
        ),
        ({"quantization_config": {"quant_method": "fp8", "weight_block_size": [-128]}}, "weight_block_size"),
        ({"quantization_config": {"quant_method": "gptq", "bits": math.inf}}, "bits"),
        ({"quantization_config": {"quant_method": "gptq", "group_size": -2}}, "group_size"),
        ({"quantization_config": {"quant_method": "awq", "group_size": 0}}, "group_size"),
        (
            {"quantization_config": {"quant_method": "modelopt", "kv_cache_scheme": {"num_bits": 1e308}}},
            "num_bits",
        ),
        (
            {
                "quantization_config": {
                    "quant_method": "compressed-tensors",
                    "config_groups": {"group_0": {"weights": {"block_structure": [128, math.nan]}}},
                }
            },
            "block_structure",
        ),
        ({"sliding_window": math.nan}, "sliding_window"),
        ({"sliding_window": "4096"}, "sliding_window"),
        (
            {"model_type": "gemma2", "sliding_window": 8, "sliding_window_pattern": -1},
            "sliding_window_pattern",
        ),
        ({"model_type": "bamba", "attn_layer_indices": [10**400]}, "attn_layer_indices"),
        ({"model_type": "jamba", "attn_layer_period": 2, "attn_layer_offset": -1}, "attn_layer_offset"),
        ({"model_type": "kimi_linear", "linear_attn_config": {"full_attn_layers": [0]}}, "full_attn_layers"),
        ({**_CONVOLUTIONS, "conv_L_cache": 1}, "without any values"),
        ({**_CONVOLUTIONS, "conv_L_cache": 1e999}, "conv_L_cache"),
        ({"layer_types": ["full_attention"] * 1_000_000}, "layer_types"),
        ({"model_type": "mimo_v2_flash", "hybrid_layer_pattern": "0" * 1_000_000}, "hybrid_layer_pattern"),
        ({"model_type": "gemma3n_text", "intermediate_size": [-1]}, "intermediate_size"),
        ({"model_type": "gemma3n_text", "intermediate_size": [10**400]}, "intermediate_size"),
        (
            {"model_type": "mistral", "num_hidden_layers": ABSENT, "layer_types": _LIST_OF_MILLIONS},
            "layer_types",
        ),
        ({"model_type": "step3_text", "share_q_dim": math.inf}, "share_q_dim"),
        ({"model_type": "phi4mm", "vision_lora": {"r": -1}}, "r = -1"),
        ({"model_type": "gemma4_text", "per_layer_config": {"0": {"head_dim": math.nan}}}, "head_dim"),
        (
            {**_BLOCK_KEYS, "sparse_attention_config": {"sparse_attention_freq": [10**400]}},
            "sparse_attention_freq",
        ),
        (
            {"original_max_position_embeddings": -1, "rope_scaling": {"type": "longrope"}},
            "original_max_position",
        ),
        ({"model_max_length": 2}, "too short"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_every_number_of_a_document_is_finite_positive_and_below_a_limit(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ImplausibleMetadata, match=re.escape(named)):
        parse_model(llama(**settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"model_type": "bamba", "attn_layer_indices": []},
        {"model_type": "jamba", "attn_layer_period": 2, "attn_layer_offset": 10**9, "mamba_d_state": 16},
        {"model_type": "mamba", "state_size": 16, "conv_kernel": 4, "layer_types": ["full_attention"] * 8},
        {**_NAS, "block_configs": [{"attention": {"no_op": True}}] * 8},
    ],
    ids=["no index", "no such offset", "attention of Mamba", "all blocks without attention"],
)
def test_layers_that_no_cache_follows_from_are_unsupported(settings: dict[str, object]) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(**settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"model_type": "é" * 2_000_000, "mamba_d_state": 128},
        {"model_type": "\x1b[31m\ud800", "mamba_d_state": 128},
        {"model_type": "brand_new", "\x1b_mamba" * 1000: 128},
        {"architectures": ["é" * 2_000_000]},
        {"architectures": ["\x1b[31m"]},
        {"quantization_config": {"quant_method": "q\x00" + "x" * 100_000}},
        {"quantization_config": {"quant_method": "compressed-tensors", "format": "\x1b" * 100_000}},
        {"layer_types": ["\x1b" * 1000] * 8},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_an_error_repeats_little_of_a_document_and_nothing_unprintable(settings: dict[str, object]) -> None:
    metadata = llama(**settings)

    with pytest.raises(UnsupportedModel) as raised:
        parse_model(metadata)

    assert len(str(raised.value)) < 500
    assert str(raised.value).isprintable()
    architecture = describe_model(metadata).architecture or ""
    assert len(architecture) <= 100
    assert architecture.isprintable()


def test_a_model_repeats_little_of_its_documents_and_nothing_unprintable() -> None:
    described = llama(
        torch_dtype="\x1b" * 1000, architectures=["\x1b" + "x" * 1000 + "ForCausalLM", "LlamaForCausalLM"]
    )
    model = parse_model(dataclasses.replace(described, model_id="org/" + "\x1b" * 1000))

    assert (len(model.class_name), len(model.model_id)) == (100, 193)
    assert model.class_name.isprintable()
    assert model.model_id.isprintable()
    assert model.info.native_dtype == "bfloat16"
