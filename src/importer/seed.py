"""The import as a command: `python -m importer.seed --table NAME [--region REGION] [--dry-run]`.

It does what the stack's scheduled function does every day, with your own AWS credentials.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from importer.app import sources
from importer.ec2 import EmptyListing
from importer.import_run import ImportReport, run_import
from importer.row import Item


def main(arguments: Sequence[str] | None = None) -> int:
    """Import the instance types that EC2 lists, and their prices, into a DynamoDB table."""
    parser = argparse.ArgumentParser(prog="python -m importer.seed", description=main.__doc__)
    parser.add_argument("--table", required=True, help="the table's name, the stack's output TableName")
    parser.add_argument("--region", help="the AWS region; default: that of your credentials")
    parser.add_argument("--dry-run", action="store_true", help="print what would change, write nothing")
    options = parser.parse_args(arguments)
    try:
        session = boto3.Session(region_name=options.region)
        report = run_import(
            sources(session.region_name),
            session.resource("dynamodb").Table(options.table),
            today=datetime.now(UTC).date(),
            dry_run=options.dry_run,
        )
    except (BotoCoreError, ClientError, EmptyListing) as error:
        print(f"The table {options.table} was not updated: {error}", file=sys.stderr)
        return 1
    print(report_text(report, options.table, dry_run=options.dry_run))
    return 0 if report.price_failure is None else 1


def report_text(report: ImportReport, table_name: str, *, dry_run: bool) -> str:
    """A line for each changed item, and the totals."""
    marks = (("+", report.changes.added), ("~", report.changes.changed), ("-", report.changes.delisted))
    lines = [f"{mark} {_item_text(item)}" for mark, items in marks for item in items]
    lines += [f"skipped {reason}" for reason in report.skipped]
    if report.price_failure is not None:
        lines.append(f"The prices were not updated: {report.price_failure}")
    counts = ", ".join(f"{number} {what}" for what, number in report.counts().items())
    verb = "would change" if dry_run else "is up to date"
    return "\n".join([*lines, f"{table_name} {verb}: {counts}."])


def _item_text(item: Item) -> str:
    price = f", ${item['usd_per_hour']:f} an hour" if "usd_per_hour" in item else ""
    return (
        f"{item['name']}: {item['accelerator_count']} x {item['accelerator_name']},"
        f" {item['accelerator_memory_gib']} GiB{price}"
    )


if __name__ == "__main__":
    sys.exit(main())
