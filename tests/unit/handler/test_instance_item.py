"""Items of the instance table as instance types."""

from typing import Any

import pytest
from support.instances import ITEMS

from handler.instance_item import parse_item

Item = dict[str, Any]

G5 = ITEMS["g5.12xlarge"]


def test_an_item_becomes_an_instance_type() -> None:
    found = parse_item(G5)

    assert (found.name, found.family, found.accelerator_type, found.accelerator_name) == (
        "g5.12xlarge",
        "g5",
        "gpu",
        "A10G",
    )
    assert (found.accelerator_count, found.accelerator_memory_gib, found.vcpus, found.memory_gib) == (
        4,
        96,
        48,
        192,
    )
    assert isinstance(found.accelerator_memory_gib, int)


@pytest.mark.parametrize(
    ("flaw", "attribute"),
    [
        ({"accelerator_count": {"N": "0"}}, "accelerator_count"),
        ({"accelerator_count": {"N": "-1"}}, "accelerator_count"),
        ({"accelerator_count": {"N": "1.5"}}, "accelerator_count"),
        ({"accelerator_count": {"N": "129"}}, "accelerator_count"),
        ({"accelerator_count": {"S": "4"}}, "accelerator_count"),
        ({"accelerator_memory_gib": {"N": "1e30"}}, "accelerator_memory_gib"),
        ({"accelerator_memory_gib": {"N": "0.0000001"}}, "accelerator_memory_gib"),
        ({"accelerator_type": {"S": "fpga"}}, "accelerator_type"),
        ({"family": {"N": "5"}}, "family"),
        ({"name": {"S": ""}}, "name"),
        ({"vcpus": {"NULL": True}}, "vcpus"),
        ({"vcpus": {"N": "NaN"}}, "vcpus"),
        ({"vcpus": {"N": "Infinity"}}, "vcpus"),
        ({"memory_gib": {"BOOL": True}}, "memory_gib"),
    ],
    ids=str,
)
def test_an_impossible_attribute_is_refused_by_name(flaw: Item, attribute: str) -> None:
    with pytest.raises(ValueError, match=attribute):
        parse_item({**G5, **flaw})


def test_a_number_that_cannot_be_parsed_is_refused() -> None:
    with pytest.raises(ValueError, match="abc"):
        parse_item({**G5, "vcpus": {"N": "abc"}})


@pytest.mark.parametrize("attribute", ["name", "family", "accelerator_count", "memory_gib"])
def test_a_missing_attribute_is_refused_by_name(attribute: str) -> None:
    with pytest.raises(ValueError, match=attribute):
        parse_item({key: value for key, value in G5.items() if key != attribute})


@pytest.mark.parametrize("price", [{"N": "0"}, {"N": "-1"}, {"N": "99999"}, {"S": "cheap"}, {"N": "NaN"}])
def test_an_impossible_price_counts_as_unknown(price: Item) -> None:
    assert parse_item({**G5, "usd_per_hour": price}).usd_per_hour is None


def test_a_price_has_its_region() -> None:
    found = parse_item({**G5, "usd_per_hour": {"N": "5.672"}, "price_region": {"S": "eu-west-1"}})

    assert (found.usd_per_hour, found.price_region) == (5.672, "eu-west-1")


@pytest.mark.parametrize(
    ("priced_on", "expected"),
    [
        ({"S": "2026-02-09"}, "2026-02-09"),
        ({"S": "yesterday"}, None),
        ({"N": "20260209"}, None),
        (None, None),
    ],
    ids=str,
)
def test_a_price_has_its_day_where_that_can_be_read(priced_on: Item | None, expected: str | None) -> None:
    item = {**G5, "usd_per_hour": {"N": "5.672"}, **({"priced_on": priced_on} if priced_on else {})}

    assert parse_item(item).price_date == expected


def test_attributes_that_an_import_adds_may_be_missing() -> None:
    names = ("accelerator_device_mib", "architecture", "listed", "seen_on")
    found = parse_item({key: value for key, value in G5.items() if key not in names})

    assert (found.accelerator_device_mib, found.architecture, found.is_listed) == (None, "x86_64", True)


def test_a_type_that_ec2_does_not_list_is_marked() -> None:
    assert parse_item({**G5, "listed": {"BOOL": False}}).is_listed is False
