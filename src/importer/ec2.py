"""The instance types that EC2 lists in a region."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from importer.row import Row, UnusableRecord, parse_record


class Paginator(Protocol):
    """What boto3 makes of an operation that answers in pages."""

    def paginate(self, **arguments: Any) -> Iterable[Mapping[str, Any]]:  # noqa: ANN401 - as boto3 has it
        """The pages of an answer."""


class PagedClient(Protocol):
    """A client of boto3, or what stands in for one."""

    def get_paginator(self, operation_name: str, /) -> Paginator:
        """The paginator of an operation."""


class EmptyListing(Exception):
    """EC2 lists no accelerated instance type at all, which is never true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What EC2 lists, as far as the table wants it."""

    rows: tuple[Row, ...]
    skipped: tuple[str, ...]
    """Records with accelerators that the table has no use for, or that make no sense, and why."""


def read_listing(client: PagedClient) -> Listing:
    """All instance types with whole GPUs or Neuron devices, by name.

    Raises `EmptyListing` where there are none, and what `client` raises where EC2 does not answer.
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
        raise EmptyListing(f"EC2 lists no GPU or Neuron instance type; {len(skipped)} records were skipped.")
    return Listing(rows=tuple(sorted(rows, key=lambda row: row.name)), skipped=tuple(sorted(skipped)))
