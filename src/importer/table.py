"""Reading the table, finding what differs from EC2's listing, and writing it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from importer.row import Item, Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_PRICE = frozenset({"usd_per_hour", "price_region", "priced_on"})

# Attributes that state when something was seen, which alone is not a reason to write.
_DATES = frozenset({"seen_on", "priced_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The difference between the table and a listing."""

    added: tuple[Item, ...]
    changed: tuple[Item, ...]
    delisted: tuple[Item, ...]
    """Items whose type EC2 does not list any more, marked as such."""
    unchanged: int

    @property
    def items(self) -> tuple[Item, ...]:
        """All items to write."""
        return self.added + self.changed + self.delisted


def read_table(table: "Table") -> Mapping[str, Item]:
    """The table's items by name."""
    # The client of a resource, unlike a plain one, converts DynamoDB's types to Python's.
    pages = table.meta.client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return {str(item["name"]): dict(item) for page in pages for item in page["Items"]}


def find_changes(
    known: Mapping[str, Item],
    rows: Iterable[Row],
    prices: Mapping[str, Decimal] | None,
    *,
    region: str,
    today: date,
) -> Changes:
    """What to write so that the items `known` match `rows` and the `prices` in `region`.

    If `prices` is `None`, items keep theirs. Items that differ only in their dates count as unchanged.
    """
    wanted = {row.name: _item(row, known.get(row.name), prices, region, today) for row in rows}
    added = [item for name, item in wanted.items() if name not in known]
    changed = [item for name, item in wanted.items() if name in known and _differ(item, known[name])]
    delisted = [
        {**item, "listed": False}
        for name, item in sorted(known.items())
        if name not in wanted and item.get("listed") is not False
    ]
    return Changes(
        added=tuple(added),
        changed=tuple(changed),
        delisted=tuple(delisted),
        unchanged=len(wanted) - len(added) - len(changed),
    )


def write_items(table: "Table", items: Iterable[Item]) -> None:
    """Put `items` into the table. boto3 batches them and sends again what DynamoDB leaves unprocessed."""
    with table.batch_writer() as batch:
        for item in items:
            batch.put_item(Item=item)


def _item(
    row: Row, known: Item | None, prices: Mapping[str, Decimal] | None, region: str, today: date
) -> Item:
    item: Item = {**row.item(), "seen_on": today.isoformat()}
    if prices is None:
        return {**{key: value for key, value in (known or {}).items() if key in _PRICE}, **item}
    if row.name not in prices:
        return item
    return {
        **item,
        "usd_per_hour": prices[row.name].normalize(),
        "price_region": region,
        "priced_on": today.isoformat(),
    }


def _differ(one: Item, other: Item) -> bool:
    return {key: value for key, value in one.items() if key not in _DATES} != {
        key: value for key, value in other.items() if key not in _DATES
    }
