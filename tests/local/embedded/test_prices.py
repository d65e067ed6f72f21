"""The bundled prices belong to the bundled types, and have a region, a day and a source."""

from datetime import date

from handler.instance_item import parse_item
from local.embedded.instance_records import priced_items, shipped_items
from local.embedded.prices import price_list

INSTANCES = {each.name: each for each in map(parse_item, priced_items())}


def test_every_price_is_of_a_bundled_type() -> None:
    assert set(price_list().usd_per_hour) <= set(INSTANCES)


def test_a_priced_type_states_region_and_day() -> None:
    """Checked by hand against the source: g5.xlarge costs $1.006, p5.48xlarge $55.04."""
    assert (INSTANCES["g5.xlarge"].usd_per_hour, INSTANCES["p5.48xlarge"].usd_per_hour) == (1.006, 55.04)
    for name in price_list().usd_per_hour:
        assert (INSTANCES[name].price_region, INSTANCES[name].price_date) == ("us-east-1", "2026-02-09")


def test_the_source_is_a_file_at_a_commit() -> None:
    prices = price_list()

    assert prices.source.startswith("https://github.com/aws/karpenter-provider-aws/blob/")
    assert date.fromisoformat(prices.date) == date(2026, 2, 9)


def test_a_type_without_a_price_stays_in_the_table() -> None:
    assert INSTANCES["p6-b300.48xlarge"].usd_per_hour is None
    assert INSTANCES["p6-b300.48xlarge"].price_date is None
    assert len(INSTANCES) == len(shipped_items())
