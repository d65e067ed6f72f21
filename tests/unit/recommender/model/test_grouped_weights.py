"""Bytes of integers in groups, by hand."""

import pytest

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata
from recommender.model.grouped_weights import group_size_of, grouped_bytes, weight_bits, zero_point_growth


@pytest.mark.parametrize(
    ("width", "group", "zero_points", "expected"),
    [
        (4, 128, True, 0.5 + (2 + 0.5) / 128),
        (4, 128, False, 0.5 + 2 / 128),
        (8, 32, True, 1 + (2 + 1) / 32),
        (4, None, True, 0.5),
    ],
)
def test_a_weight_has_its_share_of_a_scale_and_of_a_zero_point(
    width: int, group: int | None, *, zero_points: bool, expected: float
) -> None:
    assert grouped_bytes(width, group, zero_points=zero_points) == expected


@pytest.mark.parametrize(
    ("width", "group", "expected"),
    [(4, 128, 1.5 / 128), (4, 64, 1.5 / 64), (8, 128, 1 / 128), (4, 32, 0), (4, 256, 0), (4, None, 0)],
)
def test_zero_points_in_16_bit_take_the_rest_of_two_bytes_in_groups_of_64_and_128(
    width: int, group: int | None, expected: float
) -> None:
    assert zero_point_growth(width, group) == expected


@pytest.mark.parametrize(
    ("stated", "expected"), [({}, 128), ({"group_size": 32}, 32), ({"group_size": -1}, None)], ids=str
)
def test_a_group_has_128_weights_where_it_is_not_stated(stated: dict[str, int], expected: int | None) -> None:
    assert group_size_of(ConfigReader(stated, name="quantization_config")) == expected


def test_more_than_16_bits_are_implausible() -> None:
    assert weight_bits(ConfigReader({"bits": 16}, name="x"), "bits", default=4) == 16
    assert weight_bits(ConfigReader({}, name="x"), "bits", default=4) == 4
    with pytest.raises(ImplausibleMetadata, match="bits = 17"):
        weight_bits(ConfigReader({"bits": 17}, name="x"), "bits", default=4)
