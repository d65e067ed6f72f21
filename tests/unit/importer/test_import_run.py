"""Whole imports into moto's table and dynalite's."""

from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from support.dynamodb import TABLE
from support.ec2 import AccessDenied, Families

from handler.catalog import Catalog
from importer.ec2 import EmptyListing
from importer.import_run import ImportReport, Sources, run_import
from importer.table import read_table
from local.embedded.instance_records import ShippedRecords
from recommender.hardware.instance import Instance

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


def imported(
    table: Any, ec2: Any, *, today: date = TODAY, pricing: Any = None, dry_run: bool = False
) -> ImportReport:
    sources = Sources(ec2=ec2, pricing=pricing, region="us-east-1")
    return run_import(sources, table, today=today, dry_run=dry_run)


def read_by_the_service(table: Any, name: str) -> Instance:
    client = boto3.client("dynamodb", endpoint_url=table.meta.client.meta.endpoint_url)
    return Catalog(client, TABLE, cache_seconds=60).instance(name)


def test_a_second_import_writes_nothing(table: Any) -> None:
    first, second = (imported(table, ShippedRecords(), today=day) for day in (TODAY, TOMORROW))

    assert (len(first.changes.added), first.changes.unchanged) == (73, 0)
    assert (second.changes.items, second.changes.unchanged) == ((), 73)
    assert {item["seen_on"] for item in read_table(table).values()} == {TODAY.isoformat()}


def test_the_service_reads_what_was_imported(table: Any) -> None:
    imported(table, ShippedRecords())
    found = read_by_the_service(table, "g5.12xlarge")

    assert (found.accelerator_count, found.accelerator_name, found.accelerator_memory_gib) == (4, "A10G", 96)
    assert found.accelerator_device_mib == 22_888


def test_a_type_that_is_delisted_is_marked_until_it_is_listed_again(table: Any) -> None:
    imported(table, Families("g5", "g6"))
    first_without, second_without = (imported(table, Families("g6")) for _ in range(2))
    delisted = read_by_the_service(table, "g5.xlarge")
    listed_again = imported(table, Families("g5", "g6"))

    assert (len(first_without.changes.delisted), len(second_without.changes.delisted)) == (8, 0)
    assert not delisted.is_listed
    assert len(listed_again.changes.changed) == 8
    assert read_by_the_service(table, "g5.xlarge").is_listed


def test_an_item_that_was_edited_is_corrected(table: Any) -> None:
    imported(table, Families("g6"))
    table.update_item(
        Key={"name": "g6.xlarge"},
        UpdateExpression="SET vcpus = :one",
        ExpressionAttributeValues={":one": 1},
    )
    report = imported(table, Families("g6"))

    assert [item["name"] for item in report.changes.changed] == ["g6.xlarge"]
    assert read_table(table)["g6.xlarge"]["vcpus"] == 4


def test_a_dry_run_writes_nothing(table: Any) -> None:
    report = imported(table, Families("g5"), dry_run=True)

    assert len(report.changes.added) == 8
    assert read_table(table) == {}


@pytest.mark.parametrize(("ec2", "error"), [(AccessDenied(), ClientError), (Families(), EmptyListing)])
def test_a_failed_import_leaves_the_table_intact(moto_table: Any, ec2: Any, error: type[Exception]) -> None:
    imported(moto_table, Families("g5"))
    before = read_table(moto_table)
    with pytest.raises(error):
        imported(moto_table, ec2)

    assert read_table(moto_table) == before


def test_without_the_price_list_types_are_imported_and_keep_their_prices(moto_table: Any) -> None:
    first = imported(moto_table, Families("g5")).changes.added[0]
    priced = {**first, "usd_per_hour": Decimal("1.5"), "price_region": "us-east-1"}
    moto_table.put_item(Item=priced)
    report = imported(moto_table, Families("g5", "g6"), pricing=AccessDenied())

    assert report.price_failure is not None
    assert "AccessDenied" in report.price_failure
    assert len(report.changes.added) == 8
    assert read_table(moto_table)[priced["name"]]["usd_per_hour"] == Decimal("1.5")
