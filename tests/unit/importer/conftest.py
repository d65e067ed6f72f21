"""The table of the import tests, in moto and in dynalite."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from support.dynamodb import TABLE, dynalite_client, moto_client


@pytest.fixture(params=[moto_client, dynalite_client], ids=["moto", "dynalite"])
def table(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty table, as boto3's resource."""
    with request.param() as client:
        yield boto3.resource("dynamodb", endpoint_url=client.meta.endpoint_url).Table(TABLE)


@pytest.fixture
def moto_table() -> Iterator[Any]:
    with moto_client():
        yield boto3.resource("dynamodb").Table(TABLE)
