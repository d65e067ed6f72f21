"""The Hub's counts of stored elements."""

import pytest
from support.metadata import llama

from recommender.model import parse_model
from recommender.model.errors import ImplausibleMetadata
from recommender.model.safetensors import stated_total


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


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


def test_counts_nested_too_deeply_to_be_printed_are_refused_like_any_other() -> None:
    counts: dict[str, int] = {"BF16": _nested(100_000)}  # type: ignore[dict-item]

    with pytest.raises(ImplausibleMetadata, match="gives a list as the number"):
        parse_model(llama(parameters=counts))


def test_a_repository_has_at_most_100_trillion_elements() -> None:
    assert stated_total({"safetensors": {"total": 100_000_000_000_000}}) == 10**14
    with pytest.raises(ImplausibleMetadata, match="100000000000001 as the number"):
        stated_total({"safetensors": {"total": 100_000_000_000_001}})
