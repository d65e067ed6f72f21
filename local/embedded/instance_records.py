"""EC2's records of its instance types, as moto ships them: real answers of `DescribeInstanceTypes`."""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from typing import Any

from importer.ec2 import read_listing
from importer.row import Item
from importer.table import find_changes

# Rows without a source of their own say when they were seen; here it is always the same day.
_DAY = date(2026, 11, 1)


class ShippedRecords:
    """Stands in for a client of EC2."""

    def get_paginator(self, _: str, /) -> "ShippedRecords":
        """Of `describe_instance_types`, the only operation there is."""
        return self

    def paginate(self, **_: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - as boto3 has it
        """One page of all records."""
        packed = (resources.files("moto") / "ec2/resources/instance_types.json.gz").read_bytes()
        yield {"InstanceTypes": list(json.loads(gzip.decompress(packed)).values())}


def shipped_items() -> tuple[Item, ...]:
    """The rows of a table that was imported from the shipped records, without prices."""
    rows = read_listing(ShippedRecords()).rows
    return find_changes({}, rows, None, region="us-east-1", today=_DAY).items
