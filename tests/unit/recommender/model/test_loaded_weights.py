"""The part of a checkpoint that vLLM loads."""

import pytest
from support.metadata import llama, real_model

from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.model.dtype import Dtype

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


def test_mamba_1_keeps_a_matrix_of_each_layer_in_float32() -> None:
    """`A` has a row for each channel and a column for each value of its state: 8 layers of 4096 x 16."""
    sizes = {"intermediate_size": 4096, "state_size": 16, "conv_kernel": 4}
    model = parse_model(llama(architectures=["MambaForCausalLM"], model_type="mamba", **sizes))

    assert model.weights.float_values == 10**9 + 8 * 4096 * 16
