"""Whole imports, into moto's table and dynalite's."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from support.dynamodb import TABLE, dynalite_client, moto_client

from handler.catalog import Catalog
from importer import app
from importer.ec2 import EmptyListing, read_listing
from importer.import_run import Report, Sources, run_import
from importer.seed import report_text
from importer.table import UnprocessedItems, find_changes, read_table, write_items
from local.embedded.instance_records import ShippedRecords

_TODAY, _TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


class Failing:
    """Stands in for a client that is refused."""

    def get_paginator(self, operation_name: str, /) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, operation_name)


class Some:
    """Stands in for EC2 that lists only the types of these families."""

    def __init__(self, *families: str) -> None:
        self.families = families

    def get_paginator(self, _: str, /) -> "Some":
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        for page in ShippedRecords().paginate():
            kept = [
                each for each in page["InstanceTypes"] if each["InstanceType"].split(".")[0] in self.families
            ]
            yield {"InstanceTypes": kept}


@pytest.fixture(params=[moto_client, dynalite_client], ids=["moto", "dynalite"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as made:
        yield made


def imported(client: Any, ec2: Any, today: date = _TODAY, **options: Any) -> Report:
    return run_import(
        Sources(ec2=ec2, pricing=None, region="us-east-1"), client, TABLE, today=today, **options
    )


def test_the_second_of_two_imports_writes_nothing(client: Any) -> None:
    first, second = (imported(client, ShippedRecords(), day) for day in (_TODAY, _TOMORROW))

    assert (len(first.changes.added), first.changes.unchanged) == (73, 0)
    assert (second.changes.items, second.changes.unchanged) == ((), 73)
    assert {item["seen_on"]["S"] for item in read_table(client, TABLE).values()} == {_TODAY.isoformat()}


def test_what_is_imported_is_what_the_service_reads(client: Any) -> None:
    imported(client, ShippedRecords())
    found = Catalog(client, TABLE, cache_seconds=60).instance("g5.12xlarge")

    assert (found.accelerator_count, found.accelerator_name, found.accelerator_memory_gib) == (4, "A10G", 96)
    assert found.accelerator_device_mib == 22_888


def test_a_type_that_is_gone_is_marked_and_comes_back(client: Any) -> None:
    imported(client, Some("g5", "g6"))
    gone = imported(client, Some("g6"))
    still_gone = imported(client, Some("g6"))
    marked = Catalog(client, TABLE, cache_seconds=60).instance("g5.xlarge")
    back = imported(client, Some("g5", "g6"))

    assert (len(gone.changes.delisted), len(still_gone.changes.delisted)) == (8, 0)
    assert not marked.is_listed
    assert len(back.changes.changed) == 8
    assert Catalog(client, TABLE, cache_seconds=60).instance("g5.xlarge").is_listed


def test_a_row_that_somebody_changed_is_put_right(client: Any) -> None:
    imported(client, Some("g6"))
    client.update_item(
        TableName=TABLE,
        Key={"name": {"S": "g6.xlarge"}},
        UpdateExpression="SET vcpus = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    report = imported(client, Some("g6"))

    assert [item["name"]["S"] for item in report.changes.changed] == ["g6.xlarge"]
    assert read_table(client, TABLE)["g6.xlarge"]["vcpus"] == {"N": "4"}


def test_a_dry_run_says_what_would_change_and_writes_nothing(client: Any) -> None:
    report = imported(client, Some("g5"), dry_run=True)
    text = report_text(report, TABLE, dry_run=True)

    assert read_table(client, TABLE) == {}
    assert "+ g5.12xlarge: 4 x A10G, 96 GiB" in text
    assert text.endswith(
        f"{TABLE} would change: 8 added, 0 changed, 0 delisted, 0 unchanged, 0 skipped, 0 priced."
    )


@pytest.mark.parametrize(("ec2", "error"), [(Failing(), ClientError), (Some(), EmptyListing)])
def test_a_failed_import_leaves_the_table_whole(ec2: Any, error: type[Exception]) -> None:
    with moto_client() as client:
        imported(client, Some("g5"))
        before = read_table(client, TABLE)
        with pytest.raises(error):
            imported(client, ec2)

        assert read_table(client, TABLE) == before


def test_without_the_price_list_the_types_are_imported_and_keep_their_prices() -> None:
    with moto_client() as client:
        rows = imported(client, Some("g5")).changes.added
        priced = {**rows[0], "usd_per_hour": {"N": "1.5"}, "price_region": {"S": "us-east-1"}}
        client.put_item(TableName=TABLE, Item=priced)
        sources = Sources(ec2=Some("g5", "g6"), pricing=Failing(), region="us-east-1")
        report = run_import(sources, client, TABLE, today=_TODAY)

        assert report.price_failure is not None
        assert "AccessDenied" in report.price_failure
        assert len(report.changes.added) == 8
        assert read_table(client, TABLE)[priced["name"]["S"]]["usd_per_hour"] == {"N": "1.5"}


def test_prices_are_written_with_their_day_and_only_when_they_change() -> None:
    rows = [row for row in _rows() if row.name in ("g5.xlarge", "g5.2xlarge")]
    prices = {"g5.xlarge": Decimal("1.0060000000")}
    first = find_changes({}, rows, prices, region="eu-west-1", today=_TODAY)
    known = {item["name"]["S"]: item for item in first.added}
    same = find_changes(known, rows, prices, region="eu-west-1", today=_TOMORROW)
    dearer = find_changes(known, rows, {"g5.xlarge": Decimal(2)}, region="eu-west-1", today=_TOMORROW)
    gone = find_changes(known, rows, {}, region="eu-west-1", today=_TOMORROW)

    assert known["g5.xlarge"]["usd_per_hour"] == {"N": "1.006"}
    assert known["g5.xlarge"]["price_region"] == {"S": "eu-west-1"}
    assert "usd_per_hour" not in known["g5.2xlarge"]
    assert same.items == ()
    assert dearer.changed[0]["priced_on"] == {"S": _TOMORROW.isoformat()}
    assert "usd_per_hour" not in gone.changed[0]


def test_what_dynamodb_leaves_over_is_tried_again() -> None:
    client = boto3.client("dynamodb")
    items = [row.item() for row in _rows()[:2]]
    request = {TABLE: [{"PutRequest": {"Item": item}} for item in items]}
    second = {TABLE: request[TABLE][1:]}
    waits: list[float] = []
    with Stubber(client) as stub:
        stub.add_response("batch_write_item", {"UnprocessedItems": second}, {"RequestItems": request})
        stub.add_response("batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": second})
        write_items(client, TABLE, items, sleep=waits.append)

        stub.assert_no_pending_responses()
    assert len(waits) == 1


def test_what_dynamodb_never_takes_is_an_error() -> None:
    client = boto3.client("dynamodb")
    items = [_rows()[0].item()]
    left = {TABLE: [{"PutRequest": {"Item": items[0]}}]}
    waits: list[float] = []
    with Stubber(client) as stub:
        for _ in range(8):
            stub.add_response("batch_write_item", {"UnprocessedItems": left}, {"RequestItems": ANY})

        with pytest.raises(UnprocessedItems, match=f"1 items of {TABLE}"):
            write_items(client, TABLE, items, sleep=waits.append)
    assert waits == sorted(waits)
    assert sum(waits) > 10


def test_the_scheduled_function_reports_and_fails_where_prices_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INSTANCE_TABLE", TABLE)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with moto_client():
        monkeypatch.setattr(
            app, "sources", lambda region: Sources(ec2=Some("g5"), pricing=None, region=region)
        )
        assert app.handle({}, None) == {
            "added": 8,
            "changed": 0,
            "delisted": 0,
            "unchanged": 0,
            "skipped": 0,
            "priced": 0,
        }
        monkeypatch.setattr(
            app, "sources", lambda region: Sources(ec2=Some("g5"), pricing=Failing(), region=region)
        )
        with pytest.raises(app.PricesNotRead, match="AccessDenied"):
            app.handle({}, None)


def test_sources_are_ec2_of_the_region_and_the_price_list() -> None:
    found: Any = app.sources("eu-west-1")

    assert found.region == "eu-west-1"
    assert found.ec2.meta.region_name == "eu-west-1"
    assert found.pricing.meta.region_name == "us-east-1"


def _family(record: Any) -> str:
    name: str = record["InstanceType"]
    return name.partition(".")[0]


def _rows() -> Any:
    return read_listing(Some("g5")).rows
