"""A DynamoDB that speaks the real one's protocol over HTTP and does what a test tells it to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from handler.catalog import CLIENT_CONFIG
from support.instances import ITEMS
from support.loopback import Loopback, Misbehave, Say, Seen, loopback

_CONTENT = {"Content-Type": "application/x-amz-json-1.0"}


def dynamodb_says(document: object, status: int = 200) -> Say:
    return Say(status=status, headers=_CONTENT, body=json.dumps(document).encode())


def dynamodb_refuses(kind: str, status: int = 400) -> Say:
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "told to"}
    return dynamodb_says(error, status)


class TableDouble:
    """Its `fault`, once set, is the answer to everything; else it knows EC2's instance types."""

    def __init__(self) -> None:
        self.fault: Say | Misbehave | None = None
        self.running: Loopback

    def answer(self, request: Seen) -> Say | Misbehave:
        if self.fault is not None:
            return self.fault
        if request.headers["x-amz-target"].endswith(".Scan"):
            return dynamodb_says({"Items": list(ITEMS.values()), "Count": len(ITEMS)})
        name = json.loads(request.body)["Key"]["name"]["S"]
        return dynamodb_says({"Item": ITEMS[name]} if name in ITEMS else {})

    def client(self) -> Any:
        """A client as the function makes it."""
        return boto3.client("dynamodb", config=CLIENT_CONFIG, endpoint_url=self.running.url)


@contextmanager
def table_double() -> Iterator[TableDouble]:
    double = TableDouble()
    with loopback(double.answer) as double.running:
        yield double
