"""What of the table is to be written, and writing it."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from importer.row import Item, Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_BATCH_ITEMS = 25  # the most that BatchWriteItem takes
_MOST_ATTEMPTS = 8
_FIRST_WAIT_SECONDS = 0.1

_PRICE = frozenset({"usd_per_hour", "price_region", "priced_on"})

# Attributes that say when something was seen, which alone is no reason to write.
_DATES = frozenset({"seen_on", "priced_on"})


class UnprocessedItems(Exception):
    """DynamoDB left items of a batch unwritten, again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The difference between a table and a listing."""

    added: tuple[Item, ...]
    changed: tuple[Item, ...]
    delisted: tuple[Item, ...]
    """Rows of types that EC2 does not list any more, marked as such."""
    unchanged: int

    @property
    def items(self) -> tuple[Item, ...]:
        """All that is to be written."""
        return self.added + self.changed + self.delisted


def read_table(client: "DynamoDBClient", table_name: str) -> Mapping[str, Item]:
    """The table's items by name."""
    pages = client.get_paginator("scan").paginate(TableName=table_name, ConsistentRead=True)
    return {item["name"]["S"]: dict(item) for page in pages for item in page["Items"]}


def find_changes(
    known: Mapping[str, Item],
    rows: Iterable[Row],
    prices: Mapping[str, Decimal] | None,
    *,
    region: str,
    today: date,
) -> Changes:
    """What makes the table `known` the listing `rows`, with `prices` of `region`; `None` leaves those it has.

    A row that differs in nothing but its dates is left as it is.
    """
    wanted = {row.name: _item(row, known.get(row.name), prices, region, today) for row in rows}
    added = [item for name, item in wanted.items() if name not in known]
    changed = [item for name, item in wanted.items() if name in known and _differ(item, known[name])]
    gone = [
        {**item, "listed": {"BOOL": False}}
        for name, item in sorted(known.items())
        if name not in wanted and item.get("listed") != {"BOOL": False}
    ]
    return Changes(
        added=tuple(added),
        changed=tuple(changed),
        delisted=tuple(gone),
        unchanged=len(wanted) - len(added) - len(changed),
    )


def write_items(
    client: "DynamoDBClient",
    table_name: str,
    items: Sequence[Item],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Put `items`, in batches; what DynamoDB leaves over is tried again, ever more slowly.

    Raises `UnprocessedItems` where it does not take all of them in the end.
    """
    for start in range(0, len(items), _BATCH_ITEMS):
        batch = items[start : start + _BATCH_ITEMS]
        left: Mapping[str, Sequence[object]] = {
            table_name: [{"PutRequest": {"Item": item}} for item in batch]
        }
        for attempt in range(_MOST_ATTEMPTS):
            answer = client.batch_write_item(RequestItems=left)  # type: ignore[arg-type]
            left = answer["UnprocessedItems"]
            if not left:
                break
            sleep(_FIRST_WAIT_SECONDS * 2**attempt)
        else:
            raise UnprocessedItems(f"{sum(map(len, left.values()))} items of {table_name} were not written.")


def _item(
    row: Row, known: Item | None, prices: Mapping[str, Decimal] | None, region: str, today: date
) -> Item:
    item: Item = {**row.item(), "seen_on": {"S": today.isoformat()}}
    if prices is None:
        return {**{key: value for key, value in (known or {}).items() if key in _PRICE}, **item}
    if row.name not in prices:
        return item
    return {
        **item,
        "usd_per_hour": {"N": f"{prices[row.name].normalize():f}"},
        "price_region": {"S": region},
        "priced_on": {"S": today.isoformat()},
    }


def _differ(one: Item, other: Item) -> bool:
    return {key: value for key, value in one.items() if key not in _DATES} != {
        key: value for key, value in other.items() if key not in _DATES
    }
