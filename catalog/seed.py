"""Load the instance types of `instance_types.csv` into a DynamoDB table.

    python -m catalog.seed --table NAME [--endpoint-url URL]

Rows that are there already, with the same values, are not written again; rows of other types stay.
"""

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from handler.catalog import parse_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

INSTANCE_TYPES = Path(__file__).parent / "instance_types.csv"

_NUMBERS = frozenset({"accelerator_count", "accelerator_memory_gib", "vcpus", "memory_gib"})

Item = dict[str, Any]


def read_items(path: Path = INSTANCE_TYPES) -> list[Item]:
    """The file's rows as DynamoDB items, each checked as the service will check it.

    Raises `ValueError` naming the row that makes no sense.
    """
    with path.open(newline="") as file:
        return [_item(row, line) for line, row in enumerate(csv.DictReader(file), start=2)]


def seed(client: "DynamoDBClient", table_name: str, items: Sequence[Item]) -> int:
    """Write the items that differ from what `table_name` holds; answers how many those were."""
    known = _known_items(client, table_name)
    changed = [item for item in items if known.get(item["name"]["S"]) != item]
    for item in changed:
        client.put_item(TableName=table_name, Item=item)
    return len(changed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Seed the table that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m catalog.seed", description=main.__doc__)
    parser.add_argument("--table", required=True, help="the table's name, an output of the stack")
    parser.add_argument("--endpoint-url", help="another DynamoDB than the region's own")
    options = parser.parse_args(arguments)
    items = read_items()
    try:
        client = boto3.client("dynamodb", endpoint_url=options.endpoint_url)
        written = seed(client, options.table, items)
    except (BotoCoreError, ClientError) as error:
        print(f"The table {options.table} was not seeded: {error}", file=sys.stderr)
        return 1
    print(f"{options.table}: {written} of {len(items)} instance types written, the others were up to date.")
    return 0


def _known_items(client: "DynamoDBClient", table_name: str) -> Mapping[str, Item]:
    pages = client.get_paginator("scan").paginate(TableName=table_name)
    return {item["name"]["S"]: item for page in pages for item in page["Items"]}


def _item(row: Mapping[str, str], line: int) -> Item:
    item = {name: {"N" if name in _NUMBERS else "S": value} for name, value in row.items()}
    try:
        parse_item(item)
    except (ValueError, AttributeError) as error:
        raise ValueError(f"Line {line} of the instance types: {error}") from error
    return item


if __name__ == "__main__":
    sys.exit(main())
