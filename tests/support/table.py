"""The double of the DynamoDB table: it has EC2's instance types, until a test sets a fault."""

import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.session import get_session

from handler.catalog import CLIENT_CONFIG, Catalog
from support.instances import ITEMS
from support.loopback import Loopback, Misbehave, Say, Seen, loopback

TABLE = "instance-types"

_CONTENT = {"Content-Type": "application/x-amz-json-1.0"}


class TableDouble:
    """Answers DynamoDB's protocol; its items and its fault may be exchanged."""

    running: Loopback
    """The server, once `running_table` has started one."""

    def __init__(
        self, items: Sequence[dict[str, Any]] = tuple(ITEMS.values()), *, fault: Say | Misbehave | None = None
    ) -> None:
        self.items = items
        self.fault = fault
        """The answer to every request, where it is not `None`."""

    def answer(self, request: Seen) -> Say | Misbehave:
        if self.fault is not None:
            return self.fault
        if request.headers["x-amz-target"].endswith(".Scan"):
            return dynamodb_says({"Items": list(self.items), "Count": len(self.items)})
        name = json.loads(request.body)["Key"]["name"]
        found = next((item for item in self.items if item.get("name") == name), None)
        return dynamodb_says({} if found is None else {"Item": found})

    def client(self) -> Any:
        """A client as the function creates it, connected to the running server."""
        return _client(self.running.url)

    def in_process_client(self) -> Any:
        """A client whose requests are answered without sockets."""
        client = _client("http://table.test")
        client.meta.events.register("before-send.dynamodb", self._respond)
        return client

    def catalog(self, *, cache_seconds: float = 60) -> Catalog:
        """A catalog over an in-process client."""
        return Catalog(self.in_process_client(), TABLE, cache_seconds=cache_seconds)

    def _respond(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        answer = self.answer(Seen(path="/", headers=headers, body=bytes(request.body)))
        assert isinstance(answer, Say)
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))


class _Raw(io.BytesIO):
    """What botocore reads a body from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def running_table(double: TableDouble | None = None) -> Iterator[TableDouble]:
    """The double behind a real server on the loopback interface."""
    table = double or TableDouble()
    with loopback(table.answer) as table.running:
        yield table


def dynamodb_says(document: object, status: int = 200) -> Say:
    return Say(status=status, headers=_CONTENT, body=json.dumps(document).encode())


def dynamodb_refuses(kind: str, status: int = 400) -> Say:
    error = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "as the test says"}
    return dynamodb_says(error, status)


def _client(url: str) -> Any:
    return get_session().create_client("dynamodb", config=CLIENT_CONFIG, endpoint_url=url)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
