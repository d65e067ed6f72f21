"""What is read from config.json and from the model information."""

import pytest
from support.metadata import ABSENT, llama, real, real_model

from recommender.model import HubMetadata, KVHeads, MLACache, describe_model, parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel

_BILLION = 10**9


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


def test_latent_attention_caches_its_latent_and_its_rotary_key() -> None:
    """DeepSeek-V3: 61 layers of 512 + 64 values."""
    (layers,) = real_model("deepseek-ai/DeepSeek-V3").attention

    assert isinstance(layers.cache, MLACache)
    assert (layers.count, layers.cache.width) == (61, 576)


def test_head_size_follows_from_the_hidden_size_where_it_is_not_stated() -> None:
    model = parse_model(llama(hidden_size=2048, num_attention_heads=16))

    assert KVHeads(kv_heads=4, head_dim=128) == model.attention[0].cache


def test_stated_head_size_wins_over_the_computed_one() -> None:
    model = parse_model(llama(head_dim=96))

    assert KVHeads(kv_heads=4, head_dim=96) == model.attention[0].cache


def test_a_null_is_the_same_as_an_absent_key() -> None:
    assert parse_model(llama(head_dim=None)) == parse_model(llama())


def test_a_nested_language_model_is_what_is_read() -> None:
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
    ("settings", "expected"),
    [
        ({}, None),
        ({"sliding_window": 4096}, 4096),
        ({"sliding_window": 4096, "use_sliding_window": False}, None),
        ({"sliding_window": 0}, None),
        ({"sliding_window": None}, None),
    ],
)
def test_a_sliding_window_counts_unless_it_is_switched_off(
    settings: dict[str, object], expected: int | None
) -> None:
    assert expected == parse_model(llama(**settings)).sliding_window


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
        ({"rope_scaling": {"type": "linear"}}, 8192),
    ],
    ids=str,
)
def test_context_limit_follows_vllm(settings: dict[str, object], expected: int) -> None:
    """`vllm/config/model.py`, `_get_and_verify_max_len`."""
    assert expected == parse_model(llama(**settings)).max_position_embeddings


def test_gemma_3_has_its_scaling_in_the_stated_limit() -> None:
    assert real_model("google/gemma-3-27b-it").max_position_embeddings == 131_072


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
        ("microsoft/Phi-3-small-8k-instruct", "phi3small"),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct", "mllama"),
    ],
)
def test_what_is_no_understood_generator_is_refused_by_name(model_id: str, reason: str) -> None:
    with pytest.raises(UnsupportedModel, match=reason):
        parse_model(real(model_id))


@pytest.mark.parametrize(
    "settings",
    [
        {"architectures": ["LlamaForSequenceClassification"]},
        {"model_type": "brand_new"},
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
                "format": "mxfp4-pack-quantized",
                "config_groups": {"group_0": {"weights": {"num_bits": 4}}},
            }
        },
        {"kv_lora_rank": 512},
        {"audio_config": {"hidden_size": 1280}},
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
def test_a_known_name_does_not_hide_what_is_not_understood(settings: dict[str, object]) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(**settings))


def test_a_model_that_is_not_supported_is_still_described() -> None:
    info = describe_model(real("BAAI/bge-large-en"))

    assert (info.parameter_count, info.native_dtype) == (335_142_400, "float32")
    assert (info.max_position_embeddings, info.architecture) == (512, "bert")


def test_a_repository_without_any_facts_is_described_by_nulls() -> None:
    info = describe_model(HubMetadata(model_id="org/empty", information={}, config=None))

    assert {info.parameter_count, info.native_dtype, info.max_position_embeddings, info.architecture} == {
        None
    }


def test_impossible_counts_do_not_keep_an_unsupported_model_from_being_described() -> None:
    metadata = llama(parameters={"BF16": -1}, model_type="brand_new")

    assert describe_model(metadata).parameter_count is None


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
        ({"model_type": "bamba", "attn_layer_indices": [-1]}, "layer -1"),
        ({"model_type": "bamba", "attn_layer_indices": [True]}, "layer True"),
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


