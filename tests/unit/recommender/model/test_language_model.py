"""The parts of a model that depend on its architecture."""

import pytest

from recommender.model.config_reader import ConfigReader
from recommender.model.language_model import stated_tie


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ({}, {}, None),
        ({"tie_word_embeddings": True}, {}, True),
        ({"tie_word_embeddings": False}, {"tie_word_embeddings": True}, True),
        ({}, {"tie_word_embeddings": False}, False),
    ],
    ids=["not stated", "outside", "either", "inside"],
)
def test_either_part_of_config_json_may_tie_the_output_head(
    outer: dict[str, object], inner: dict[str, object], *, expected: bool | None
) -> None:
    readers = (ConfigReader(each, name="config.json") for each in (outer, inner))

    assert stated_tie(*readers) is expected
