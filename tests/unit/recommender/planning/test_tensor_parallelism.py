"""Which tensor parallel degrees are valid."""

from dataclasses import replace

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.model import parse_model
from recommender.planning.tensor_parallelism import (
    FewerExperts,
    Indivisible,
    Obstacle,
    OneGpuOnly,
    SplitBlock,
    degree_obstacle,
    divides_kv_heads,
    minimum_degree,
    nearest_degree,
    valid_degrees,
)
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("model_id", "gpus", "expected"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 8, (1, 2, 4, 8)),
        ("Qwen/Qwen2.5-7B-Instruct", 8, (1, 2, 4)),
        ("microsoft/phi-4", 8, (1, 2)),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", 8, (1,)),
        ("Qwen/Qwen3-30B-A3B-FP8", 8, (1, 2)),
        ("MiniMaxAI/MiniMax-M2.5", 8, (1, 2, 4)),
        ("LGAI-EXAONE/EXAONE-4.0-32B-FP8", 8, (1, 2)),
        ("Qwen/Qwen3-32B-FP8", 8, (1, 2, 4, 8)),
        ("Qwen/Qwen2.5-14B-Instruct-AWQ", 8, (1, 2, 4)),
        ("Qwen/Qwen2.5-14B-Instruct", 8, (1, 2, 4, 8)),
        ("unsloth/Llama-3.2-1B-Instruct-FP8-Block", 8, (1, 2, 4)),
        ("tiiuae/falcon-7b-instruct", 8, (1,)),
        ("Qwen/Qwen2.5-1.5B-Instruct", 4, (1, 2)),
        ("deepseek-ai/DeepSeek-V3", 8, (1, 2, 4, 8)),
        ("meta-llama/Llama-3.1-8B-Instruct", 1, (1,)),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", 8, (1, 2, 4, 8)),
        ("tiiuae/falcon-mamba-7b", 8, (1, 2, 4, 8)),
        ("tiiuae/Falcon-H1-0.5B-Base", 8, (1, 2)),
        ("openbmb/MiniCPM3-4B", 8, (1, 2, 4, 8)),
    ],
)
def test_a_degree_divides_all_that_vllm_shards(model_id: str, gpus: int, expected: tuple[int, ...]) -> None:
    """Phi-4: 100,352 entries do not divide by 5; Qwen3 30B: 768 / 4 is no multiple of a block of 128."""
    assert expected == valid_degrees(real_model(model_id), gpus)


@pytest.mark.parametrize(
    ("model_id", "degree", "expected"),
    [
        # 64 rows of keys on each GPU, in blocks of 128 x 128.
        (
            "unsloth/Llama-3.2-1B-Instruct-FP8-Block",
            8,
            SplitBlock(what="query, key and value projections", share=64, multiple=128),
        ),
        ("unsloth/Llama-3.2-1B-Instruct-FP8-Block", 4, None),
        ("Qwen/Qwen2.5-VL-3B-Instruct", 8, Indivisible(what="vision encoder's width", size=3420)),
        ("Qwen/Qwen2.5-VL-3B-Instruct", 4, None),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", 2, OneGpuOnly()),
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", 1, None),
        ("meta-llama/Llama-3.1-8B-Instruct", 3, Indivisible(what="attention heads", size=32)),
        ("tiiuae/Falcon-H1-0.5B-Base", 8, None),
        ("Qwen/Qwen3-30B-A3B", 64, Indivisible(what="attention heads", size=32)),
        ("google/gemma-4-31B-it", 8, None),
    ],
)
def test_what_stands_in_the_way_of_a_degree(model_id: str, degree: int, expected: Obstacle | None) -> None:
    """As vLLM 0.19 and 0.33 build the models, or the loader of bitsandbytes refuses them."""
    assert expected == degree_obstacle(real_model(model_id), degree)


def test_the_heads_of_states_are_divided() -> None:
    """Falcon-H1 with 6 heads of states instead of 24, which 4 GPUs cannot share."""
    model = real_model("tiiuae/Falcon-H1-0.5B-Base")
    assert model.recurrent is not None
    state = replace(model.recurrent.state, heads=(6,))
    fewer = replace(model, recurrent=replace(model.recurrent, state=state))

    assert degree_obstacle(model, 4) is None
    assert degree_obstacle(fewer, 2) is None
    assert degree_obstacle(fewer, 4) == Indivisible(what="heads of its states", size=6)


