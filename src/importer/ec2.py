"""The instance types that EC2 lists in a region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from importer.row import Row, UnusableRecord, parse_record


class Paginator(Protocol):
    """A boto3 paginator."""

    def paginate(self, **arguments: Any) -> Iterable[Mapping[str, Any]]:  # noqa: ANN401 - as boto3 has it
        """The pages of a response."""


class PagedClient(Protocol):
    """A boto3 client, or a test double for one."""

    def get_paginator(self, operation_name: str, /) -> Paginator:
        """The paginator of an operation."""


class EmptyListing(Exception):
    """EC2 listed no accelerated instance type at all, which is never true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The accelerated instance types of a region."""

    rows: tuple[Row, ...]
    skipped: tuple[str, ...]
    """Accelerated types that the table does not take or that could not be parsed, each with the reason."""


def read_listing(client: PagedClient) -> Listing:
    """All instance types with whole GPUs or Neuron devices, sorted by name.

    Raises `EmptyListing` if there are none, and boto3's errors if EC2 does not answer.
    """
    rows: list[Row] = []
    skipped: list[str] = []
    for page in client.get_paginator("describe_instance_types").paginate():
        for record in page["InstanceTypes"]:
            try:
                row = parse_record(record)
            except UnusableRecord as reason:
                skipped.append(str(reason))
            else:
                rows.extend([row] if row is not None else [])
    if not rows:
        raise EmptyListing(f"EC2 listed no GPU or Neuron instance type; {len(skipped)} records were skipped.")
    return Listing(rows=tuple(sorted(rows, key=lambda row: row.name)), skipped=tuple(sorted(skipped)))
