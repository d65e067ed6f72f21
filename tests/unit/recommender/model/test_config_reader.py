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


def test_a_list_has_items_and_anything_else_is_implausible() -> None:
    assert _reader(key=["a", 7, [8]]).strings("key") == ("a", "7", "a list")
    assert _reader().strings("key") == ()
    with pytest.raises(ImplausibleMetadata, match="key = 'text'"):
        _reader(key="text").strings("key")


def test_a_list_longer_than_any_model_has_layers_is_implausible() -> None:
    assert len(_reader(key=[0] * 10_000).non_negative_ints("key")) == 10_000
    with pytest.raises(ImplausibleMetadata, match="key = a list"):
        _reader(key=[0] * 10_001).non_negative_ints("key")
    with pytest.raises(ImplausibleMetadata, match="key = 'MMM"):
        _reader(key="M" * 10_001).symbols("key")


def test_every_item_of_a_list_of_numbers_is_checked() -> None:
    assert _reader(key=[1, 2.0]).positive_ints("key") == (1, 2)
    assert _reader(key=[0]).non_negative_ints("key") == (0,)
    for item in (-1, 0.5, True, "1", float("nan"), 10**400):
        with pytest.raises(ImplausibleMetadata, match="key = "):
            _reader(key=[1, item]).positive_ints("key")


def test_a_pattern_may_be_a_list_or_a_string() -> None:
    assert _reader(key="M*M").symbols("key") == ("M", "*", "M")
    assert _reader(key=["M", "*"]).symbols("key") == ("M", "*")


@pytest.mark.parametrize(
    "value", [0.99, 4.01, -1, float("nan"), float("inf"), 1e308, 10**400, "2", True, [2]]
)
def test_a_number_outside_its_limits_is_implausible(value: object) -> None:
    with pytest.raises(ImplausibleMetadata, match="factor = "):
        _reader(factor=value).optional_number("factor", at_least=1, at_most=4)


def test_a_number_within_its_limits_is_read() -> None:
    config = _reader(factor=2)

    assert config.optional_number("factor", at_least=1, at_most=4) == 2.0
    assert config.optional_number("absent", at_least=1, at_most=4) is None


def test_other_ways_to_say_none_are_recognized() -> None:
    config = _reader(no=False, zero=0, minus_one=-1, items=[1], empty={})

    assert [config.is_false(key) for key in ("no", "zero", "absent")] == [True, False, False]
    assert [config.is_minus_one(key) for key in ("minus_one", "zero", "items")] == [True, False, False]
    assert [config.is_truthy(key) for key in ("no", "zero", "empty", "absent", "items")] == [
        False,
        False,
        False,
        False,
        True,
    ]
    assert (config.is_list("items"), config.is_object("items"), config.is_object("empty")) == (
        True,
        False,
        True,
    )
    assert config.non_negative_int("no") == 0


def test_nested_objects_are_named_after_their_key() -> None:
    config = _reader(rope_scaling={"factor": 0}, blocks=[{"n": 1}, 7])

    with pytest.raises(ImplausibleMetadata, match="config.json, rope_scaling says factor = 0"):
        config.nested("rope_parameters", "rope_scaling").positive_int("factor")
    assert [block.is_set("n") for block in config.nested_items("blocks")] == [True, False]
    assert config.nested("absent").sorted_keys() == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é", "plain é"),
        ("\x1b[31mred\r\n", "?[31mred??"),
        ("\ud800\u202e", "??"),
        ("é" * 2_000_000, "é" * 99 + "…"),
        ("x" * 100, "x" * 100),
    ],
    ids=["plain", "escapes", "surrogates", "long", "just short enough"],
)
def test_text_from_a_document_is_short_and_printable(text: str, expected: str) -> None:
    assert expected == _reader(key=text).string("key")
    assert (expected,) == _reader(key=[text]).strings("key")


def test_a_nested_object_has_a_short_and_printable_name() -> None:
    groups = _reader(groups={"\x1b" + "g" * 10_000: {}}).nested("groups")

    assert len(groups.nested(*groups.sorted_keys()).name) < 140
    assert groups.nested(*groups.sorted_keys()).name.isprintable()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 1000, "'" + "x" * 59),
        ([[]], "a list"),
        ({}, "an object"),
        (10**5000, "a number of over 38 digits"),
        (-(10**400), "a number of over 38 digits"),
        (10**38, "1" + "0" * 38),
        (2**128 - 1, "340282366920938463463374607431768211455"),
        (2**128, "a number of over 38 digits"),
        (float("nan"), "nan"),
        ("\x1b", repr("\x1b")),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)
def test_a_quoted_value_is_short_and_printable(value: object, expected: str) -> None:
    assert expected == truncated_repr(value)


def test_tags_are_the_strings_of_a_list_and_nothing_else() -> None:
    assert _reader(tags=["onnx", 7, None, "gguf"]).tags("tags") == ("onnx", "gguf")
    assert _reader(tags="onnx").tags("tags") == ()
    assert _reader().tags("tags") == ()


def test_a_list_of_numbers_can_count_as_its_largest() -> None:
    reader = ConfigReader({"experts": [64, 32], "width": 512, "none": []}, name="x")
    found = reader.with_largest("experts", "width", "none", "absent")

    assert [found.optional_positive_int(key) for key in ("experts", "width", "none", "absent")] == [
        64,
        512,
        None,
        None,
    ]


def test_the_items_of_a_list_are_counted_and_told_apart() -> None:
    reader = ConfigReader({"kinds": [1, 1, 2], "one": 1}, name="x")

    assert (reader.length("kinds"), reader.distinct_items("kinds")) == (3, 2)
    assert (reader.length("one"), reader.distinct_items("one")) == (0, 0)


def test_a_string_of_symbols_may_have_one_for_each_of_10_000_layers() -> None:
    assert _reader(key="M" * 10_000).symbols("key") == ("M",) * 10_000
    with pytest.raises(ImplausibleMetadata, match="key"):
        _reader(key="M" * 10_001).symbols("key")


def test_a_whole_number_above_a_billion_is_implausible() -> None:
    assert _reader(key=10**9).positive_int("key") == 10**9
    with pytest.raises(ImplausibleMetadata, match="key = 1000000001"):
        _reader(key=10**9 + 1).positive_int("key")
