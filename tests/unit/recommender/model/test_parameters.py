"""Parameters that follow from the shape."""

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.parameters import vision_parameters


def test_parameters_follow_from_the_shape_where_the_hub_counts_none() -> None:
    """facebook/opt-1.3b has 1,315,758,080 parameters; its repository has no safetensors."""
    assert real_model("facebook/opt-1.3b").weights.parameters == pytest.approx(1.316e9, rel=0.1)
    assert real_model("EleutherAI/gpt-j-6b").weights.parameters == pytest.approx(6.05e9, rel=0.02)


@pytest.mark.parametrize(
    ("settings", "dense"),
    [
        ({"first_k_dense_replace": 3}, 3),
        ({"num_dense_layers": 2}, 2),
        ({"moe_layer_freq": [0, 0, 0, 1, 1, 1, 1, 1]}, 3),
        ({"mlp_layer_types": ["dense"] + ["sparse"] * 7}, 1),
        ({}, 0),
    ],
    ids=str,
)
def test_some_blocks_of_a_mixture_of_experts_have_no_experts(settings: dict[str, object], dense: int) -> None:
    """DeepSeek, AFMoE, MiniMax M3 and transformers 5.20 state them in four ways."""
    experts = {"num_local_experts": 4, "moe_intermediate_size": 512}
    model = parse_model(llama(information={"safetensors": None}, **experts, **settings))
    attention, embeddings = 1024 * 64 * (2 * 16 + 2 * 4), 2 * 32_000 * 1024
    sparse = 3 * 1024 * 512 * 4 + 4 * 1024

    assert model.weights.parameters == (
        8 * attention + embeddings + dense * 3 * 1024 * 4096 + (8 - dense) * sparse
    )


def test_an_encoder_of_images_counts_even_where_its_merger_is_not_stated() -> None:
    """By hand: four square matrices of attention and two of the feed-forward block in each layer."""
    sizes = {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 3}

    assert vision_parameters(ConfigReader(sizes, name="x")) == 3 * (4 * 64**2 + 2 * 64 * 256)
    assert vision_parameters(ConfigReader({}, name="x")) == 0