@pytest.mark.parametrize(
    "safetensors",
    [
        {"parameters": {"BF16": -1}},
        {"parameters": {"BF16": 0}},
        {"parameters": {"BF16": 1000}},
        {"parameters": {"BF16": "8B"}},
        {"parameters": {"BF16": 10**18}},
        {"parameters": {"BF16": True}},
        {"parameters": {"Q4_K": 5}},
        {"parameters": [1]},
        [1],
        {"total": -5},
    ],
    ids=str,
)
def test_impossible_weight_counts_are_refused(safetensors: object) -> None:
    with pytest.raises(ImplausibleMetadata, match="Hub"):
        parse_model(llama(information={"safetensors": safetensors}))


def test_a_whole_number_written_as_a_float_is_read() -> None:
    assert parse_model(llama(num_hidden_layers=8.0)) == parse_model(llama())


def test_keys_that_a_class_has_a_default_for_may_be_left_out() -> None:
    """llava-1.5-7b says of its Llama no more than its type; `LlamaConfig` is that of Llama 2 7B."""
    shape = parse_model(
        HubMetadata(
            model_id="org/llava",
            information=llama().information,
            config={
                "architectures": ["LlavaForConditionalGeneration"],
                "model_type": "llava",
                "text_config": {"model_type": "llama", "max_position_embeddings": 4096, "vocab_size": 32_064},
            },
        )
    ).shape

    assert (shape.layers, shape.hidden_size, shape.attention_heads, shape.kv_heads) == (32, 4096, 32, 32)


def test_gemma_has_heads_of_256_whether_it_says_so_or_not() -> None:
    assert parse_model(llama(model_type="gemma2", head_dim=ABSENT)).shape.head_dim == 256


@pytest.mark.parametrize("wrapper", ["voxtral", "qwen2_audio", "janus"])
def test_a_wrapper_that_is_not_listed_is_refused_by_its_name(wrapper: str) -> None:
    inner = dict(llama().config or {})
    outer = {"architectures": ["XForConditionalGeneration"], "model_type": wrapper, "text_config": inner}

    with pytest.raises(UnsupportedModel, match=wrapper):
        parse_model(HubMetadata(model_id="org/x", information=llama().information, config=outer))


def test_a_gguf_repository_with_a_config_is_refused_too() -> None:
    metadata = llama(information={"safetensors": None, "gguf": {"total": 8_000_000_000}})

    with pytest.raises(UnsupportedModel, match="GGUF-only"):
        parse_model(metadata)


@pytest.mark.parametrize("library", ["gguf", "mlx", "transformers.js", "peft"])
def test_repositories_for_other_engines_are_refused(library: str) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(information={"library_name": library}))


def test_coheres_own_key_of_the_context_wins() -> None:
    assert real_model("CohereLabs/c4ai-command-r-v01").max_position_embeddings == 131_072


@pytest.mark.parametrize(("method", "expected"), [("compressed-tensors", True), ("bitsandbytes", False)])
def test_integers_are_computed_with_only_where_the_scheme_says_so(method: str, *, expected: bool) -> None:
    quantization = {"quant_method": method, "load_in_8bit": True, "bits": 8}
    model = parse_model(
        llama(
            quantization_config=quantization,
            parameters={"I8": 3 * _BILLION, "BF16": _BILLION},
        )
    )

    assert model.computes_in_int8 is expected


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


def test_counts_nested_too_deeply_to_be_printed_are_refused_like_any_other() -> None:
    counts: dict[str, int] = {"BF16": _nested(100_000)}  # type: ignore[dict-item]

    with pytest.raises(ImplausibleMetadata, match="gives a list as the number"):
        parse_model(llama(parameters=counts))
