"""The speed benchmarks: how spreads are computed, and the tables that the searches run on."""

import pytest
from support.instances import instance

from benchmarks.speed.calculation import alike, distinct
from benchmarks.speed.spread import Spread


def test_a_spread_has_the_median_the_quartiles_and_the_99th_percentile() -> None:
    found = Spread.of([float(number) for number in range(1, 101)])

    assert (found.median, found.lower_quartile, found.upper_quartile, found.p99) == (50.5, 25.75, 75.25, 99)


def test_a_spread_survives_json() -> None:
    found = Spread.of([1.0, 2.0, 4.0])

    assert Spread(**found.as_json()) == found


@pytest.mark.parametrize(
    ("samples", "shown"), [([1.0, 2.0, 3.0], "2 (1.5 to 2.5)"), ([1200.0] * 2, "1,200 (1,200 to 1,200)")]
)
def test_a_spread_is_printed_with_three_digits(samples: list[float], shown: str) -> None:
    assert str(Spread.of(samples)) == shown


def test_no_two_types_of_a_distinct_table_have_the_same_gpus() -> None:
    table = distinct([instance("g5.xlarge"), instance("p5.48xlarge")], 100)

    assert len({(each.accelerator_name, each.accelerator_count, each.device_mib) for each in table}) == 100
    assert len({each.name for each in table}) == 100


def test_the_types_of_an_alike_table_differ_in_their_names_only() -> None:
    table = alike([instance("g5.xlarge"), instance("p5.48xlarge")], 100)

    assert len({each.name for each in table}) == 100
    assert len({(each.accelerator_name, each.device_mib) for each in table}) == 2