@pytest.mark.parametrize(
    ("heads", "head_dim", "group", "expected"),
    [(14, 64, 128, (1, 7)), (14, 64, 64, (1, 2, 7)), (16, 64, 128, (1, 2, 4, 8))],
)
def test_groups_that_share_a_scale_stay_on_one_gpu(
    heads: int, head_dim: int, group: int, expected: tuple[int, ...]
) -> None:
    """The output projection of 14 heads of 64 has 896 inputs: 7 groups of 128, 14 of 64."""
    awq = {"quant_method": "awq", "group_size": group}
    config = {"hidden_size": heads * head_dim, "num_attention_heads": heads, "num_key_value_heads": heads}
    model = parse_model(llama(**config, intermediate_size=7168, vocab_size=7 * 4096, quantization_config=awq))

    assert expected == valid_degrees(model, 8)


@pytest.mark.parametrize(
    ("model_id", "version", "expected"),
    [
        ("Qwen/Qwen3-30B-A3B-FP8", (0, 29), (1, 2)),
        ("Qwen/Qwen3-30B-A3B-FP8", (0, 30), (1, 2, 4, 8)),
        ("Qwen/Qwen3-30B-A3B-FP8", (0, 33), (1, 2, 4, 8)),
        ("MiniMaxAI/MiniMax-M2.5", (0, 33), (1, 2, 4, 8)),
        ("Qwen/Qwen3-30B-A3B-GPTQ-Int4", (0, 19), (1, 2, 4, 8)),
        ("LGAI-EXAONE/EXAONE-4.0-32B-FP8", (0, 33), (1, 2)),
        ("XiaomiMiMo/MiMo-V2-Flash", (0, 13), (1, 2)),
        ("XiaomiMiMo/MiMo-V2-Flash", (0, 14), (1, 2, 4, 8)),
    ],
)
def test_what_may_be_divided_depends_on_the_version(
    model_id: str, version: Version, expected: tuple[int, ...]
) -> None:
    """Experts of 768 / 8 = 96 in FP8 from 0.30 on; keys of 192 in blocks of 128 from 0.14 on."""
    model, behavior = real_model(model_id), behavior_of(version)

    assert expected == valid_degrees(model, 8, behavior, replicate_kv_heads=True)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"n_routed_experts": 8, "moe_intermediate_size": 1024}, (1, 2, 4, 8)),
        ({"n_routed_experts": 8, "moe_intermediate_size": 512}, (1, 2, 4)),
        ({"n_routed_experts": 8, "moe_intermediate_size": 1024, "n_shared_experts": 1}, (1, 2, 4, 8)),
        ({"num_experts": 8, "moe_intermediate_size": 1024, "shared_expert_intermediate_size": 640}, (1,)),
        ({"n_routed_experts": 8, "moe_intermediate_size": 1024, "first_k_dense_replace": 1}, (1, 2, 4)),
    ],
)
def test_experts_are_divided_into_blocks_too(keys: dict[str, int], expected: tuple[int, ...]) -> None:
    """Blocks of 128: 1024 / 8 is one, 512 / 8 is half a one; a dense width of 1536 has 12."""
    blocks = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    sizes = {"num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 1536}
    model = parse_model(llama(model_type="qwen3_moe", **sizes, **keys, quantization_config=blocks))

    assert expected == valid_degrees(model, 8)


def test_some_classes_have_no_fewer_experts_than_gpus() -> None:
    """`Qwen3MoeSparseMoeBlock` of `vllm/model_executor/models/qwen3_moe.py`; Mixtral has no such check."""
    qwen, mixtral = real_model("Qwen/Qwen3-30B-A3B"), real_model("mistralai/Mixtral-8x7B-Instruct-v0.1")
    few = replace(qwen, shape=replace(qwen.shape, experts=4))

    assert degree_obstacle(few, 8) == FewerExperts(experts=4)
    assert degree_obstacle(few, 4) is None
    assert degree_obstacle(few, 8, behavior_of((0, 8, 5))) == FewerExperts(experts=4)
    assert degree_obstacle(replace(mixtral, shape=replace(mixtral.shape, experts=4)), 8) is None


def test_the_nearest_degree_is_the_largest_that_is_accepted() -> None:
    model = real_model("Qwen/Qwen2.5-1.5B-Instruct")

    assert [nearest_degree(model, degree) for degree in (1, 3, 4, 8)] == [1, 2, 4, 4]
    assert [divides_kv_heads(model, degree) for degree in (1, 2, 4)] == [True, True, False]


def test_groups_of_a_state_space_model_are_divided_unless_there_is_one() -> None:
    keys = {"mamba_n_heads": 32, "mamba_d_head": 64, "mamba_d_state": 128, "mamba_d_conv": 4}
    two, one = (
        parse_model(llama(model_type="bamba", attn_layer_indices=[3], mamba_n_groups=groups, **keys))
        for groups in (2, 1)
    )

    assert valid_degrees(two, 4) == (1, 2)
    assert valid_degrees(one, 4) == (1, 2, 4)


def test_multiples_of_the_kv_heads_are_valid_where_heads_may_be_replicated() -> None:
    """Qwen2.5-1.5B has 12 heads, 2 KV heads and a width of 8960, which 6 does not divide."""
    model = real_model("Qwen/Qwen2.5-1.5B-Instruct")

    assert (1, 2, 4) == valid_degrees(model, 8, replicate_kv_heads=True)


def test_a_degree_divides_the_feed_forward_width() -> None:
    assert (1, 2) == valid_degrees(parse_model(llama(intermediate_size=4098)), 4)


def test_a_degree_divides_the_vocabulary_as_it_is_padded_to_64() -> None:
    """7 x 4097 entries are padded to 449 x 64, which 7 does not divide, and 7 x 4096 are not padded."""
    sizes = {
        "hidden_size": 896,
        "num_attention_heads": 14,
        "num_key_value_heads": 14,
        "intermediate_size": 7168,
    }
    padded, whole = (parse_model(llama(vocab_size=7 * number, **sizes)) for number in (4097, 4096))

    assert degree_obstacle(padded, 7) == Indivisible(what="vocabulary", size=28_736)
    assert degree_obstacle(whole, 7) is None


@pytest.mark.parametrize(
    ("weights_gib", "gpu_gib", "expected"), [(17, 20, 1), (17.1, 20, 2), (131.4, 80, 2), (0.1, 80, 1)]
)
def test_weights_take_at_most_85_percent_of_the_gpus(weights_gib: float, gpu_gib: int, expected: int) -> None:
    assert expected == minimum_degree(int(weights_gib * GIB), gpu_gib * GIB)


@pytest.mark.parametrize(
    ("weights_gib", "utilization", "expected"),
    [(18, 0.95, 1), (18.1, 0.95, 2), (17, 0.8, 1), (17.1, 0.8, 2)],
)
def test_a_utilization_above_the_default_lets_weights_take_as_much_more(
    weights_gib: float, utilization: float, expected: int
) -> None:
    """On GPUs of 20 GiB: 85 + 5 percent of it are 18 GiB. A lower utilization does not change the 85."""
    assert expected == minimum_degree(int(weights_gib * GIB), 20 * GIB, utilization)


_BLOCKS_OF_128 = {"quant_method": "fp8", "weight_block_size": [128, 128]}
_GROUPS_OF_128 = {"quant_method": "awq", "group_size": 128}


@pytest.mark.parametrize(
    ("width", "quantization", "version", "expected"),
    [
        (1537, _BLOCKS_OF_128, (0, 13), SplitBlock(what="feed-forward width", share=1537, multiple=128)),
        (1537, _BLOCKS_OF_128, (0, 14), None),
        (1600, _GROUPS_OF_128, (0, 33), SplitBlock(what="feed-forward width", share=1600, multiple=128)),
        (1664, _GROUPS_OF_128, (0, 33), None),
    ],
)
def test_one_gpu_needs_whole_groups_and_whole_blocks_only_up_to_0_13(
    width: int, quantization: dict[str, object], version: Version, expected: Obstacle | None
) -> None:
    """From 0.14 on the outputs of merged matrices may have any number, odd ones too."""
    model = parse_model(llama(intermediate_size=width, quantization_config=quantization))

    assert expected == degree_obstacle(model, 1, behavior_of(version))


def test_the_nearest_degree_is_1_where_none_is_accepted() -> None:
    """1600 inputs in groups of 128."""
    model = parse_model(llama(intermediate_size=1600, quantization_config=_GROUPS_OF_128))

    assert valid_degrees(model, 4) == ()
    assert nearest_degree(model, 4) == 1


def test_blocks_of_fp8_stay_whole_in_the_projections_of_states() -> None:
    """Qwen3.6 27B has values of 48 heads of 128 in blocks of 128: any degree that divides the heads."""
    model = real_model("Qwen/Qwen3.6-27B-FP8")
    assert model.recurrent is not None
    state = model.recurrent.state
    narrow_outputs, narrow_inputs = (
        replace(model, recurrent=replace(model.recurrent, state=replace(state, **widths)))
        for widths in (
            {"output_widths": (2 * 64,), "input_widths": ()},
            {"output_widths": (), "input_widths": (2 * 64,)},
        )
    )

    assert degree_obstacle(model, 2) is None
    assert degree_obstacle(narrow_outputs, 1) is None
    assert degree_obstacle(narrow_outputs, 2, behavior_of((0, 13))) == SplitBlock(
        what="projections into its states", share=64, multiple=128
    )
    assert degree_obstacle(narrow_inputs, 1) is None
    assert degree_obstacle(narrow_inputs, 2) == SplitBlock(
        what="projections out of its states", share=64, multiple=128
    )
