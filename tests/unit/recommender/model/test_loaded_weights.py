"""The part of a checkpoint that vLLM loads."""

import pytest
from support.metadata import ABSENT, language_model, llama, real_model

from recommender.memory.weights import weight_bytes
from recommender.model import HubMetadata, Weights, parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.dtype import Dtype
from recommender.model.errors import ImplausibleMetadata
from recommender.model.loaded_weights import parse_weights, stored_weights, wide_zero_point_bytes
from recommender.model.quantized_formats import grouped_integers, nvfp4

_BILLION = 10**9


def test_a_second_copy_of_a_tied_output_head_is_loaded_once() -> None:
    implied = 8 * (1024 * 64 * (2 * 16 + 2 * 4) + 3 * 1024 * 4096) + 32_000 * 1024
    twice = llama(parameters={"BF16": implied + 32_000 * 1024}, tie_word_embeddings=True)
    once = llama(parameters={"BF16": implied}, tie_word_embeddings=True)

    assert parse_model(twice).weights.float_values == implied
    assert parse_model(once).weights.float_values == implied


@pytest.mark.parametrize("model_id", ["Qwen/Qwen2.5-VL-3B-Instruct", "Qwen/Qwen3-VL-2B-Instruct"])
def test_an_image_encoder_is_not_mistaken_for_a_second_copy(model_id: str) -> None:
    weights = real_model(model_id).weights

    assert weights.float_values == weights.parameters


def test_a_total_without_dtypes_is_weighed_in_the_checkpoints_format() -> None:
    # GIVEN a quantized checkpoint of which only the total is known
    quantized = llama(
        information={"safetensors": {"total": _BILLION}},
        quantization_config={"quant_method": "gptq", "bits": 4, "group_size": -1},
    )

    # THEN embeddings, two of 32,000 x 1,024, count in 16 bit and the rest in 4
    embeddings = 2 * 32_000 * 1024
    expected = 2 * embeddings + (_BILLION - embeddings) / 2
    assert weight_bytes(parse_model(quantized), Dtype.BFLOAT16) == pytest.approx(expected, abs=1)


def test_fewer_parameters_than_a_tenth_of_the_shape_are_those_of_another_model() -> None:
    """Formats count up to eight weights as one; the vocabulary makes the parameters a multiple of ten."""
    tenth = (8 * (1024 * 64 * (2 * 16 + 2 * 4) + 3 * 1024 * 4096) + 2 * 32_003 * 1024) // 10
    enough, fewer = (llama(parameters={"BF16": count}, vocab_size=32_003) for count in (tenth, tenth - 1))

    assert parse_model(enough).weights.parameters == 18_717_696
    with pytest.raises(ImplausibleMetadata, match="describes a model of about 187,176,960"):
        parse_model(fewer)


def test_causal_masks_of_gpt_2_are_not_loaded() -> None:
    """A mask of 512 x 512 in each of 8 layers, stored as floats next to the weights."""
    implied = 8 * (1024 * 64 * 4 * 16 + 2 * 1024 * 4096) + 32_000 * 1024 + 512 * 1024
    settings = {"model_type": "gpt2", "n_positions": 512, "max_position_embeddings": ABSENT}
    stored, without = (
        parse_model(
            llama(parameters={"F32": each - 10, "F16": 10}, num_key_value_heads=16, **settings)
        ).weights
        for each in (implied + 8 * 512**2, implied)
    )

    assert (stored.float_values, without.float_values) == (implied, implied)


def test_a_packed_element_of_a_checkpoint_that_is_not_quantized_is_one_parameter() -> None:
    """Masks in bytes are not loaded; integers in words are counted as they are."""
    weights = parse_model(llama(parameters={"BF16": _BILLION, "I32": 1000, "U8": 1000})).weights

    assert weights.parameters == _BILLION + 1000


def test_mamba_1_keeps_a_matrix_of_each_layer_in_float32() -> None:
    """`A` has a row for each channel and a column for each value of its state: 8 layers of 4096 x 16."""
    sizes = {"intermediate_size": 4096, "state_size": 16, "conv_kernel": 4}
    model = parse_model(llama(architectures=["MambaForCausalLM"], model_type="mamba", **sizes))

    assert model.weights.float_values == 10**9 + 8 * 4096 * 16


def test_routers_in_float32_take_twice_the_bytes_of_their_checkpoint() -> None:
    """MiMo-V2-Flash: 5 of 8 layers have a weight for each of 8 experts and 1,024 hidden values."""
    experts = {"n_routed_experts": 8, "moe_intermediate_size": 512, "moe_layer_freq": [0] * 3 + [1] * 5}
    attention, sparse = 1024 * 64 * (2 * 16 + 2 * 4), 8 * 3 * 1024 * 512 + 8 * 1024
    stored = 8 * attention + 3 * 3 * 1024 * 4096 + 5 * sparse + 2 * 32_000 * 1024
    metadata = llama(parameters={"BF16": stored}, model_type="mimo_v2_flash", **experts)

    assert parse_model(metadata).weights.float_values == stored + 5 * 8 * 1024


