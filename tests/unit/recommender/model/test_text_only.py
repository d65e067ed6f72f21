"""Multimodal models without their encoder."""

from support.metadata import real_model

from recommender.model import text_only


def test_the_layers_of_the_encoder_are_left_out() -> None:
    """27 layers of 1152 with a feed-forward block of 4304."""
    model = real_model("Qwen/Qwen3.5-27B")
    left_out = model.weights.float_values - text_only(model).weights.float_values

    assert left_out == 27 * (4 * 1152**2 + 2 * 1152 * 4304)


def test_a_text_model_stays_as_it_is() -> None:
    model = real_model("Qwen/Qwen3-8B")

    assert text_only(model) is model


def test_an_encoder_that_may_be_quantized_stays() -> None:
    model = real_model("unsloth/Qwen2.5-VL-7B-Instruct-unsloth-bnb-4bit")

    assert text_only(model).weights.packed_bytes == model.weights.packed_bytes
