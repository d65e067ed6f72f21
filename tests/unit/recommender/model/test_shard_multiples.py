"""What shares of quantized matrices must be multiples of."""

from typing import Any

import pytest

from recommender.model.config_reader import ConfigReader
from recommender.model.shard_multiples import ANY_SHARE, ShardMultiples, parse_shard_multiples


def _compressed(**weights: Any) -> dict[str, Any]:
    return {"config_groups": {"group_0": {"weights": weights}}}


@pytest.mark.parametrize(
    ("method", "stated", "expected"),
    [
        (
            "fp8",
            {"weight_block_size": [64, 128]},
            ShardMultiples(inputs=128, outputs=64, experts=128, refined_experts=32, merges_odd_outputs=True),
        ),
        ("fp8", {}, ShardMultiples(merges_odd_outputs=True)),
        ("awq", {"group_size": 128}, ShardMultiples(inputs=128, experts=32, refined_experts=32)),
        ("gptq", {}, ShardMultiples(inputs=128, experts=32, refined_experts=32)),
        ("gptq", {"group_size": -1}, ANY_SHARE),
        (
            "compressed-tensors",
            _compressed(group_size=32),
            ShardMultiples(inputs=32, experts=32, refined_experts=32),
        ),
        (
            "compressed-tensors",
            _compressed(block_structure=[128, 64]),
            ShardMultiples(inputs=64, outputs=128, experts=128, refined_experts=128),
        ),
        (
            "compressed-tensors",
            {"format": "nvfp4-pack-quantized"},
            ShardMultiples(inputs=16, experts=16, refined_experts=16),
        ),
        ("modelopt_fp4", {}, ShardMultiples(inputs=16, experts=16, refined_experts=16)),
        (
            "quark",
            {"global_quant_config": {"weight": {"group_size": 64}}},
            ShardMultiples(inputs=64, experts=64, refined_experts=64),
        ),
        ("quark", {"global_quant_config": {"weight": {}}}, ANY_SHARE),
        ("compressed-tensors", {}, ANY_SHARE),
        ("compressed-tensors", _compressed(strategy="channel"), ANY_SHARE),
        ("mxfp4", {}, ANY_SHARE),
        ("bitsandbytes", {}, ANY_SHARE),
    ],
)
def test_weights_with_a_common_scale_stay_together(
    method: str, stated: dict[str, Any], expected: ShardMultiples
) -> None:
    """Blocks count along both dimensions, groups along the inputs."""
    assert expected == parse_shard_multiples(ConfigReader(stated, name="config.json"), method)


def test_a_checkpoint_that_does_not_state_its_quantization_may_be_nvfp4() -> None:
    assert parse_shard_multiples(None, "modelopt_fp4").inputs == 16
    assert parse_shard_multiples(None, None) == ANY_SHARE


@pytest.mark.parametrize(
    ("stated", "attention", "feed_forward"),
    [
        ({}, True, True),
        ({"ignore": ["lm_head", "re:.*self_attn.*"]}, False, True),
        ({"ignore": ["re:.*mlp\\.(gate|up|gate_up|down)_proj.*"]}, True, False),
        ({"modules_to_not_convert": ["model.layers.0.self_attn.q_proj"]}, True, True),
        ({"exclude_modules": ["visual.blocks.attn"]}, True, True),
        ({"dynamic": {"-:.*attn.*": {}, "+:.*mlp.*": {}}}, False, True),
    ],
)
def test_parts_that_stay_in_16_bit_have_no_multiples(
    stated: dict[str, Any], *, attention: bool, feed_forward: bool
) -> None:
    """An entry that names a layer does not count: it may be the only one."""
    multiples = parse_shard_multiples(ConfigReader({"group_size": 128, **stated}, name="config.json"), "awq")

    assert (multiples.attention, multiples.feed_forward) == (attention, feed_forward)
