"""From the documents of the Hub to a model, or to the reason why it is not supported."""

import pytest
from support.metadata import ABSENT, llama, real

from recommender.model import HubMetadata, describe_model, parse_model, stated_classes
from recommender.model.dtype import Dtype
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel


def test_the_nested_language_model_is_read() -> None:
    # GIVEN a multimodal configuration around a Llama
    inner = dict(llama().config or {})
    outer = HubMetadata(
        model_id="org/llama",
        information=llama().information,
        config={
            "architectures": ["LlavaForConditionalGeneration"],
            "model_type": "llava",
            "vision_config": {"hidden_size": 1024},
            "hidden_size": 1,
            "text_config": inner,
        },
    )

    # WHEN it is parsed
    model = parse_model(outer)

    # THEN the sizes are the Llama's and the name is the whole model's
    assert parse_model(llama()).attention == model.attention
    assert (model.architecture, model.has_vision) == ("llava", True)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, Dtype.BFLOAT16),
        ({"torch_dtype": "torch.float16"}, Dtype.FLOAT16),
        ({"torch_dtype": ABSENT, "dtype": "float32"}, Dtype.FLOAT32),
        ({"torch_dtype": ABSENT}, Dtype.BFLOAT16),
        ({"torch_dtype": "auto"}, Dtype.BFLOAT16),
    ],
    ids=["torch_dtype", "with prefix", "dtype", "from the weights", "unknown"],
)
def test_native_dtype_is_the_stated_one_or_that_of_the_weights(
    settings: dict[str, object], expected: Dtype
) -> None:
    assert expected is parse_model(llama(**settings)).native_dtype


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("BAAI/bge-large-en", "embedding"),
        ("BAAI/bge-reranker-v2-m3", "reranker"),
        ("sentence-transformers/all-MiniLM-L6-v2", "embedding"),
        ("Qwen/Qwen3-Reranker-0.6B", "reranker"),
        ("google-bert/bert-base-uncased", "encoder-only"),
        ("google/flan-t5-large", "encoder-decoder"),
        ("openai/whisper-large-v3", "speech"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "diffusion"),
        ("example-org/phi-3-mini-pycoder-lora", "adapter"),
        ("ggml-org/gemma-3-1b-it-GGUF", "GGUF"),
        ("deepseek-ai/DeepSeek-V4-Flash", "deepseek_v4"),
    ],
)
def test_unsupported_repositories_are_refused_with_a_reason(model_id: str, reason: str) -> None:
    with pytest.raises(UnsupportedModel, match=reason):
        parse_model(real(model_id))


@pytest.mark.parametrize(
    "settings",
    [
        {"architectures": ["LlamaForSequenceClassification"]},
        {"model_type": "brand_new", "mamba_d_state": 128},
        {"model_type": ABSENT},
        {"linear_num_key_heads": 16},
        {"mamba_d_state": 128},
        {"block_configs": [{"attention": {"no_op": True}}]},
        {"index_n_heads": 64},
        {"layer_types": ["full_attention", "linear_attention"]},
        {"quantization_config": {"quant_method": "hqq"}},
        {"quantization_config": {"bits": 4}},
        {
            "quantization_config": {
                "quant_method": "compressed-tensors",
                "format": "marlin-24",
                "config_groups": {"group_0": {"weights": {"num_bits": 4}}},
            }
        },
        {"kv_lora_rank": 512},
        {"model_type": "mistral", "num_hidden_layers": ABSENT},
        {"model_type": "mistral", "vocab_size": ABSENT},
        {"model_type": "bamba"},
        {"model_type": "nemotron-nas", "block_configs": [7] * 8},
        {"model_type": "nemotron_h", "hybrid_override_pattern": "M*M*M*MX"},
        {"model_type": "gemma3n_text", "num_kv_shared_layers": 8},
        {"model_type": "gemma3n_text", "num_kv_shared_layers": 80},
    ],
    ids=str,
)
def test_unsupported_features_of_a_supported_architecture_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(**settings))


