"""params.json of Mistral's own format, read as vLLM reads it."""

from contextlib import suppress
from typing import Any

import pytest

from recommender.model import HubMetadata, Model, parse_model
from recommender.model.attention import MLACache
from recommender.model.dtype import Dtype
from recommender.model.errors import CalculationError, ImplausibleMetadata, UnsupportedModel
from recommender.model.mistral_format import config_from_params

NEMO = {
    "dim": 5120,
    "n_layers": 40,
    "head_dim": 128,
    "hidden_dim": 14336,
    "n_heads": 32,
    "n_kv_heads": 8,
    "rope_theta": 1000000.0,
    "norm_eps": 1e-05,
    "vocab_size": 131072,
}
ENCODER = {
    "hidden_size": 1024,
    "num_channels": 3,
    "image_size": 1024,
    "patch_size": 16,
    "rope_theta": 10000.0,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_token_id": 10,
}
LARGE_3 = {
    **NEMO,
    "dim": 7168,
    "n_layers": 61,
    "hidden_dim": 16384,
    "n_heads": 128,
    "n_kv_heads": 128,
    "max_position_embeddings": 294912,
    "q_lora_rank": 1536,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "kv_lora_rank": 512,
    "v_head_dim": 128,
    "quantization": {"qformat_weight": "fp8_e4m3", "qscheme_act": "TENSOR"},
    "moe": {
        "first_k_dense_replace": 3,
        "num_experts": 128,
        "num_experts_per_tok": 4,
        "expert_hidden_dim": 4096,
        "num_shared_experts": 1,
    },
}


def described(params: dict[str, Any], **information: Any) -> Model:
    metadata = HubMetadata(model_id="org/name", information=information, config=None, params=params)
    return parse_model(metadata)


def test_a_language_model_has_the_sizes_of_params_json() -> None:
    """Mistral-Nemo: 40 layers of 5120 x 14336, 12.2 B parameters."""
    model = described({**NEMO, "max_position_embeddings": 131072})

    assert (model.class_name, model.native_dtype) == ("MistralForCausalLM", Dtype.BFLOAT16)
    assert model.shape.layers == 40
    assert model.kv_heads == 8
    assert model.max_position_embeddings == 131072
    assert model.weights.parameters == 12_247_367_680
    assert model.is_in_mistral_format


def test_without_a_length_the_context_is_that_of_vllm() -> None:
    """`_remap_general_mistral_args`: 128,000."""
    assert described(NEMO).max_position_embeddings == 128_000
    assert described({**NEMO, "max_seq_len": 32768}).max_position_embeddings == 32768


def test_an_image_encoder_is_whole_on_every_gpu() -> None:
    """Pixtral 12B: 24 gated layers, a projector into 5120, and the embedding of patches."""
    model = described({**NEMO, "vision_encoder": ENCODER})
    layers = 24 * (4 * 1024**2 + 3 * 1024 * 4096)

    assert (model.class_name, model.architecture) == ("PixtralForConditionalGeneration", "pixtral")
    assert model.weights.parameters == 12_247_367_680 + layers
    assert model.vision is not None
    assert model.vision.whole_parameters == layers + 1024 * 3 * 16**2 + 4 * 1024**2 + 1024 * 5120 + 5120**2
    assert model.encoder is not None
    assert model.encoder.family == "pixtral"
    assert model.encoder.largest.at(128_000).tokens == 64**2


def test_patches_that_are_merged_make_fewer_tokens() -> None:
    merged = {**ENCODER, "image_size": 1540, "patch_size": 14, "spatial_merge_size": 2}
    encoder = described({**NEMO, "vision_encoder": merged}).encoder

    assert encoder is not None
    item = encoder.largest.at(128_000)
    assert (item.tokens, item.patches) == (55**2, 110**2)


def test_experts_with_a_shared_one_are_mistral_large_3() -> None:
    """673 B parameters in FP8, embeddings in 16 bit: `MistralLarge3ForCausalLM`."""
    model = described(LARGE_3)

    assert (model.class_name, model.architecture) == ("MistralLarge3ForCausalLM", "deepseek_v3")
    assert isinstance(model.attention[0].cache, MLACache)
    assert model.shape.experts == 128
    assert model.shape.dense_layers == 3
    assert model.quantization == "fp8"
    assert round(model.weights.parameters / 10**9) == 673
    assert model.weights.float_values == 2 * 131072 * 7168


def test_the_class_inside_that_of_images_decides_the_versions() -> None:
    assert described({**LARGE_3, "vision_encoder": ENCODER}).class_name == "MistralLarge3ForCausalLM"


def test_windows_may_be_listed_by_layer() -> None:
    model = described({**NEMO, "sliding_window": [None, 4096]})

    assert model.sliding_window == 4096
    assert [layers.count for layers in model.attention] == [20, 20]


def test_a_stretched_context_is_that_of_yarn() -> None:
    yarn = {"original_max_position_embeddings": 8192, "factor": 4, "beta": 32, "alpha": 1}

    assert described({**NEMO, "yarn": yarn}).max_position_embeddings == 32768


@pytest.mark.parametrize(("factor", "beyond"), [(1, 0.99), (1024, 1025)])
def test_yarn_stretches_a_context_by_1_to_1024(factor: float, beyond: float) -> None:
    yarn = {"original_max_position_embeddings": 8192}
    params = {**NEMO, "yarn": {**yarn, "factor": factor}}

    assert config_from_params(params)["rope_scaling"]["factor"] == factor
    with pytest.raises(ImplausibleMetadata, match="factor"):
        config_from_params({**NEMO, "yarn": {**yarn, "factor": beyond}})


@pytest.mark.parametrize(
    ("quantization", "expected"),
    [
        ({"qformat_weight": "fp8_e4m3"}, {"quant_method": "fp8", "activation_scheme": "static"}),
        (
            {"qformat_weight": "fp8_e4m3", "qscheme_act": "NO_SCALES"},
            {"quant_method": "fp8", "activation_scheme": "dynamic"},
        ),
        (
            {"quant_method": "compressed_tensors", "format": "nvfp4-pack-quantized"},
            {"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized"},
        ),
    ],
)
def test_a_quantization_is_stated_as_in_config_json(
    quantization: dict[str, Any], expected: dict[str, Any]
) -> None:
    """`_remap_mistral_quantization_args`."""
    assert config_from_params({**NEMO, "quantization": quantization})["quantization_config"] == expected


@pytest.mark.parametrize(
    "further",
    [
        {"moe": {"num_experts": 8, "num_experts_per_tok": 2}},
        {"model_type": "mamba"},
        {"multimodal": {"whisper_model_args": {"encoder_args": {}}}},
        {"qk_nope_head_dim": 128},
        {"quantization": {"qformat_weight": "int3"}},
    ],
    ids=["Mixtral", "Mamba", "Voxtral", "latents", "quantization"],
)
def test_what_is_not_read_from_params_json_is_refused(further: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedModel, match=r"params\.json"):
        described({**NEMO, **further})


def test_errors_name_params_json() -> None:
    with pytest.raises(UnsupportedModel, match=r"params\.json does not state hidden_size"):
        described({"n_layers": 40})


@pytest.mark.parametrize("key", [*LARGE_3, "sliding_window", "vision_encoder", "yarn", "max_seq_len"])
@pytest.mark.parametrize("value", [None, [], [[]], {}, "text", -1, 1e300, True], ids=repr)
def test_any_value_is_read_or_refused(key: str, value: object) -> None:
    with suppress(CalculationError):
        assert described({**LARGE_3, key: value}).shape.layers
