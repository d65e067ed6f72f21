"""The longest context that vLLM accepts."""

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.context import ContextLimit, scaling_factor
from recommender.model.errors import ImplausibleMetadata


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 8192),
        ({"seq_length": 4096}, 4096),
        ({"max_position_embeddings": ABSENT}, 2048),
        ({"rope_scaling": {"type": "linear", "factor": 4.0}}, 32_768),
        ({"rope_scaling": {"rope_type": "dynamic", "factor": 2}}, 16_384),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, 8192),
        ({"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 1024}}, 4096),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, 8192),
        ({"rope_scaling": {"type": "longrope", "factor": 32}}, 8192),
        ({"rope_parameters": {"rope_type": "linear", "factor": 2.0}}, 16_384),
        ({"rope_parameters": {"rope_type": "linear", "factor": 1.5}}, 12_288),
        ({"rope_scaling": {"type": "linear"}}, 8192),
        ({"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2.0}}}, 16_384),
        (
            {
                "rope_parameters": {
                    "full_attention": {"rope_type": "linear", "factor": 2.0},
                    "sliding_attention": {"rope_type": "default"},
                }
            },
            16_384,
        ),
        ({"rope_scaling": {"rope_type": "default", "factor": 2.0}}, 16_384),
        ({"rope_scaling": {"rope_type": "su", "factor": 32}}, 8192),
    ],
    ids=str,
)
def test_context_limit_follows_vllm(settings: dict[str, object], expected: int) -> None:
    """`vllm/config/model.py`, `_get_and_verify_max_len`."""
    assert expected == parse_model(llama(**settings)).max_position_embeddings


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"rope_type": "linear", "factor": 4}, None),
        ({"rope_type": "yarn", "factor": 4}, 4 * 8192),
        ({"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 4096}, 4 * 4096),
        ({"rope_type": "yarn", "factor": 2, "original_max_position_embeddings": 4096}, None),
        ({"rope_type": "yarn", "factor": 1, "original_max_position_embeddings": 4096}, None),
    ],
    ids=str,
)
def test_versions_before_0_30_multiply_the_original_limit_of_yarn(
    settings: dict[str, object], expected: int | None
) -> None:
    """A stated limit of 8192; nothing where the product is what other versions accept too."""
    assert parse_model(llama(rope_scaling=settings)).context.multiplied_tokens == expected


def test_gemma_3_is_not_multiplied() -> None:
    """`vllm/config/model.py` leaves its scaling out in every version."""
    scaling = {"rope_type": "yarn", "factor": 8.0}
    context = parse_model(llama(model_type="gemma3_text", rope_scaling=scaling)).context

    assert (context.tokens, context.multiplied_tokens) == (8192, None)


def test_a_factor_above_1024_is_implausible() -> None:
    scaled = parse_model(llama(rope_scaling={"rope_type": "linear", "factor": 1024}))

    assert scaled.max_position_embeddings == 1024 * 8192
    for factor in (1025, 0.5):
        with pytest.raises(ImplausibleMetadata, match="factor = "):
            parse_model(llama(rope_scaling={"rope_type": "linear", "factor": factor}))


@pytest.mark.parametrize(
    ("model_type", "limit"),
    [
        ("llama", 2048),
        ("falcon", 2048),
        ("gpt2", 1024),
        ("olmoe", 4096),
        ("gemma2", 8192),
        ("afmoe", 16_384),
        ("qwen3", 32_768),
        ("apertus", 65_536),
        ("qwen3_vl_text", 128_000),
        ("gpt_oss", 131_072),
        ("minimax_m2", 196_608),
        ("ministral3", 262_144),
        ("seed_oss", 524_288),
    ],
)
def test_a_configuration_without_a_length_has_that_of_its_class(model_type: str, limit: int) -> None:
    """transformers 5.20, `max_position_embeddings` of the `configuration_*.py` of each."""
    context = parse_model(llama(model_type=model_type, max_position_embeddings=ABSENT)).context

    assert (context.tokens, context.is_enforced) == (limit, True)


def test_a_model_of_a_class_without_a_length_has_no_limit() -> None:
    """vLLM takes the `--max-model-len` that is given, and 2048 without one."""
    context = real_model("tiiuae/falcon-mamba-7b").context

    assert ContextLimit(tokens=2048, default_tokens=2048, is_enforced=False) == context


def test_longrope_accepts_more_than_vllm_takes_by_default() -> None:
    """Phi-4-mini: vLLM 0.33 starts with 4096, and 131072 is accepted when stated."""
    context = real_model("microsoft/Phi-4-mini-instruct").context

    assert ContextLimit(tokens=131_072, default_tokens=4096) == context


def test_gemma_3_has_its_scaling_in_the_stated_limit() -> None:
    assert real_model("google/gemma-3-27b-it").max_position_embeddings == 131_072


def test_coheres_own_key_of_the_context_wins() -> None:
    assert real_model("CohereLabs/c4ai-command-r-v01").max_position_embeddings == 131_072


def test_a_context_of_less_than_16_tokens_is_too_short() -> None:
    assert parse_model(llama(max_position_embeddings=16)).max_position_embeddings == 16
    with pytest.raises(ImplausibleMetadata, match="a longest context of 15, too short"):
        parse_model(llama(max_position_embeddings=15))


@pytest.mark.parametrize(
    ("model_type", "limit"),
    [("deepseek_v32", 163_840), ("glm4_moe_lite", 202_752), ("kimi_linear", 1_048_576)],
)
def test_a_class_with_latent_attention_has_a_length_too(model_type: str, limit: int) -> None:
    sizes = {
        "kv_lora_rank": 128,
        "qk_rope_head_dim": 32,
        "qk_nope_head_dim": 64,
        "v_head_dim": 48,
        "q_lora_rank": 256,
        "index_n_heads": 4 if model_type == "deepseek_v32" else ABSENT,
        "index_head_dim": 32,
        "linear_attn_config": (
            {"full_attn_layers": [4, 8], "num_heads": 16, "head_dim": 64, "short_conv_kernel_size": 4}
            if model_type == "kimi_linear"
            else ABSENT
        ),
    }
    model = parse_model(llama(model_type=model_type, max_position_embeddings=ABSENT, **sizes))

    assert model.max_position_embeddings == limit


def test_a_rotary_embedding_that_states_no_factor_is_not_stretched() -> None:
    assert scaling_factor(ConfigReader({}, name="config.json")) == 1
    assert scaling_factor(ConfigReader({"factor": 2.5}, name="config.json")) == 2.5
