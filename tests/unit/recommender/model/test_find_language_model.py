"""The language model's part of config.json, wherever it is."""

import pytest

from recommender.model.config_reader import ConfigReader
from recommender.model.find_language_model import find_language_model, language_class, language_model_config

_SMALL = {"hidden_size": 512, "num_hidden_layers": 8, "vocab_size": 3000}
_LARGE = {"hidden_size": 4096, "num_hidden_layers": 32, "vocab_size": 152_000}


def _reader(**config: object) -> ConfigReader:
    return ConfigReader(config, name="config.json")


def test_a_usual_key_is_taken_whatever_it_holds() -> None:
    assert language_model_config(_reader(**_LARGE, text_config={"a": 1})).sorted_keys() == ("a",)


def test_without_one_it_is_the_whole_document() -> None:
    assert find_language_model(_reader(**_LARGE)).positive_int("hidden_size") == 4096


def test_the_largest_nested_one_is_found() -> None:
    """Qwen3-Omni: a thinker with a language model inside, and a smaller talker."""
    found = find_language_model(
        _reader(thinker_config={"text_config": _LARGE}, talker_config={"text_config": _SMALL})
    )

    assert found.positive_int("hidden_size") == 4096


def test_layers_count_as_much_as_their_width() -> None:
    deep, wide = {**_SMALL, "num_hidden_layers": 100}, {**_LARGE, "num_hidden_layers": 2}
    found = find_language_model(_reader(a={"deep": deep}, b={"wide": wide}))

    assert found.positive_int("num_hidden_layers") == 100


def test_three_levels_are_searched() -> None:
    assert find_language_model(_reader(a={"b": {"c": _LARGE}})).is_set("hidden_size")
    assert not find_language_model(_reader(a={"b": {"c": {"d": _LARGE}}})).is_set("hidden_size")


def test_where_there_is_none_the_usual_part_is_named_in_errors() -> None:
    assert find_language_model(_reader(text_config={})).name == "config.json, text_config"


@pytest.mark.parametrize(
    ("nested", "expected"),
    [
        ({"architectures": ["Qwen2ForCausalLM", "Another"]}, "Qwen2ForCausalLM"),
        ({"architectures": ["InternVLChatModel"]}, None),
        ({"model_type": "ministral3"}, "Ministral3ForCausalLM"),
        ({"model_type": "mistral"}, None),
        ({"architectures": 7}, None),
        ({}, None),
    ],
)
def test_the_class_of_a_nested_language_model_is_the_first_stated(
    nested: dict[str, object], expected: str | None
) -> None:
    assert language_class(_reader(architectures=["InternVLChatModel"], llm_config=nested)) == expected


def test_a_model_that_nests_none_has_no_class_besides_its_own() -> None:
    assert language_class(_reader(architectures=["Qwen2ForCausalLM"], **_LARGE)) is None
