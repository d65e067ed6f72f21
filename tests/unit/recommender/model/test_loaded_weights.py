"""The part of a checkpoint that vLLM loads."""

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import ImplausibleMetadata

_BILLION = 10**9


@pytest.mark.parametrize(
    ("model_id", "loaded"),
    [
        ("XiaomiMiMo/MiMo-7B-Base", 7_622_619_136),
        ("Qwen/Qwen3-Next-80B-A3B-Instruct", 79_674_391_296),
        ("zai-org/GLM-4.5", 352_797_829_024),
        ("zai-org/GLM-5", 743_911_218_432),
        ("moonshotai/Kimi-K2-Instruct", 1_026_408_235_864),
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 31_577_937_344),
    ],
)
def test_layers_for_multi_token_prediction_are_not_loaded(model_id: str, loaded: int) -> None:
    """Sums over all tensors of the other layers, a byte each where they are FP8; the last two have none."""
    weights = real_model(model_id).weights

    assert loaded == pytest.approx(weights.float_values + weights.packed_bytes, rel=2e-4)


def test_copies_of_the_embeddings_in_such_layers_are_not_loaded_either() -> None:
    """DeepSeek V3: 11.6 GB of FP8 values and twice 129,280 x 7,168 in BF16 less than 684.5 billion."""
    deepseek = real_model("deepseek-ai/DeepSeek-R1").weights
    stored_bytes = 2 * 3_918_786_560 + 680_571_043_840 + 4 * 41_555_600

    assert stored_bytes - 15_320_000_000 == pytest.approx(
        deepseek.packed_bytes + 2 * deepseek.float_values, rel=1e-3
    )


def test_a_quantized_checkpoint_may_lack_such_layers() -> None:
    kept, lost = (real_model(f"{name}") for name in ("Qwen/Qwen3.6-35B-A3B", "nvidia/Qwen3.6-35B-A3B-NVFP4"))

    assert kept.weights.float_values < kept.weights.parameters
    assert lost.weights.parameters == pytest.approx(kept.weights.float_values, rel=2e-3)


def test_such_layers_of_a_quantized_checkpoint_may_be_plain_floats() -> None:
    """Qwen3.8 27B in FP8 keeps the layer, its head and its image encoder in BF16."""
    weights = real_model("Qwen/Qwen3.8-27B-FP8").weights

    assert weights.float_values == pytest.approx(3_454_464_752 - 424_699_392, rel=1e-3)


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


@pytest.mark.parametrize(("parameters", "is_refused"), [(1.01, False), (0.99, True)])
def test_fewer_parameters_than_a_tenth_of_the_shape_are_those_of_another_model(
    parameters: float, *, is_refused: bool
) -> None:
    """Formats count up to eight weights as one."""
    implied = 8 * (1024 * 64 * (2 * 16 + 2 * 4) + 3 * 1024 * 4096) + 2 * 32_000 * 1024
    metadata = llama(parameters={"BF16": int(parameters * implied / 10)})

    if is_refused:
        with pytest.raises(ImplausibleMetadata, match="config.json describes a model of about"):
            parse_model(metadata)
    else:
        assert parse_model(metadata).weights.parameters == int(parameters * implied / 10)


def test_causal_masks_of_gpt_2_are_not_loaded() -> None:
    """A mask of 512 x 512 in each of 8 layers, stored as floats next to the weights."""
    implied = 8 * (1024 * 64 * 4 * 16 + 2 * 1024 * 4096) + 32_000 * 1024 + 512 * 1024
    settings = {"model_type": "gpt2", "n_positions": 512, "max_position_embeddings": ABSENT}
    stored, without = (
        parse_model(llama(parameters={"F32": each, "F16": 10}, num_key_value_heads=16, **settings)).weights
        for each in (implied + 8 * 512**2, implied)
    )

    assert (stored.float_values, without.float_values) == (implied + 10, implied + 10)


def test_a_packed_element_of_a_checkpoint_that_is_not_quantized_is_one_parameter() -> None:
    """Masks in bytes are not loaded; integers in words are counted as they are."""
    weights = parse_model(llama(parameters={"BF16": _BILLION, "I32": 1000, "U8": 1000})).weights

    assert weights.parameters == _BILLION + 1000


def test_mamba_1_keeps_a_matrix_of_each_layer_in_float32() -> None:
    """`A` has a row for each channel and a column for each value of its state: 8 layers of 4096 x 16."""
    sizes = {"intermediate_size": 4096, "state_size": 16, "conv_kernel": 4}
    model = parse_model(llama(architectures=["MambaForCausalLM"], model_type="mamba", **sizes))

    assert model.weights.float_values == 10**9 + 8 * 4096 * 16