@pytest.mark.parametrize("wrapper", ["voxtral", "qwen2_audio", "janus"])
def test_a_wrapper_that_is_not_listed_is_estimated_around_its_language_model(wrapper: str) -> None:
    inner = dict(llama().config or {})
    outer = {"architectures": ["XForConditionalGeneration"], "model_type": wrapper, "text_config": inner}
    model = parse_model(HubMetadata(model_id="org/x", information=llama().information, config=outer))

    assert model.is_estimated
    assert (model.architecture, model.attention) == (wrapper, parse_model(llama()).attention)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_hidden_layers": -4}, "num_hidden_layers"),
        ({"num_hidden_layers": 10**12}, "num_hidden_layers"),
        ({"num_hidden_layers": "many"}, "num_hidden_layers"),
        ({"num_hidden_layers": True}, "num_hidden_layers"),
        ({"num_hidden_layers": 2.5}, "num_hidden_layers"),
        ({"num_hidden_layers": float("inf")}, "num_hidden_layers"),
        ({"num_hidden_layers": 10**400}, "num_hidden_layers"),
        ({"num_hidden_layers": [8]}, "num_hidden_layers"),
        ({"num_key_value_heads": 5}, "5 KV heads"),
        ({"hidden_size": 8}, "hidden size of 8"),
        ({"max_position_embeddings": 0}, "max_position_embeddings"),
        ({"max_position_embeddings": 3}, "longest context of 3"),
        ({"quantization_config": {"quant_method": "awq", "bits": 99}}, "bits = 99"),
        ({"rope_scaling": {"type": "linear", "factor": -2}}, "factor"),
        ({"rope_scaling": {"type": "linear", "factor": "4"}}, "factor"),
        ({"rope_scaling": {"type": "linear", "factor": float("inf")}}, "factor"),
        ({"rope_scaling": {"type": "linear", "factor": 1e308}}, "factor"),
        ({"num_hidden_layers": 10_001}, "10001 layers"),
        ({"sliding_window": -1}, "sliding_window"),
        ({"layer_types": 7}, "layer_types"),
        ({"layer_types": ["full_attention"] * 3}, "3 layer_types for 8 layers"),
        ({"model_type": "bamba", "attn_layer_indices": [9]}, "layer 9 of 8"),
        ({"model_type": "bamba", "attn_layer_indices": [-1]}, "attn_layer_indices = -1"),
        ({"model_type": "bamba", "attn_layer_indices": [True]}, "attn_layer_indices = True"),
        ({"model_type": "jamba", "attn_layer_period": 0}, "attn_layer_period"),
        ({"model_type": "jamba", "attn_layer_period": 2, "attn_layer_offset": "1"}, "attn_layer_offset"),
        ({"model_type": "nemotron_h", "hybrid_override_pattern": "M*"}, "2 hybrid_override_pattern"),
        ({"model_type": "nemotron_h", "hybrid_override_pattern": 7}, "hybrid_override_pattern"),
        ({"model_type": "nemotron-nas", "block_configs": [{}]}, "1 blocks for 8 layers"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_impossible_value_is_refused_by_its_name(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ImplausibleMetadata, match=named):
        parse_model(llama(**settings))


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "config",
    [
        {"num_hidden_layers": _nested(100_000)},
        {"architectures": [_nested(100_000)]},
        {"layer_types": [_nested(100_000)] * 8},
        {"rope_scaling": {"rope_type": "linear", "factor": _nested(100_000)}},
        {"quantization_config": {"quant_method": "gptq", "bits": _nested(100_000)}},
    ],
    ids=lambda config: next(iter(config)),
)
def test_values_nested_too_deeply_to_be_printed_are_refused_like_any_other(config: dict[str, object]) -> None:
    """The reader of JSON gives up at about the depth at which Python cannot print a value, but not before."""
    with pytest.raises((ImplausibleMetadata, UnsupportedModel)):
        parse_model(llama(**config))


def test_a_model_that_is_not_supported_is_still_described() -> None:
    info = describe_model(real("BAAI/bge-large-en"))

    assert (info.parameter_count, info.native_dtype) == (335_142_400, "float32")
    assert (info.max_position_embeddings, info.architecture) == (512, "bert")


def test_a_repository_without_any_facts_is_described_by_nulls() -> None:
    info = describe_model(HubMetadata(model_id="org/empty", information={}, config=None))

    assert {info.parameter_count, info.native_dtype, info.max_position_embeddings, info.architecture} == {
        None
    }


def test_an_unsupported_model_with_impossible_counts_is_still_described() -> None:
    metadata = llama(parameters={"BF16": -1}, model_type="brand_new")

    assert describe_model(metadata).parameter_count is None


def test_the_first_ten_classes_of_a_repository_count() -> None:
    classes = [f"Class{number}ForCausalLM" for number in range(12)]

    assert list(stated_classes(llama(architectures=classes))) == classes[:10]
