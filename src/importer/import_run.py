"""One import: read EC2 and its prices, compare, write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from importer.ec2 import PagedClient, read_listing
from importer.prices import read_prices
from importer.table import Changes, find_changes, read_table, write_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where an import reads."""

    ec2: PagedClient
    pricing: PagedClient | None
    """`None` imports without prices."""
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do."""

    changes: Changes
    skipped: tuple[str, ...]
    priced: int
    price_failure: str | None
    """Why prices were left as they were; `None` where they were read."""


def run_import(
    sources: Sources, client: "DynamoDBClient", table_name: str, *, today: date, dry_run: bool = False
) -> Report:
    """Bring `table_name` up to date; with `dry_run` only say what would change.

    EC2 is read to its end before anything is written, so a failure leaves the table whole. Where the prices
    cannot be read, the types are written all the same and keep the prices that they have.

    Raises `EmptyListing`, `UnprocessedItems`, and boto3's errors of EC2 and DynamoDB.
    """
    listing = read_listing(sources.ec2)
    prices, failure = _prices(sources, {row.name for row in listing.rows})
    changes = find_changes(
        read_table(client, table_name), listing.rows, prices, region=sources.region, today=today
    )
    if not dry_run:
        write_items(client, table_name, changes.items)
    return Report(changes=changes, skipped=listing.skipped, priced=len(prices or {}), price_failure=failure)


def _prices(sources: Sources, names: set[str]) -> tuple[Mapping[str, Decimal] | None, str | None]:
    if sources.pricing is None:
        return None, None
    try:
        return read_prices(sources.pricing, sources.region, names), None
    except (BotoCoreError, ClientError) as error:
        return None, str(error)
