"""Typed access to JSON objects from the Hub."""

from typing import Any

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader, truncated_repr
from recommender.model.errors import ImplausibleMetadata, UnsupportedModel


def test_a_null_is_the_same_as_an_absent_key() -> None:
    assert parse_model(llama(head_dim=None)) == parse_model(llama())


def test_a_whole_number_written_as_a_float_is_read() -> None:
    assert parse_model(llama(num_hidden_layers=8.0)) == parse_model(llama())


def _reader(**document: Any) -> ConfigReader:
    return ConfigReader(document, name="config.json")


def test_the_first_key_that_is_set_wins_over_the_others_and_over_defaults() -> None:
    config = ConfigReader(
        {"n_head": 8, "heads": 16, "empty": None}, name="x", defaults={"empty": 1, "n_head": 2}
    )

    assert config.positive_int("empty", "n_head", "heads") == 8
    assert config.positive_int("empty") == 1
    assert config.with_defaults({"absent": 3}).positive_int("absent") == 3


def test_a_missing_number_is_named_as_unsupported_and_an_impossible_one_as_implausible() -> None:
    with pytest.raises(UnsupportedModel, match="config.json does not state hidden_size"):
        _reader().positive_int("hidden_size", "n_embd")
    with pytest.raises(ImplausibleMetadata, match="config.json says n_embd = 0"):
        _reader(n_embd=0).positive_int("hidden_size", "n_embd")


@pytest.mark.parametrize("value", [-1, 0, 1.5, True, "8", [8], {}, float("nan"), float("inf"), 10**400])
def test_what_is_not_a_positive_whole_number_is_implausible(value: object) -> None:
    with pytest.raises(ImplausibleMetadata, match="says n = "):
        _reader(n=value).optional_positive_int("n")


def test_zero_is_a_non_negative_number_and_the_default() -> None:
    assert _reader(n=0).non_negative_int("n") == 0
    assert _reader().non_negative_int("n") == 0
    with pytest.raises(ImplausibleMetadata):
        _reader(n=-1).non_negative_int("n")


def test_only_true_is_true() -> None:
    assert [_reader(key=value).is_true("key") for value in (True, 1, "true", False, None)] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_strings_of_other_types_are_absent() -> None:
    assert _reader(a=7, b="text").string("a") is None
    assert _reader(a=7, b="text").string("b") == "text"


def test_a_list_holds_items_and_anything_else_is_implausible() -> None:
    assert _reader(key=[1, "a"]).items("key") == (1, "a")
    assert _reader(key=["a", 7, [8]]).strings("key") == ("a", "7", "a list")
    assert _reader().items("key") == ()
    with pytest.raises(ImplausibleMetadata, match="key = 'text'"):
        _reader(key="text").items("key")


def test_nested_objects_are_named_after_their_key() -> None:
    config = _reader(rope_scaling={"factor": 0}, blocks=[{"n": 1}, 7])

    with pytest.raises(ImplausibleMetadata, match="config.json, rope_scaling says factor = 0"):
        config.nested("rope_parameters", "rope_scaling").positive_int("factor")
    assert [block.is_set("n") for block in config.nested_items("blocks")] == [True, False]
    assert config.nested("absent").sorted_keys() == ()


def test_a_quoted_value_is_short() -> None:
    assert truncated_repr("x" * 1000) == "'" + "x" * 59
    assert (truncated_repr([[]]), truncated_repr({})) == ("a list", "an object")
