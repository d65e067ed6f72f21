"""Import the instance types that EC2 lists, and their prices, into a DynamoDB table.

    python -m importer.seed --table NAME [--region REGION] [--dry-run]

It is what the stack's scheduled function does every day, with your own AWS credentials.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from importer.app import count, sources
from importer.ec2 import EmptyListing
from importer.import_run import Report, run_import
from importer.row import Item
from importer.table import UnprocessedItems


def main(arguments: Sequence[str] | None = None) -> int:
    """Import into the table that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m importer.seed", description=main.__doc__)
    parser.add_argument("--table", required=True, help="the table's name, an output of the stack")
    parser.add_argument("--region", help="another region than that of the credentials")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    options = parser.parse_args(arguments)
    try:
        session = boto3.Session(region_name=options.region)
        report = run_import(
            sources(session.region_name),
            session.client("dynamodb"),
            options.table,
            today=datetime.now(UTC).date(),
            dry_run=options.dry_run,
        )
    except (BotoCoreError, ClientError, EmptyListing, UnprocessedItems) as error:
        print(f"The table {options.table} was not brought up to date: {error}", file=sys.stderr)
        return 1
    print(report_text(report, options.table, dry_run=options.dry_run))
    return 0 if report.price_failure is None else 1


def report_text(report: Report, table_name: str, *, dry_run: bool) -> str:
    """A line for each row that changes, and the sums."""
    marks = (("+", report.changes.added), ("~", report.changes.changed), ("-", report.changes.delisted))
    lines = [f"{mark} {_row_text(item)}" for mark, items in marks for item in items]
    lines += [f"skipped {reason}" for reason in report.skipped]
    if report.price_failure is not None:
        lines.append(f"Prices were left as they are: {report.price_failure}")
    counts = ", ".join(f"{number} {what}" for what, number in count(report).items())
    verb = "would change" if dry_run else "is up to date"
    return "\n".join([*lines, f"{table_name} {verb}: {counts}."])


def _row_text(item: Item) -> str:
    price = f", ${item['usd_per_hour']['N']} an hour" if "usd_per_hour" in item else ""
    return (
        f"{item['name']['S']}: {item['accelerator_count']['N']} x {item['accelerator_name']['S']},"
        f" {item['accelerator_memory_gib']['N']} GiB{price}"
    )


if __name__ == "__main__":
    sys.exit(main())
