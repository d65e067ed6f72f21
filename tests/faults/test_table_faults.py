"""DynamoDB misbehaves, over real sockets and with a client as the function creates it."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from support import misbehaviour
from support.assertions import assert_error
from support.hub import MODEL, HubDouble, running_hub
from support.instances import ITEMS
from support.loopback import Misbehave, Say
from support.service import Service
from support.table import TABLE, TableDouble, dynamodb_refuses, dynamodb_says, running_table

from handler.catalog import Catalog

# The client gives up after two attempts of at most three seconds, and a machine may be busy.
PATIENCE_SECONDS = 15

G5 = ITEMS["g5.xlarge"]

FAULTS: dict[str, Say | Misbehave] = {
    "throttled": dynamodb_refuses("ProvisionedThroughputExceededException"),
    "over the account's limit": dynamodb_refuses("RequestLimitExceeded"),
    "table missing": dynamodb_refuses("ResourceNotFoundException"),
    "not allowed": dynamodb_refuses("AccessDeniedException"),
    "key expired": dynamodb_refuses("ExpiredTokenException"),
    "server error": dynamodb_refuses("InternalServerError", 500),
    "down for maintenance": Say(status=503, body=b"<html>later</html>"),
    "accepts and sends nothing": misbehaviour.silence,
    "accepts and hangs up": misbehaviour.hang_up,
    "resets half-way": misbehaviour.reset_half_way,
    "is not HTTP": misbehaviour.no_http,
    "HTML": Say(body=b"<html>Sign in</html>"),
    "is not UTF-8": Say(body=b'{"Items": ["\xff\xfe"]}'),
    "truncated": Say(body=b'{"Items": [', promised=100),
    "deep nesting": Say(body=b'{"Items":' * 100_000),
    "a list": dynamodb_says([]),
    "no items": dynamodb_says({}),
    "items of another shape": dynamodb_says({"Items": "none"}),
    "an item of another shape": dynamodb_says({"Items": ["g5.xlarge"]}),
    "attributes of another shape": dynamodb_says({"Items": [{"name": "g5.xlarge"}]}),
    "empty": dynamodb_says({"Items": [], "Count": 0}),
    "every item broken": dynamodb_says(
        {"Items": [{"name": {"S": "g5.xlarge"}}, {**G5, "vcpus": {"N": "-1"}}]}
    ),
}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def ask(asked: Service, instance_type: str = "g5.xlarge") -> dict[str, Any]:
    started = time.monotonic()
    answer = asked.ask(MODEL, instance_type)
    assert time.monotonic() - started < PATIENCE_SECONDS
    return answer


def service_with(table: TableDouble, hub_url: str, clock: Callable[[], float]) -> Service:
    return Service(hub_url, Catalog(table.client(), TABLE, cache_seconds=60, clock=clock))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_failing_table_is_unavailable_until_it_has_been_read(
    fault: Say | Misbehave, caplog: pytest.LogCaptureFixture
) -> None:
    """After that, a stale copy is used for up to a day."""
    clock = Clock()
    with running_hub() as hub, running_table() as table:
        asked = service_with(table, hub.url, clock)
        table.fault = fault
        cold = ask(asked)
        table.fault, clock.now = None, 10
        good = ask(asked)
        table.fault, clock.now = fault, 100
        with caplog.at_level(logging.WARNING):
            warm = ask(asked)
        clock.now = 10 + 86_400
        expired = ask(asked)

    assert_error(cold, 503, "catalog_unavailable")
    assert good["statusCode"] == 200
    assert warm["body"] == good["body"]
    assert "Answered from a stale copy of the table" in caplog.text
    assert_error(expired, 503, "catalog_unavailable")


@pytest.mark.parametrize("is_read", [False, True], ids=["cold", "warm"])
def test_a_table_that_refuses_connections(is_read: bool) -> None:  # noqa: FBT001
    clock = Clock()
    with running_hub() as hub:
        with running_table() as table:
            asked = service_with(table, hub.url, clock)
            if is_read:
                assert ask(asked)["statusCode"] == 200
            table.fault = misbehaviour.hang_up  # also on connections that are kept alive
            clock.now = 100
        answer = ask(asked)

    if is_read:
        assert answer["statusCode"] == 200
    else:
        assert_error(answer, 503, "catalog_unavailable")


def test_a_table_that_sends_a_byte_at_a_time_is_abandoned_at_the_deadline() -> None:
    """The client's time-out starts again with each byte."""
    with running_table() as table:
        table.fault = misbehaviour.drip_body
        catalog = Catalog(table.client(), TABLE, cache_seconds=60)
        started = time.monotonic()
        with pytest.raises(Exception, match="try again in a minute"):
            catalog.instance("g5.xlarge", deadline=time.monotonic() + 0.5)

    assert time.monotonic() - started < PATIENCE_SECONDS


def test_a_broken_item_is_skipped() -> None:
    items = [G5, {"name": {"S": "g5.2xlarge"}}, {**G5, "name": {"S": "g5.4xlarge"}, "vcpus": {"S": "many"}}]
    with running_hub() as hub, running_table() as table:
        asked = service_with(table, hub.url, Clock())
        table.fault = dynamodb_says({"Items": items, "Count": 3})

        assert ask(asked)["statusCode"] == 200


def test_a_failing_table_is_not_asked_for_five_seconds() -> None:
    clock = Clock()
    with running_hub() as hub, running_table() as table:
        asked = service_with(table, hub.url, clock)
        table.fault = FAULTS["not allowed"]
        ask(asked)
        requests = len(table.running.seen)
        assert_error(ask(asked), 503, "catalog_unavailable")
        assert len(table.running.seen) == requests
        table.fault, clock.now = None, 6

        assert ask(asked)["statusCode"] == 200


def test_a_failed_look_up_is_not_an_unknown_type() -> None:
    with running_hub() as hub, running_table() as table:
        asked = service_with(table, hub.url, Clock())
        ask(asked)
        table.fault = FAULTS["throttled"]

        assert_error(ask(asked, "g5.99xlarge"), 503, "catalog_unavailable")
        assert json.loads(ask(asked)["body"])["explanation"]["feasible"] is True


@pytest.mark.parametrize("fault", ["unknown", "down"])
def test_an_error_of_the_table_takes_precedence_over_one_of_the_hub(fault: str) -> None:
    missing = Say(status=404, headers={"X-Error-Code": "RepoNotFound"})
    with running_hub(HubDouble(fault=missing)) as hub, running_table() as table:
        table.fault = FAULTS["not allowed"] if fault == "down" else None
        answer = ask(service_with(table, hub.url, Clock()), "g5.99xlarge")

    if fault == "down":
        assert_error(answer, 503, "catalog_unavailable")
    else:
        assert_error(answer, 404, "instance_type_not_found")


def test_the_hub_is_not_asked_where_a_cached_table_lacks_the_type() -> None:
    with running_hub() as hub, running_table() as table:
        asked = service_with(table, hub.url, Clock())
        ask(asked)
        requests = len(hub.seen)

        assert_error(ask(asked, "g5.99xlarge"), 404, "instance_type_not_found")
        assert len(hub.seen) == requests


@pytest.mark.parametrize("instance_type", ["inf2.xlarge", "trn1.32xlarge"])
def test_the_hub_is_not_asked_for_neuron_instances_even_before_the_table_is_read(instance_type: str) -> None:
    with running_hub() as hub, running_table() as table:
        answer = ask(service_with(table, hub.url, Clock()), instance_type)

        assert json.loads(answer["body"])["explanation"]["code"] == "neuron_not_supported"
        assert hub.seen == []