def test_adapters_of_phi_4_multimodal_are_not_loaded() -> None:
    """Ranks of 8 and 4: each has a row of the inputs and one of the outputs of four matrices of a layer."""
    adapters = {"vision_lora": {"r": 8}, "speech_lora": {"r": 4}}
    weights = parse_model(llama(head_dim=96, **adapters)).weights
    queries, keys = 16 * 96, 4 * 96
    sides = (1024 + queries + 2 * keys) + (queries + 1024) + (1024 + 2 * 4096) + (4096 + 1024)

    assert weights.float_values == weights.parameters == _BILLION - 8 * (8 + 4) * sides


def test_gemma_4_loads_keys_that_are_also_values_twice() -> None:
    """3 of 8 layers have full attention: 2 KV heads of 512 for a hidden size of 1,024."""
    layers = ["sliding_attention"] * 5 + ["full_attention"] * 3
    settings = {"layer_types": layers, "sliding_window": 512, "tie_word_embeddings": False}
    heads = {"num_global_key_value_heads": 2, "global_head_dim": 512, "attention_k_eq_v": True}
    weights = parse_model(llama(model_type="gemma4_text", **settings, **heads)).weights

    assert weights.float_values == _BILLION + 3 * 2 * 512 * 1024


@pytest.mark.parametrize("is_quantized", [False, True], ids=["plain", "gptq"])
def test_an_encoder_that_the_hub_does_not_count_is_added_in_16_bit(*, is_quantized: bool) -> None:
    """Two encoder layers, by hand, next to the language model; quantized values have half a byte."""
    gptq = {"quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": -1}}
    encoder = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 2}
    around = {"model_type": "llava", "architectures": ["LlavaForConditionalGeneration"]}
    document = {**around, "vision_config": encoder, "text_config": llama().config}
    weights = parse_model(
        HubMetadata(
            model_id="org/llava", information={}, config={**document, **(gptq if is_quantized else {})}
        )
    ).weights
    embeddings, layers = 2 * 32_000 * 1024, 8 * (1024 * 64 * (2 * 16 + 2 * 4) + 3 * 1024 * 4096)
    in_encoder = 2 * (4 * 64**2 + 2 * 64 * 256)

    assert weights.parameters == layers + embeddings + in_encoder
    assert weights.float_values == embeddings + in_encoder + (0 if is_quantized else layers)
    assert weights.packed_bytes == pytest.approx(layers / 2 if is_quantized else 0, rel=1e-3)


@pytest.mark.parametrize(("missing", "is_there"), [(0, True), (1, False)], ids=["there", "one value too few"])
def test_a_second_copy_is_what_is_left_of_a_checkpoint_without_its_encoder(
    missing: int, *, is_there: bool
) -> None:
    """Gemma 4, tied, with an encoder of 2 gated layers: a gate makes a third matrix of 64 x 256."""
    vision = {
        "model_type": "gemma4_vision",
        "hidden_size": 64,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
    }
    once = (
        8 * (1024 * 64 * (2 * 16 + 2 * 4) + 3 * 1024 * 4096) + 32_000 * 1024 + 2 * (4 * 64**2 + 3 * 64 * 256)
    )
    stored = once + 32_000 * 1024 - missing
    gemma = language_model(model_type="gemma4_text", is_tied=True, vision=vision)

    assert parse_weights({}, {"BF16": stored}, None, gemma).float_values == (once if is_there else stored)


def test_a_packed_element_has_the_bytes_and_weights_of_its_format() -> None:
    """NVFP4: 80 bytes of two weights each with 10 scales; scales in FP32 keep their four bytes."""
    stored = {"U8": 80, "F8_E4M3": 10, "BF16": 7, "F32": 3}
    weights = stored_weights(stored, nvfp4("modelopt_fp4", stored))

    assert weights == Weights(parameters=2 * 80 + 7 + 3, float_values=7, packed_bytes=80 + 10 + 3 * 4)


def test_an_element_that_is_no_float_keeps_the_bytes_of_its_dtype() -> None:
    assert stored_weights({"BF16": 7, "I64": 3}, None) == Weights(
        parameters=10, float_values=7, packed_bytes=3 * 8
    )


@pytest.mark.parametrize(("surplus", "growth"), [(128, 1.5), (0, 0), (-128, 0)])
def test_zero_points_grow_in_all_linear_layers_but_experts(surplus: int, growth: float) -> None:
    """AWQ: from 4 to 16 bits for each group of 128, in 8 layers of 4 experts of three matrices."""
    awq = grouped_integers("awq", ConfigReader({}, name="quantization_config"))
    experts = language_model(model_type="mixtral", num_local_experts=4, moe_intermediate_size=512)
    stored = {"I32": 8 * 4 * 3 * 1024 * 512 + 100 * surplus, "F16": 10**6}

    assert wide_zero_point_bytes(stored, awq, experts.shape) == 100 * growth
    assert wide_zero_point_bytes(stored, None, experts.shape) == 0
