"""EC2's listing, in the records that moto bundles: responses of the real API."""

from collections.abc import Iterable, Mapping
from typing import Any

import boto3
import pytest
from moto import mock_aws

from importer.ec2 import EmptyListing, read_listing
from local.embedded.instance_records import ShippedRecords

_ACCELERATED = ("GpuInfo", "NeuronInfo", "InferenceAcceleratorInfo")


class Pages:
    """A client whose response has these pages."""

    def __init__(self, *pages: list[Any]) -> None:
        self.pages = pages

    def get_paginator(self, _: str, /) -> "Pages":
        return self

    def paginate(self, **_: Any) -> Iterable[Mapping[str, Any]]:
        return [{"InstanceTypes": page} for page in self.pages]


def records() -> list[Any]:
    return [record for page in ShippedRecords().paginate() for record in page["InstanceTypes"]]


def test_every_accelerated_type_is_listed_except_fractions_of_gpus_and_other_makes() -> None:
    listing = read_listing(ShippedRecords())
    accelerated = {each["InstanceType"] for each in records() if any(key in each for key in _ACCELERATED)}
    left_out = accelerated - {row.name for row in listing.rows}

    assert len(accelerated) == 79
    assert left_out == {
        "dl2q.24xlarge",
        "g6f.2xlarge",
        "g6f.4xlarge",
        "g6f.large",
        "g6f.xlarge",
        "gr6f.4xlarge",
    }
    assert all(any(reason.startswith(f"{name}:") for reason in listing.skipped) for name in left_out)


def test_the_paged_api_gives_the_same_listing() -> None:
    with mock_aws():
        listing = read_listing(boto3.client("ec2"))

    assert listing == read_listing(ShippedRecords())


@pytest.mark.parametrize(
    ("name", "count", "accelerator", "device_mib"),
    [
        ("g5.12xlarge", 4, "A10G", 22_888),
        ("p5.4xlarge", 1, "H100", 81_920),
        ("g7e.48xlarge", 8, "RTX PRO Server 6000", 98_304),
        ("inf2.48xlarge", 12, "Inferentia2", 32_768),
    ],
)
def test_a_type_has_the_devices_that_ec2_states(
    name: str, count: int, accelerator: str, device_mib: int
) -> None:
    row = next(row for row in read_listing(ShippedRecords()).rows if row.name == name)

    assert (row.accelerator_count, row.accelerator_name, row.accelerator_device_mib) == (
        count,
        accelerator,
        device_mib,
    )


def test_a_malformed_record_is_skipped() -> None:
    good = next(each for each in records() if each["InstanceType"] == "g5.xlarge")
    listing = read_listing(Pages([{"InstanceType": "x1.bad", "GpuInfo": {}}], [good]))

    assert [row.name for row in listing.rows] == ["g5.xlarge"]
    assert listing.skipped == ("x1.bad: KeyError at 'Gpus'",)


def test_a_listing_without_accelerators_is_an_error() -> None:
    with pytest.raises(EmptyListing):
        read_listing(Pages([{"InstanceType": "m5.large"}]))
