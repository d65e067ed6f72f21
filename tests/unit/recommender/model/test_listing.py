"""The Hub's list of quantized checkpoints."""

from typing import Any

import pytest

from recommender.model import parse_listing


def _entry(**fields: Any) -> dict[str, Any]:
    return {
        "id": "org/model-fp8",
        "downloads": 10,
        "config": {"quantization_config": {"quant_method": "fp8"}},
        "safetensors": {"parameters": {"F8_E4M3": 100, "BF16": 10}},
        **fields,
    }


def test_the_most_downloaded_come_first_and_each_once() -> None:
    listed = parse_listing(
        [_entry(id="org/b"), _entry(id="org/a"), _entry(id="org/c", downloads=20), _entry(id="org/a")]
    )

    assert [each.model_id for each in listed] == ["org/c", "org/a", "org/b"]


@pytest.mark.parametrize("entry", [7, None, {}, {"id": 7}, _entry(disabled=True)], ids=str)
def test_unusable_entries_are_left_out(entry: object) -> None:
    assert parse_listing([entry]) == ()


@pytest.mark.parametrize("downloads", [-1, "many", None, 2.5, 10**400, float("inf")])
def test_implausible_downloads_count_as_none(downloads: object) -> None:
    (listed,) = parse_listing([_entry(downloads=downloads)])

    assert listed.downloads == 0


@pytest.mark.parametrize(
    ("gated", "expected"), [(False, False), (None, False), ("auto", True), ("manual", True)]
)
def test_a_gated_checkpoint_is_recognized(gated: object, *, expected: bool) -> None:
    (listed,) = parse_listing([_entry(gated=gated)])

    assert listed.is_gated is expected


@pytest.mark.parametrize(
    ("fields", "quantized_to", "expected"),
    [
        ({}, "fp8", True),
        ({}, "int4", False),
        ({"config": {}}, "fp8", False),
        ({"config": {"quantization_config": {"quant_method": "exl2"}}}, "fp8", False),
        ({"safetensors": {"parameters": {"BF16": 100}}}, "fp8", False),
        ({"safetensors": {"parameters": {"BF16": -1}}}, "fp8", False),
        ({"safetensors": None}, "fp8", False),
    ],
    ids=["fp8", "another format", "undeclared", "unknown method", "16 bit", "impossible", "uncounted"],
)
def test_the_format_follows_from_the_method_and_the_stored_dtypes(
    fields: dict[str, Any], quantized_to: str, *, expected: bool
) -> None:
    (listed,) = parse_listing([_entry(**fields)])

    assert listed.may_be(quantized_to) is expected


@pytest.mark.parametrize("model_id", ["org/" + "x" * 200, "org/\x1b[31m", "org/\ud800"], ids=ascii)
def test_a_checkpoint_without_a_possible_name_is_left_out(model_id: str) -> None:
    assert parse_listing([_entry(id=model_id)]) == ()


def test_the_longest_name_that_the_hub_allows_is_possible() -> None:
    longest = "o" * 96 + "/" + "n" * 96

    assert [each.model_id for each in parse_listing([_entry(id=longest)])] == [longest]
