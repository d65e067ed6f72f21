"""A model of an unknown architecture is bounded from above."""

import pytest
from support.instances import instance
from support.metadata import ABSENT, llama

from recommender.hardware.gpu import gpu_of
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu
from recommender.model import FullAttention, HubMetadata, KVHeads, parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnknownArchitecture
from recommender.planning.quantization_options import quantization_options
from recommender.vllm.quantization import FP8

_UNKNOWN = {"model_type": "brand_new", "architectures": ["BrandNewForCausalLM"]}

# `llama()`: 2 embeddings of 32,000 x 1024; in each of 8 layers projections of 1024 x 64 x (2 x 16 + 2 x 4)
# and three matrices of 1024 x 4096, or two.
_EMBEDDINGS = 2 * 32_000 * 1024
_WITH_GATE = _EMBEDDINGS + 8 * (1024 * 64 * 40 + 3 * 1024 * 4096)
_WITHOUT_GATE = _EMBEDDINGS + 8 * (1024 * 64 * 40 + 2 * 1024 * 4096)


def _unknown(**settings: object) -> HubMetadata:
    return llama(**{**_UNKNOWN, "tie_word_embeddings": False, **settings})  # type: ignore[arg-type]


def test_a_model_of_a_known_architecture_is_not_estimated() -> None:
    assert not parse_model(llama()).is_estimated


def test_every_layer_caches_the_whole_context() -> None:
    model = parse_model(_unknown())

    assert model.is_estimated
    (layers,) = model.attention
    assert layers.count == 8
    assert layers.cache == KVHeads(kv_heads=4, head_dim=64)
    assert layers.span == FullAttention()


def test_weights_have_a_margin_and_the_parameter_count_has_none() -> None:
    model = parse_model(_unknown(parameters={"BF16": _WITH_GATE}))

    assert model.weights.parameters == _WITH_GATE
    assert weight_bytes(model, Dtype.BFLOAT16) == pytest.approx(2 * _WITH_GATE * 1.03)


@pytest.mark.parametrize(
    ("stored", "matrices"), [(_WITH_GATE, 3), (_WITHOUT_GATE, 2)], ids=["with a gate", "without"]
)
def test_the_count_of_the_checkpoint_shows_whether_there_is_a_gate(stored: int, matrices: int) -> None:
    model = parse_model(_unknown(parameters={"BF16": stored}))

    assert model.shape.mlp_matrices == matrices
    assert model.whole_parameters == 0


@pytest.mark.parametrize(("stored", "matrices"), [(183_500_800, 3), (183_500_799, 2)])
def test_two_percent_less_than_with_a_gate_still_have_one(stored: int, matrices: int) -> None:
    """187,170,816 parameters with a gate are 1.02 times 183,500,800."""
    assert parse_model(_unknown(parameters={"BF16": stored})).shape.mlp_matrices == matrices


def test_less_than_a_quarter_of_what_is_described_is_refused() -> None:
    """153,616,384 parameters without gates are 4 times 38,404,096."""
    assert parse_model(_unknown(parameters={"BF16": 38_404_096})).weights.parameters == 38_404_096
    with pytest.raises(UnknownArchitecture, match="counts 38,404,095 parameters"):
        parse_model(_unknown(parameters={"BF16": 38_404_095}))


@pytest.mark.parametrize("unknown", [0, 333_000_000])
def test_routers_of_experts_are_whole_on_every_gpu_too(unknown: int) -> None:
    """In 8 layers 64 experts of three matrices of 1024 x 128, and a router of 1024 x 64."""
    experts = {"num_local_experts": 64, "moe_intermediate_size": 128, "num_experts_per_tok": 2}
    layer = 1024 * 64 * 40 + 64 * 3 * 1024 * 128 + 1024 * 64
    model = parse_model(_unknown(parameters={"BF16": _EMBEDDINGS + 8 * layer + unknown}, **experts))

    assert model.whole_parameters == unknown + 8 * 1024 * 64


def test_parameters_beyond_the_known_matrices_are_whole_on_every_gpu() -> None:
    """A third of a gigabyte of an adapter, an encoder or anything else."""
    model = parse_model(_unknown(parameters={"BF16": _WITH_GATE + 333_000_000}))

    assert model.whole_parameters == 333_000_000
    on_each = weight_bytes_per_gpu(model, Dtype.BFLOAT16, 4)
    assert on_each >= 2 * (_WITH_GATE / 4 + 333_000_000)


