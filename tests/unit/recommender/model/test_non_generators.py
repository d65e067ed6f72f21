"""Repositories that do not generate text."""

from dataclasses import replace

import pytest
from support.metadata import ABSENT, llama

from recommender.model import HubMetadata, may_be_in_mistral_format, parse_model
from recommender.model.errors import UnsupportedModel


def test_a_gguf_repository_with_a_config_is_refused_too() -> None:
    metadata = llama(information={"safetensors": None, "gguf": {"total": 8_000_000_000}})

    with pytest.raises(UnsupportedModel, match="GGUF-only"):
        parse_model(metadata)


@pytest.mark.parametrize("library", ["gguf", "mlx", "transformers.js", "peft", "openvino", "onnx"])
def test_repositories_for_other_engines_are_refused(library: str) -> None:
    with pytest.raises(UnsupportedModel):
        parse_model(llama(information={"library_name": library, "safetensors": None}))


def test_an_adapter_is_named_as_one_whatever_the_hub_counts() -> None:
    """The weights of an adapter are safetensors too, without a config.json next to them."""
    adapter = llama(information={"library_name": "peft"})

    with pytest.raises(UnsupportedModel, match="an adapter without its base model"):
        parse_model(replace(adapter, config=None))


def test_a_tagged_embedding_model_is_refused_whatever_its_library() -> None:
    """A modules.json, which the tag shows, makes vLLM pool, although its class generates text."""
    tagged = {"library_name": "transformers", "tags": ["transformers", "sentence-transformers"]}

    with pytest.raises(UnsupportedModel, match="an embedding model"):
        parse_model(llama(information={**tagged, "pipeline_tag": "feature-extraction"}))
    assert parse_model(llama(information={**tagged, "pipeline_tag": "text-generation"})).class_name


@pytest.mark.parametrize("library", ["peft", "gguf", "transformers.js"])
def test_a_library_says_nothing_against_weights_that_vllm_loads(library: str) -> None:
    """Adapters merged into their base model, and models whose files include a conversion."""
    assert parse_model(llama(information={"library_name": library})).class_name == "LlamaForCausalLM"


@pytest.mark.parametrize(
    ("tags", "kind"),
    [(["openvino", "text-generation"], "OpenVINO"), (["transformers", "onnx"], "ONNX")],
)
def test_files_without_weights_for_vllm_are_refused_where_the_tags_show_it(
    tags: list[str], kind: str
) -> None:
    """The Hub adds the tags from the files of a repository."""
    with pytest.raises(UnsupportedModel, match=kind):
        parse_model(llama(information={"safetensors": None, "tags": tags}))


def test_conversions_next_to_weights_for_vllm_do_no_harm() -> None:
    tags = ["onnx", "pytorch", 7]

    assert parse_model(llama(information={"safetensors": None, "tags": tags})).class_name


@pytest.mark.parametrize("method", [{}, {"quantization_config": {"bits": 4, "group_size": 64}}])
def test_checkpoints_quantized_by_mlx_are_refused(method: dict[str, object]) -> None:
    """mlx-lm writes `quantization`, and in later versions a copy of it as `quantization_config`."""
    with pytest.raises(UnsupportedModel, match="MLX"):
        parse_model(llama(quantization={"bits": 4, "group_size": 64}, **method))


@pytest.mark.parametrize(
    "pipeline",
    ["question-answering", "text-classification", "feature-extraction", "fill-mask", "text-to-speech"],
)
def test_a_class_that_generates_text_decides_before_the_pipeline_tag(pipeline: str) -> None:
    """A Llama tagged question-answering (HPAI-BSC/Llama3.1-Aloe-Beta-70B) is served by vLLM."""
    assert parse_model(llama(information={"pipeline_tag": pipeline})).class_name == "LlamaForCausalLM"


@pytest.mark.parametrize(
    ("class_name", "pipeline", "reason"),
    [
        ("LlamaModel", "feature-extraction", "embedding"),
        ("LlamaForSequenceClassification", "text-classification", "classifier"),
        ("LlamaForCausalLM", "text-ranking", "reranker"),
        ("LlamaForCausalLM", "sentence-similarity", "embedding"),
        ("Qwen3ASRForConditionalGeneration", "automatic-speech-recognition", "speech"),
        ("LlamaForTokenClassification", None, "does not generate text"),
    ],
)
def test_a_class_that_generates_no_text_is_refused(
    class_name: str, pipeline: str | None, reason: str
) -> None:
    metadata = llama(architectures=[class_name], information={"pipeline_tag": pipeline})

    with pytest.raises(UnsupportedModel, match=reason):
        parse_model(metadata)


def test_a_sentence_transformers_repository_is_an_embedding_model_whatever_its_class() -> None:
    """vLLM pools where it finds `modules.json`: `_get_default_runner_type` of `vllm/config/model.py`."""
    with pytest.raises(UnsupportedModel, match="embedding"):
        parse_model(llama(information={"library_name": "sentence-transformers"}))


@pytest.mark.parametrize("stated", [ABSENT, []])
def test_a_config_without_a_class_is_refused_as_vllm_refuses_it(stated: object) -> None:
    """`vllm/model_executor/models/registry.py`, `inspect_model_cls`."""
    with pytest.raises(UnsupportedModel, match="No model architectures are specified"):
        parse_model(llama(architectures=stated))


def test_without_any_configuration_it_is_said_which_files_vllm_reads() -> None:
    with pytest.raises(UnsupportedModel, match=r"no config\.json, and no params\.json"):
        parse_model(HubMetadata(model_id="org/something", information={}, config=None))


@pytest.mark.parametrize(
    ("information", "config", "expected"),
    [
        ({}, None, True),
        ({"library_name": "vllm", "tags": ["mistral-common"]}, None, True),
        ({}, {}, False),
        ({}, {"architectures": ["Ministral3ForCausalLM"]}, True),
        ({}, {"text_config": {"model_type": "ministral3"}}, True),
        ({}, {"text_config": {"model_type": "mistral"}}, False),
        ({}, {"text_config": {"model_type": 7, "architectures": 7}}, False),
        ({}, {"architectures": 7}, False),
        ({"library_name": "diffusers"}, None, False),
        ({"gguf": {"total": 1}}, None, False),
        ({"library_name": "peft"}, None, False),
        ({"pipeline_tag": "feature-extraction"}, None, False),
    ],
)
def test_only_an_unknown_kind_without_a_config_or_devstral_2_may_be_in_mistrals_format(
    information: dict[str, object], config: dict[str, object] | None, *, expected: bool
) -> None:
    assert may_be_in_mistral_format(information, config) == expected
