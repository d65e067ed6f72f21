"""One import: read EC2 and the Price List, compare with the table, write the difference."""

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
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The AWS APIs that an import reads."""

    ec2: PagedClient
    pricing: PagedClient | None
    """`None` imports without prices."""
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import changed or, in a dry run, would change."""

    changes: Changes
    skipped: tuple[str, ...]
    priced: int
    price_failure: str | None
    """Why prices were left as they were; `None` if they were read."""

    def counts(self) -> dict[str, int]:
        """The number of instance types by what happened to them."""
        return {
            "added": len(self.changes.added),
            "changed": len(self.changes.changed),
            "delisted": len(self.changes.delisted),
            "unchanged": self.changes.unchanged,
            "skipped": len(self.skipped),
            "priced": self.priced,
        }


def run_import(sources: Sources, table: "Table", *, today: date, dry_run: bool = False) -> ImportReport:
    """Bring `table` up to date; with `dry_run`, only report what would change.

    EC2 is read completely before anything is written, so a failure leaves the table intact. If the prices
    cannot be read, the instance types are still written and keep the prices they have.

    Raises `EmptyListing`, and boto3's errors from EC2 and DynamoDB.
    """
    listing = read_listing(sources.ec2)
    prices, failure = _prices(sources, {row.name for row in listing.rows})
    changes = find_changes(read_table(table), listing.rows, prices, region=sources.region, today=today)
    if not dry_run:
        write_items(table, changes.items)
    return ImportReport(
        changes=changes, skipped=listing.skipped, priced=len(prices or {}), price_failure=failure
    )


def _prices(sources: Sources, names: set[str]) -> tuple[Mapping[str, Decimal] | None, str | None]:
    if sources.pricing is None:
        return None, None
    try:
        return read_prices(sources.pricing, sources.region, names), None
    except (BotoCoreError, ClientError) as error:
        return None, str(error)