def test_quantizing_while_loading_leaves_what_is_not_known_in_16_bit() -> None:
    model = parse_model(_unknown(parameters={"BF16": _WITH_GATE + 333_000_000}))

    kept = 2 * (_EMBEDDINGS + 333_000_000)
    assert weight_bytes(model, Dtype.BFLOAT16, FP8) >= kept + (_WITH_GATE - _EMBEDDINGS)


def test_a_class_that_the_backend_for_transformers_runs_counts_as_whole_on_every_gpu() -> None:
    """Emu3 is in the registry as a class of transformers, whose plan for several GPUs is not known."""
    settings = {"architectures": ["Emu3ForConditionalGeneration"], "parameters": {"BF16": _WITH_GATE}}
    model = parse_model(_unknown(**settings))

    alone = weight_bytes_per_gpu(model, Dtype.BFLOAT16, 1)
    assert weight_bytes_per_gpu(model, Dtype.BFLOAT16, 4) == alone


def test_an_unknown_wrapper_around_a_known_language_model_keeps_its_attention() -> None:
    """Gemma 2's windows, which an unknown language model with the same keys does not get."""
    inner = dict(llama(model_type="gemma2", sliding_window=4096).config or {})
    wrapped = _unknown(architectures=["BrandNewForConditionalGeneration"], text_config=inner)

    assert [layers.count for layers in parse_model(wrapped).attention] == [4, 4]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"information": {"safetensors": None}}, "does not count its weights"),
        ({"parameters": {"BF16": 10_000_000}}, "10,000,000 parameters, and config.json describes about"),
        ({"num_hidden_layers": ABSENT}, "does not state num_hidden_layers"),
        ({"num_hidden_layers": 10**9}, "more than any model has"),
        ({"num_hidden_layers": "many"}, "num_hidden_layers = 'many'"),
        ({"num_key_value_heads": [4] * 8}, "num_key_value_heads = a list"),
        ({"hidden_size": ABSENT}, "does not state hidden_size"),
        (
            {"hidden_size": ABSENT, "text_config": {"text_config": {"text_config": {}}}},
            "does not state hidden",
        ),
        ({"model_type": ABSENT}, "no model_type"),
        ({"mamba_d_state": 16}, "sets mamba_d_state"),
        ({"quantization_config": {"quant_method": "brand_new"}}, "quantized with brand_new"),
        ({"layer_types": ["full_attention"] * 7 + ["memory"]}, "layers of the kind memory"),
    ],
    ids=str,
)
def test_what_cannot_be_bounded_is_refused_with_the_reason(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(UnknownArchitecture, match=reason):
        parse_model(_unknown(**settings))


def test_packed_weights_have_the_same_margin() -> None:
    """4-bit weights and their scales: 0.5 bytes and 2 of 128 weights each, and zero points of as many."""
    quantized = {"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}}
    settings = {"parameters": {"I32": 10**9, "F16": 10**8}, **quantized}
    estimated, known = parse_model(_unknown(**settings)), parse_model(llama(**settings))  # type: ignore[arg-type]

    assert estimated.weights.packed_bytes == pytest.approx(1.03 * known.weights.packed_bytes)
    assert estimated.weights.float_values == pytest.approx(1.03 * known.weights.float_values)


def test_a_wrapper_around_a_language_model_without_attention_has_no_heads() -> None:
    mamba = {"model_type": "mamba", "state_size": 16, "conv_kernel": 4, "num_attention_heads": ABSENT}
    inner = dict(llama(**mamba).config or {})  # type: ignore[arg-type]
    model = parse_model(_unknown(architectures=["BrandNewForConditionalGeneration"], text_config=inner))

    assert (model.attention, model.shape.attention_heads) == ((), 0)


def test_nothing_is_quantized_while_loading_an_estimated_model() -> None:
    """Its class may have experts or projections of its own, without kernels for them."""
    model = parse_model(_unknown())

    assert quantization_options(model, gpu_of(instance("g6e.xlarge"))) == ()


def test_experts_of_a_token_that_are_not_stated_are_assumed_to_be_many() -> None:
    experts = {"num_experts": [64, 64], "moe_intermediate_size": [1536, 512], "parameters": {"BF16": 10**10}}
    shape = parse_model(_unknown(**experts)).shape

    assert (shape.experts, shape.expert_intermediate_size, shape.experts_per_token) == (64, 1536, 16)
