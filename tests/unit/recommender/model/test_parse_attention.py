"""What each layer caches."""

import pytest
from support.metadata import llama, real_model

from recommender.memory.kv_cache import cache_layout
from recommender.model import AttentionLayers, FullAttention, KVHeads, MLACache, SlidingWindow, parse_model
from recommender.model.errors import UnsupportedModel


@pytest.mark.parametrize(
    ("model_id", "layers", "kv_heads", "head_dim"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 32, 8, 128),
        ("mistralai/Mistral-7B-Instruct-v0.3", 32, 8, 128),
        ("Qwen/Qwen2.5-7B-Instruct", 28, 4, 128),
        ("Qwen/Qwen3-4B", 36, 8, 128),
        ("google/gemma-2b", 18, 1, 256),
        ("google/gemma-7b", 28, 16, 256),
        ("microsoft/phi-2", 32, 32, 80),
        ("microsoft/phi-4", 40, 10, 128),
        ("tiiuae/falcon-7b-instruct", 32, 1, 64),
        ("tiiuae/falcon-40b", 60, 8, 64),
        ("openai-community/gpt2", 12, 12, 64),
        ("mosaicml/mpt-7b", 32, 32, 128),
        ("databricks/dbrx-instruct", 40, 8, 128),
        ("zai-org/chatglm3-6b", 28, 2, 128),
        ("facebook/opt-125m", 12, 12, 64),
        ("google/gemma-3-4b-it", 34, 4, 256),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 28, 4, 128),
        ("OpenGVLab/InternVL3-78B", 80, 8, 128),
    ],
)
def test_heads_are_found_under_every_name_that_repositories_use(
    model_id: str, layers: int, kv_heads: int, head_dim: int
) -> None:
    """The figures are those of the models' papers and of transformers' classes."""
    attention = real_model(model_id).attention

    assert {KVHeads(kv_heads=kv_heads, head_dim=head_dim)} == {kind.cache for kind in attention}
    assert layers == sum(kind.count for kind in attention)


def test_mla_caches_a_latent_and_a_rotary_key() -> None:
    """DeepSeek-V3: 61 layers of 512 + 64 values."""
    (layers,) = real_model("deepseek-ai/DeepSeek-V3").attention

    assert isinstance(layers.cache, MLACache)
    assert (layers.count, layers.cache.width) == (61, 576)


def test_layers_that_share_a_cache_have_none_of_their_own() -> None:
    """Gemma 3n E4B: of 35 layers, 7 of them full, the last 15 use earlier ones' caches, 3 of them full."""
    metadata = llama(
        model_type="gemma3n_text",
        architectures=["Gemma3nForCausalLM"],
        num_hidden_layers=35,
        layer_types=(["sliding_attention"] * 4 + ["full_attention"]) * 7,
        sliding_window=512,
        num_kv_shared_layers=15,
        hidden_size_per_layer_input=256,
        head_dim=256,
    )
    model = parse_model(metadata)

    assert [(layers.count, layers.without_cache, layers.span) for layers in model.attention] == [
        (4, 3, FullAttention()),
        (16, 12, SlidingWindow(tokens=512)),
    ]
    assert len(cache_layout(model, 1, 2).groups) == 5


@pytest.mark.parametrize("query_rank", [None, 256])
def test_the_sizes_of_a_latent_are_those_of_its_projections(query_rank: int | None) -> None:
    """16 heads and a hidden size of 1024; a latent of 128, a rotary key of 32, keys of 64, values of 48."""
    model = parse_model(
        llama(
            model_type="deepseek_v2",
            kv_lora_rank=128,
            qk_rope_head_dim=32,
            qk_nope_head_dim=64,
            v_head_dim=48,
            q_lora_rank=query_rank,
        )
    )

    assert [layers.cache for layers in model.attention] == [
        MLACache(
            width=128 + 32,
            heads=16,
            absorbed_parameters=128 * 16 * (64 + 48),
            replicated_parameters=1024 * (128 + 32 + (query_rank or 0)),
            query_dim=64 + 32,
            key_dim=64,
            value_dim=48,
        )
    ]


def test_minicpm_3_caches_keys_as_wide_as_both_of_their_parts() -> None:
    """`vllm/model_executor/models/minicpm3.py`, whose values are padded."""
    sizes = {"kv_lora_rank": 128, "q_lora_rank": 256, "qk_nope_head_dim": 64, "qk_rope_head_dim": 32}
    model = parse_model(llama(model_type="minicpm3", **sizes))

    assert [layers.cache for layers in model.attention] == [KVHeads(kv_heads=4, head_dim=64 + 32)]
    assert model.whole_parameters == 8 * 1024 * (128 + 256 + 32)


def test_blocks_of_nemotron_nas_have_one_kv_head_for_each_group_of_heads() -> None:
    """`vllm/model_executor/models/nemotron_nas.py`: 16 heads in groups of 8, 16 and 32; one has none."""
    groups = [{"n_heads_in_group": size} for size in (8, 8, 8, 16, 16, 32, 32)]
    blocks = [{"attention": attention} for attention in (*groups, {"no_op": True})]
    model = parse_model(llama(model_type="nemotron-nas", block_configs=blocks))

    assert model.attention == (
        AttentionLayers(count=3, cache=KVHeads(kv_heads=2, head_dim=64)),
        AttentionLayers(count=4, cache=KVHeads(kv_heads=1, head_dim=64)),
    )


@pytest.mark.parametrize(
    ("settings", "loops", "window"),
    [({"loop_num": 3, "loop_window_size": 128}, 3, 128), ({}, 2, 64)],
    ids=["stated", "default"],
)
def test_every_loop_but_the_first_has_a_short_window(
    settings: dict[str, int], loops: int, window: int
) -> None:
    """The defaults are those of `vllm/model_executor/models/iquest_loopcoder.py`."""
    model = parse_model(llama(model_type="iquestloopcoder", **settings))

    assert [(layers.count, layers.span) for layers in model.attention] == [
        (8, FullAttention()),
        (8 * (loops - 1), SlidingWindow(tokens=window)),
    ]


def test_a_layer_of_longcat_flash_has_two_blocks_of_attention() -> None:
    """`vllm/model_executor/models/longcat_flash.py`."""
    latent = {"kv_lora_rank": 128, "qk_rope_head_dim": 32, "qk_nope_head_dim": 64, "v_head_dim": 48}
    (layers,) = parse_model(llama(model_type="longcat_flash", **latent)).attention

    assert layers.count == 2 * 8


def test_layers_next_to_recurrent_states_have_attention_of_one_kind() -> None:
    kinds = ["linear_attention", "full_attention"] * 4
    state = {
        "linear_num_key_heads": 4,
        "linear_key_head_dim": 32,
        "linear_num_value_heads": 8,
        "linear_value_head_dim": 48,
        "linear_conv_kernel_dim": 4,
    }
    alike = llama(model_type="qwen3_next", layer_types=kinds, **state)
    mixed = llama(
        model_type="qwen3_next", layer_types=[*kinds[:7], "sliding_attention"], sliding_window=512, **state
    )

    assert [layers.count for layers in parse_model(alike).attention] == [4]
    with pytest.raises(UnsupportedModel, match="mixes layers"):
        parse_model(mixed)


def test_only_a_pure_state_space_model_has_no_attention_at_all() -> None:
    sizes = {"state_size": 16, "conv_kernel": 4}

    assert parse_model(llama(model_type="mamba", **sizes)).attention == ()
    with pytest.raises(UnsupportedModel, match="mixes layers"):
        parse_model(llama(model_type="lfm2", layer_types=["conv"] * 8, conv_L_cache=3))
