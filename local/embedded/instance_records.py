"""EC2's instance types as moto bundles them: real records of `DescribeInstanceTypes`."""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from importer.ec2 import read_listing
from importer.table import find_changes
from local.embedded.prices import price_list

Item = dict[str, Any]

# Items state when they were seen; a fixed day keeps the bundled ones the same.
_SEEN_ON = date(2026, 11, 1)


class ShippedRecords:
    """An EC2 client for the bundled records."""

    def get_paginator(self, _: str, /) -> "ShippedRecords":
        """The paginator of `describe_instance_types`, the only operation."""
        return self

    def paginate(self, **_: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - as boto3 has it
        """One page with all records."""
        packed = (resources.files("moto") / "ec2/resources/instance_types.json.gz").read_bytes()
        yield {"InstanceTypes": list(json.loads(gzip.decompress(packed)).values())}


def shipped_items() -> tuple[Item, ...]:
    """The items of a table imported from the bundled records, without prices, as DynamoDB represents them."""
    rows = read_listing(ShippedRecords()).rows
    serialize = TypeSerializer().serialize
    items = find_changes({}, rows, None, region="us-east-1", today=_SEEN_ON).items
    return tuple({name: serialize(value) for name, value in item.items()} for item in items)


def priced_items() -> tuple[Item, ...]:
    """The same with the prices of the bundled list; types that it does not have stay without."""
    prices = price_list()
    return tuple({**item, **prices.attributes(item["name"]["S"])} for item in shipped_items())
