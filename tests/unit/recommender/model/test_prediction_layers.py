"""Layers for multi-token prediction, in real checkpoints and by hand."""

import pytest
from support.metadata import language_model, real_model

from recommender.model import Weights
from recommender.model.prediction_layers import without_prediction_layers


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


_EMBEDDING, _ATTENTION, _FEED_FORWARD = 32_000 * 1024, 1024 * 64 * (2 * 16 + 2 * 4), 3 * 1024 * 4096
_IMPLIED = 8 * (_ATTENTION + _FEED_FORWARD) + 2 * _EMBEDDING
_PREDICTION_LAYER = _ATTENTION + _FEED_FORWARD + 2 * 1024**2


@pytest.mark.parametrize(
    ("surplus", "not_loaded"),
    [
        (_PREDICTION_LAYER // 2 - 1, 0),
        (_PREDICTION_LAYER // 2, _PREDICTION_LAYER),
        (_PREDICTION_LAYER + _EMBEDDING - 1, _PREDICTION_LAYER),
        (_PREDICTION_LAYER + _EMBEDDING, _PREDICTION_LAYER + 2 * _EMBEDDING),
    ],
    ids=["less than half a layer", "half a layer", "less than half of the copies", "half of the copies"],
)
def test_a_layer_and_its_embeddings_are_there_where_half_of_their_parameters_are(
    surplus: int, not_loaded: int
) -> None:
    """The layer has a projection of two hidden states; its embeddings are an input and an output."""
    stored = _IMPLIED + surplus
    weights = Weights(parameters=stored, float_values=stored, packed_bytes=0)
    loaded = without_prediction_layers(
        weights, language_model(model_type="mimo", num_nextn_predict_layers=1), _IMPLIED
    )

    assert loaded.float_values == stored - not_loaded


@pytest.mark.parametrize(
    ("missing", "packed_values"),
    [(0, 8 * (_ATTENTION + _FEED_FORWARD)), (1, 8 * (_ATTENTION + _FEED_FORWARD) + 1 - _PREDICTION_LAYER)],
    ids=["enough floats", "one too few"],
)
def test_the_layer_is_quantized_where_the_floats_are_too_few_for_it(missing: int, packed_values: int) -> None:
    """The other plain floats are the tied embedding and an encoder; a packed value has one byte."""
    encoder = 3 * (4 * 64**2 + 2 * 64 * 256)
    layers = 8 * (_ATTENTION + _FEED_FORWARD)
    floats = _EMBEDDING + encoder + _PREDICTION_LAYER - missing
    model = language_model(
        model_type="mimo",
        num_nextn_predict_layers=1,
        is_tied=True,
        vision={"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 3},
    )
    loaded = without_prediction_layers(
        Weights(parameters=layers + missing + floats, float_values=floats, packed_bytes=layers + missing),
        model,
        layers + _EMBEDDING,
    )

    assert loaded.packed_bytes == packed_values
    assert loaded.float_values == (floats if missing else _EMBEDDING + encoder)


def test_a_checkpoint_with_fewer_packed_values_than_the_layer_has_none_left() -> None:
    floats = 2 * _EMBEDDING + _PREDICTION_LAYER - 1
    loaded = without_prediction_layers(
        Weights(parameters=floats + 10, float_values=floats, packed_bytes=20),
        language_model(model_type="mimo", num_nextn_predict_layers=1),
        2 * _EMBEDDING,
    )

    assert (loaded.float_values, loaded.packed_bytes) == (floats, 0)


def test_mimo_v2_flash_has_three_dense_layers_that_config_json_does_not_state() -> None:
    """`mimo_v2_mtp.py` in `vllm/model_executor/models/`; the count is that of the checkpoint."""
    stored = _IMPLIED + 3 * _PREDICTION_LAYER
    weights = Weights(parameters=stored, float_values=stored, packed_bytes=0)
    experts = {"n_routed_experts": 8, "moe_intermediate_size": 2048}
    loaded = without_prediction_layers(
        weights, language_model(model_type="mimo_v2_flash", **experts), _IMPLIED
    )

    assert loaded.float_values == _IMPLIED
