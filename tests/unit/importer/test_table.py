"""What an import writes, and how."""

from datetime import date
from decimal import Decimal
from typing import Any

import boto3
from botocore.stub import Stubber
from support.dynamodb import TABLE
from support.ec2 import Families

from importer.ec2 import read_listing
from importer.row import Row
from importer.table import Changes, find_changes, read_table, write_items

TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)


def rows(*names: str) -> list[Row]:
    return [row for row in read_listing(Families("g5")).rows if row.name in names]


def changes(known: Any, listed: list[Row], prices: Any, today: date = TOMORROW) -> Changes:
    return find_changes(known, listed, prices, region="eu-west-1", today=today)


def test_prices_are_written_with_their_day_and_only_when_they_change() -> None:
    listed = rows("g5.xlarge", "g5.2xlarge")
    prices = {"g5.xlarge": Decimal("1.0060000000")}
    known = {item["name"]: item for item in changes({}, listed, prices, TODAY).added}
    raised = changes(known, listed, {"g5.xlarge": Decimal(2)}).changed[0]
    removed = changes(known, listed, {}).changed[0]

    assert known["g5.xlarge"]["usd_per_hour"] == Decimal("1.006")
    assert known["g5.xlarge"]["price_region"] == "eu-west-1"
    assert "usd_per_hour" not in known["g5.2xlarge"]
    assert changes(known, listed, prices).items == ()
    assert (raised["usd_per_hour"], raised["priced_on"]) == (2, TOMORROW.isoformat())
    assert "usd_per_hour" not in removed


def test_a_type_that_is_not_listed_any_more_is_marked_once() -> None:
    known = {item["name"]: item for item in changes({}, rows("g5.xlarge"), None).added}
    (delisted,) = changes(known, [], None).delisted

    assert delisted == {**known["g5.xlarge"], "listed": False}
    assert changes({"g5.xlarge": delisted}, [], None).items == ()


def test_items_are_read_back_as_they_were_written(table: Any) -> None:
    """More than the 25 that fit into one BatchWriteItem."""
    items = [
        {"name": f"x.{number}", "listed": True, "memory_gib": Decimal("0.5"), "vcpus": number}
        for number in range(60)
    ]
    write_items(table, items)

    assert read_table(table) == {str(item["name"]): item for item in items}


def test_items_that_dynamodb_leaves_unprocessed_are_sent_again() -> None:
    table = boto3.resource("dynamodb").Table(TABLE)
    request = {TABLE: [{"PutRequest": {"Item": {"name": {"S": name}}}} for name in ("a", "b")]}
    unprocessed = {TABLE: request[TABLE][1:]}
    with Stubber(table.meta.client) as stub:
        stub.add_response("batch_write_item", {"UnprocessedItems": unprocessed})
        stub.add_response("batch_write_item", {"UnprocessedItems": {}})
        write_items(table, [{"name": "a"}, {"name": "b"}])

        stub.assert_no_pending_responses()
