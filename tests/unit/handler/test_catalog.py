"""The table of instance types, on moto and on dynalite."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber
from support.dynamodb import TABLE, dynalite_client, moto_client
from support.instances import ITEMS

from handler.catalog import Catalog, parse_item
from handler.errors import CatalogUnavailable, InstanceTypeNotFound
from local.embedded.table import fill_table

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


def test_a_row_becomes_an_instance(client: Any) -> None:
    put(client, G5)
    found = catalog(client).instance("g5.12xlarge")

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


def test_all_pages_of_a_scan_are_read(client: Any) -> None:
    """DynamoDB ends a page at 1 MB; rows with a long attribute make several."""
    for number in range(6):
        put(client, {**G5, "name": {"S": f"g5.size{number}"}, "note": {"S": "x" * 300_000}})

    assert len(catalog(client).instances()) == 6


def test_the_copy_is_used_until_it_is_too_old(client: Any) -> None:
    put(client, G5)
    clock = Clock()
    copy = catalog(client, clock)
    assert len(copy.instances()) == 1

    put(client, {**G5, "name": {"S": "g5.24xlarge"}})
    assert len(copy.instances()) == 1
    clock.now = 60
    assert len(copy.instances()) == 2


def test_a_type_that_the_copy_lacks_is_looked_up_once_more(client: Any) -> None:
    put(client, G5)
    copy = catalog(client)
    copy.instances()
    put(client, {**G5, "name": {"S": "g5.24xlarge"}})

    assert copy.instance("g5.24xlarge").name == "g5.24xlarge"
    assert [each.name for each in copy.instances()] == ["g5.12xlarge", "g5.24xlarge"]


def test_an_unknown_type_is_answered_with_near_names(client: Any) -> None:
    fill_table(client, TABLE)

    with pytest.raises(InstanceTypeNotFound, match=r"g5\.13xlarge is not in the table.*g5\.12xlarge"):
        catalog(client).instance("g5.13xlarge")


def test_a_type_like_no_other_is_answered_with_the_families(client: Any) -> None:
    fill_table(client, TABLE)

    with pytest.raises(InstanceTypeNotFound, match="families are g4dn, g5, g5g, g6"):
        catalog(client).instance("zzz")


@pytest.mark.parametrize(
    "flaw",
    [
        {"accelerator_count": {"N": "0"}},
        {"accelerator_count": {"N": "-1"}},
        {"accelerator_count": {"N": "1.5"}},
        {"accelerator_count": {"N": "1000000000"}},
        {"accelerator_memory_gib": {"N": "1e30"}},
        {"accelerator_count": {"S": "4"}},
        {"accelerator_memory_gib": {"N": "0"}},
        {"accelerator_memory_gib": {"N": "0.0000001"}},
        {"accelerator_type": {"S": "fpga"}},
        {"accelerator_name": {"S": "x"}, "family": {"N": "5"}},
        {"vcpus": {"NULL": True}},
        {"memory_gib": {"BOOL": True}},
    ],
    ids=str,
)
def test_a_row_that_makes_no_sense_is_skipped(client: Any, flaw: Item) -> None:
    put(client, G5)
    put(client, {**G5, "name": {"S": "bad.row"}, **flaw})
    copy = catalog(client)

    assert [each.name for each in copy.instances()] == ["g5.12xlarge"]
    with pytest.raises(InstanceTypeNotFound):
        copy.instance("bad.row")


def test_a_row_without_an_attribute_is_skipped(client: Any) -> None:
    put(client, G5)
    put(client, {"name": {"S": "bare.row"}})

    assert len(catalog(client).instances()) == 1


def test_an_empty_table_is_said_to_be_empty(client: Any) -> None:
    with pytest.raises(CatalogUnavailable, match="is empty.*make seed"):
        catalog(client).instances()


def test_a_table_that_is_not_there_is_unavailable(client: Any) -> None:
    with pytest.raises(CatalogUnavailable):
        Catalog(client, "no-such-table", cache_seconds=60).instances()


@pytest.mark.parametrize("price", [{"N": "0"}, {"N": "-1"}, {"N": "99999"}, {"S": "cheap"}, {"N": "NaN"}])
def test_a_price_that_makes_no_sense_is_unknown(price: Item) -> None:
    assert parse_item({**G5, "usd_per_hour": price}).usd_per_hour is None


def test_a_price_is_read_with_its_region() -> None:
    found = parse_item({**G5, "usd_per_hour": {"N": "5.672"}, "price_region": {"S": "eu-west-1"}})

    assert (found.usd_per_hour, found.price_region) == (5.672, "eu-west-1")


def test_a_row_without_what_an_import_adds_is_read_too(client: Any) -> None:
    names = ("accelerator_device_mib", "architecture", "listed", "seen_on")
    put(client, {key: value for key, value in G5.items() if key not in names})
    found = catalog(client).instance("g5.12xlarge")

    assert (found.accelerator_device_mib, found.architecture, found.is_listed) == (None, "x86_64", True)


def test_a_table_that_does_not_answer_is_unavailable() -> None:
    quick = Config(connect_timeout=0.2, read_timeout=0.2, retries={"total_max_attempts": 1})
    silent = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9", config=quick)

    with pytest.raises(CatalogUnavailable, match="try again"):
        catalog(silent).instance("g5.xlarge")


def test_a_look_up_that_fails_does_not_pass_for_an_unknown_type() -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        stub.add_response("scan", {"Items": [G5]})
        stub.add_client_error("get_item", "ProvisionedThroughputExceededException")

        with pytest.raises(CatalogUnavailable):
            catalog(client).instance("g5.24xlarge")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "abc"])
def test_numbers_that_dynamodb_would_not_hold_are_refused_all_the_same(value: str) -> None:
    with pytest.raises(ValueError, match="vcpus|convert"):
        parse_item({**G5, "vcpus": {"N": value}})
