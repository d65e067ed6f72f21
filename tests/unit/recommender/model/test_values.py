"""What is known of a model."""

import dataclasses

import pytest
from support.metadata import llama, real_model

from recommender.model import Weights, parse_model
from recommender.model.dtype import Dtype
from recommender.model.values import LONGEST_MODEL_ID


def test_weights_are_packed_bytes_and_floats_in_the_dtype_of_the_computation() -> None:
    weights = Weights(parameters=150, float_values=50, packed_bytes=100)

    assert weights.size_bytes(Dtype.BFLOAT16) == 100 + 2 * 50
    assert weights.size_bytes(Dtype.FLOAT32) == 100 + 4 * 50


@pytest.mark.parametrize(("float_values", "packed_bytes", "expected"), [(50, 60, 0.6), (150, 0, 0)])
def test_packed_bytes_are_those_of_the_weights_that_are_no_plain_floats(
    float_values: int, packed_bytes: int, expected: float
) -> None:
    weights = Weights(parameters=150, float_values=float_values, packed_bytes=packed_bytes)

    assert weights.bytes_per_packed_weight == expected


def test_tied_embeddings_are_counted_once() -> None:
    model = parse_model(llama())

    assert model.embedding_parameters == 2 * 32_000 * 1024
    assert dataclasses.replace(model, is_tied=True).embedding_parameters == 32_000 * 1024


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", 4),
        ("google/gemma-4-31B-it", 16),
        ("deepseek-ai/DeepSeek-V3", None),
        ("deepseek-ai/DeepSeek-V3.2", None),
        ("tiiuae/falcon-mamba-7b", None),
    ],
)
def test_the_kv_heads_of_a_model_are_the_most_of_any_layer(model_id: str, expected: int | None) -> None:
    assert expected == real_model(model_id).kv_heads


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("deepseek-ai/DeepSeek-V3.2", True),
        ("zai-org/GLM-5", True),
        ("deepseek-ai/DeepSeek-V3", False),
        ("Qwen/Qwen3-8B", False),
        ("tiiuae/falcon-mamba-7b", False),
    ],
)
def test_a_model_with_an_indexer_has_sparse_attention(model_id: str, *, expected: bool) -> None:
    assert real_model(model_id).has_sparse_attention is expected


@pytest.mark.parametrize(
    ("model_id", "degrees"),
    [("tiiuae/Falcon-H1-0.5B-Base", [1, 2, 4, 6, 8]), ("google/gemma-4-31B-it", [1, 2, 4, 8])],
)
def test_the_kv_heads_of_every_layer_are_divided_or_copied(model_id: str, degrees: list[int]) -> None:
    """Falcon-H1 0.5B has 2 KV heads, Gemma 4 has layers with 16 and with 4."""
    caches = [layers.cache for layers in real_model(model_id).attention]

    assert degrees == [each for each in range(1, 9) if all(cache.can_shard(each) for cache in caches)]


def test_the_answer_repeats_what_identifies_a_model() -> None:
    info = real_model("mistralai/Mistral-7B-v0.1").info

    assert (info.parameter_count, info.native_dtype) == (7_241_732_096, "bfloat16")
    assert (info.max_position_embeddings, info.architecture) == (32_768, "mistral")
    assert info.sliding_window == 4096


def test_the_longest_model_id_has_96_characters_on_each_side_of_the_slash() -> None:
    """`validate_repo_id` of huggingface_hub."""
    assert len("/".join(["o" * 96, "n" * 96])) == LONGEST_MODEL_ID


def test_experts_are_counted_in_the_layers_that_are_not_dense() -> None:
    """DeepSeek-V3: 61 layers, 3 of them dense, 256 experts of three matrices of 7168 x 2048."""
    assert real_model("deepseek-ai/DeepSeek-V3").shape.expert_parameters == 58 * 256 * 3 * 7168 * 2048
