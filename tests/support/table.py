"""A stand-in for the DynamoDB client of one table, in memory."""

from collections.abc import Iterator, Sequence
from typing import Any


class Table:
    """Its rows may be exchanged."""

    def __init__(self, items: Sequence[dict[str, Any]] = ()) -> None:
        self.items = items

    def get_paginator(self, _: str, /) -> "Table":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"Items": self.items}

    def get_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's name
        return next(({"Item": item} for item in self.items if item.get("name") == Key["name"]), {})
