"""The table of instance types, on moto and on dynalite."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from support.dynamodb import TABLE, dynalite_client, moto_client
from support.instances import ITEMS
from support.table import TableDouble, dynamodb_refuses

from handler.catalog import Catalog
from handler.errors import CatalogUnavailable, InstanceTypeNotFound

Item = dict[str, Any]

G5 = ITEMS["g5.12xlarge"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=[moto_client, dynalite_client], ids=["moto", "dynalite"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as made:
        yield made


def catalog(client: Any, clock: Clock | None = None) -> Catalog:
    return Catalog(client, TABLE, cache_seconds=60, clock=clock or Clock())


def put(client: Any, item: Item) -> None:
    client.put_item(TableName=TABLE, Item=item)


def test_all_pages_of_a_scan_are_read(client: Any) -> None:
    """DynamoDB ends a page at 1 MB; items with a long attribute make several."""
    for number in range(6):
        put(client, {**G5, "name": {"S": f"g5.size{number}"}, "note": {"S": "x" * 300_000}})

    assert [each.name for each in catalog(client).instances()] == [f"g5.size{number}" for number in range(6)]


def test_the_cached_table_is_used_until_it_expires(client: Any) -> None:
    put(client, G5)
    clock = Clock()
    found = catalog(client, clock)
    assert not found.is_fresh()
    assert len(found.instances()) == 1

    put(client, {**G5, "name": {"S": "g5.24xlarge"}})
    assert found.is_fresh()
    assert len(found.instances()) == 1
    clock.now = 60
    assert not found.is_fresh()
    assert len(found.instances()) == 2


def test_a_type_that_the_cached_table_lacks_is_looked_up_and_added(client: Any) -> None:
    put(client, G5)
    clock = Clock()
    found = catalog(client, clock)
    found.instances()
    put(client, {**G5, "name": {"S": "g5.24xlarge"}})
    clock.now = 50

    assert found.instance("g5.24xlarge").name == "g5.24xlarge"
    assert [each.name for each in found.instances()] == ["g5.12xlarge", "g5.24xlarge"]
    clock.now = 60
    assert not found.is_fresh()


def test_the_table_keeps_its_version_until_something_is_read_or_added() -> None:
    table, clock = TableDouble([G5]), Clock()
    found = catalog(table.in_process_client(), clock)
    first = found.table()
    same = found.table()
    table.items = [G5, {**G5, "name": {"S": "g5.24xlarge"}}]
    found.instance("g5.24xlarge")
    extended = found.table()
    clock.now = 60

    assert same.version is first.version
    assert len({id(each.version) for each in (first, extended, found.table())}) == 3


def test_a_missing_table_is_unavailable(client: Any) -> None:
    with pytest.raises(CatalogUnavailable):
        Catalog(client, "no-such-table", cache_seconds=60).instances()


def test_an_empty_table_is_unavailable_with_a_remedy(client: Any) -> None:
    with pytest.raises(CatalogUnavailable, match="is empty.*ImportFunction.*make seed"):
        catalog(client).instances()


@pytest.mark.parametrize("broken", [{"name": {"S": "bad.item"}}, {**G5, "accelerator_count": {"N": "0"}}])
def test_a_broken_item_is_skipped_and_cannot_be_looked_up(client: Any, broken: Item) -> None:
    put(client, G5)
    put(client, {**broken, "name": {"S": "bad.item"}})
    found = catalog(client)

    assert [each.name for each in found.instances()] == ["g5.12xlarge"]
    with pytest.raises(InstanceTypeNotFound):
        found.instance("bad.item")


def test_an_unknown_type_is_answered_with_similar_names() -> None:
    with pytest.raises(InstanceTypeNotFound, match=r"g5\.13xlarge is not in the table.*g5\.12xlarge"):
        TableDouble().catalog().instance("g5.13xlarge")


def test_an_unknown_type_without_similar_names_is_answered_with_the_families() -> None:
    with pytest.raises(InstanceTypeNotFound, match="has the families g4dn, g5, g5g, g6"):
        TableDouble().catalog().instance("zzz")


def test_a_failed_look_up_is_not_an_unknown_type() -> None:
    client = TableDouble().in_process_client()
    with Stubber(client) as stub:
        stub.add_response("scan", {"Items": [G5]})
        stub.add_client_error("get_item", "ProvisionedThroughputExceededException")

        with pytest.raises(CatalogUnavailable, match="try again in a minute"):
            catalog(client).instance("g5.24xlarge")


def test_a_failing_table_is_not_asked_again_for_five_seconds() -> None:
    table, clock = TableDouble(fault=dynamodb_refuses("AccessDeniedException")), Clock()
    found = catalog(table.in_process_client(), clock)
    with pytest.raises(CatalogUnavailable):
        found.instances()
    table.fault = None
    clock.now = 4.9
    with pytest.raises(CatalogUnavailable):
        found.instances()
    clock.now = 5

    assert len(found.instances()) == len(ITEMS)


def test_a_stale_copy_stands_in_for_a_failing_table_for_a_day() -> None:
    table, clock = TableDouble(), Clock()
    found = catalog(table.in_process_client(), clock)
    found.instances()
    table.fault = dynamodb_refuses("AccessDeniedException")
    clock.now = 86_399

    assert len(found.instances()) == len(ITEMS)
    clock.now = 86_400
    with pytest.raises(CatalogUnavailable):
        found.instances()
