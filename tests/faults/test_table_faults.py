"""DynamoDB misbehaves, over real sockets and through a client as the function makes it."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from support import misbehaviour
from support.assertions import assert_error
from support.dynamodb import TABLE
from support.faulty_hub import MODEL, faulty_hub
from support.instances import ITEMS
from support.loopback import Misbehave, Say
from support.service import Service
from support.table_double import TableDouble, dynamodb_refuses, dynamodb_says, table_double

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
    "accepts and says nothing": misbehaviour.silence,
    "accepts and hangs up": misbehaviour.hang_up,
    "resets half-way": misbehaviour.reset_half_way,
    "speaks no HTTP": misbehaviour.no_http,
    "HTML": Say(body=b"<html>Sign in</html>"),
    "not UTF-8": Say(body=b'{"Items": ["\xff\xfe"]}'),
    "truncated": Say(body=b'{"Items": [', promised=100),
    "deep nesting": Say(body=b'{"Items":' * 100_000),
    "a list": dynamodb_says([]),
    "no items": dynamodb_says({}),
    "items of another shape": dynamodb_says({"Items": "none"}),
    "a row of another shape": dynamodb_says({"Items": ["g5.xlarge"]}),
    "attributes of another shape": dynamodb_says({"Items": [{"name": "g5.xlarge"}]}),
    "empty": dynamodb_says({"Items": [], "Count": 0}),
    "every row broken": dynamodb_says(
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


def with_table(double: TableDouble, hub_url: str, clock: Callable[[], float]) -> Service:
    return Service(hub_url, Catalog(double.client(), TABLE, cache_seconds=60, clock=clock))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_table_that_fails_is_unavailable_until_it_has_been_read(
    fault: Say | Misbehave, caplog: pytest.LogCaptureFixture
) -> None:
    """Then its last copy is used for up to a day."""
    clock = Clock()
    with faulty_hub() as hub, table_double() as double:
        asked = with_table(double, hub.url, clock)
        double.fault = fault
        cold = ask(asked)
        double.fault, clock.now = None, 10
        good = ask(asked)
        double.fault, clock.now = fault, 100
        with caplog.at_level(logging.WARNING):
            warm = ask(asked)
        clock.now = 10 + 86_400
        expired = ask(asked)

    assert_error(cold, 503, "catalog_unavailable")
    assert good["statusCode"] == 200
    assert warm["body"] == good["body"]
    assert "Answered from an older copy of the table" in caplog.text
    assert_error(expired, 503, "catalog_unavailable")


@pytest.mark.parametrize("is_read", [False, True], ids=["cold", "warm"])
def test_a_table_that_refuses_connections(is_read: bool) -> None:  # noqa: FBT001
    clock = Clock()
    with faulty_hub() as hub:
        with table_double() as double:
            asked = with_table(double, hub.url, clock)
            if is_read:
                assert ask(asked)["statusCode"] == 200
            double.fault = misbehaviour.hang_up  # also on connections that are kept alive
            clock.now = 100
        answer = ask(asked)

    if is_read:
        assert answer["statusCode"] == 200
    else:
        assert_error(answer, 503, "catalog_unavailable")


def test_a_table_that_drips_is_not_waited_for_beyond_the_deadline() -> None:
    """Each byte begins the client's time-out anew."""
    with table_double() as double:
        double.fault = misbehaviour.drip_body
        catalog = Catalog(double.client(), TABLE, cache_seconds=60)
        started = time.monotonic()
        with pytest.raises(Exception, match="try again in a minute"):
            catalog.instance("g5.xlarge", deadline=time.monotonic() + 0.5)

    assert time.monotonic() - started < PATIENCE_SECONDS


def test_a_broken_row_costs_nothing_but_itself() -> None:
    rows = [G5, {"name": {"S": "g5.2xlarge"}}, {**G5, "name": {"S": "g5.4xlarge"}, "vcpus": {"S": "many"}}]
    with faulty_hub() as hub, table_double() as double:
        asked = with_table(double, hub.url, Clock())
        double.fault = dynamodb_says({"Items": rows, "Count": 3})

        assert ask(asked)["statusCode"] == 200


def test_a_table_that_failed_is_left_alone_for_a_few_seconds() -> None:
    clock = Clock()
    with faulty_hub() as hub, table_double() as double:
        asked = with_table(double, hub.url, clock)
        double.fault = FAULTS["not allowed"]
        ask(asked)
        visits = len(double.running.seen)
        assert_error(ask(asked), 503, "catalog_unavailable")
        assert len(double.running.seen) == visits
        double.fault, clock.now = None, 6

        assert ask(asked)["statusCode"] == 200


def test_a_look_up_that_fails_is_no_unknown_type() -> None:
    with faulty_hub() as hub, table_double() as double:
        asked = with_table(double, hub.url, Clock())
        ask(asked)
        double.fault = FAULTS["throttled"]

        assert_error(ask(asked, "g5.99xlarge"), 503, "catalog_unavailable")
        assert json.loads(ask(asked)["body"])["explanation"]["feasible"] is True


@pytest.mark.parametrize("fault", ["unknown", "down"])
def test_what_the_table_says_comes_before_what_the_hub_says(fault: str) -> None:
    with faulty_hub() as hub, table_double() as double:
        hub.fault = Say(status=404, headers={"X-Error-Code": "RepoNotFound"})
        double.fault = FAULTS["not allowed"] if fault == "down" else None
        answer = ask(with_table(double, hub.url, Clock()), "g5.99xlarge")

    if fault == "down":
        assert_error(answer, 503, "catalog_unavailable")
    else:
        assert_error(answer, 404, "instance_type_not_found")


def test_the_hub_is_not_asked_for_a_type_that_a_read_table_does_not_have() -> None:
    with faulty_hub() as hub, table_double() as double:
        asked = with_table(double, hub.url, Clock())
        ask(asked)
        visits = len(hub.running.seen)

        assert_error(ask(asked, "g5.99xlarge"), 404, "instance_type_not_found")
        assert len(hub.running.seen) == visits


@pytest.mark.parametrize("instance_type", ["inf2.xlarge", "trn1.32xlarge"])
def test_the_hub_is_not_asked_for_a_neuron_device_even_before_the_table_is_read(instance_type: str) -> None:
    with faulty_hub() as hub, table_double() as double:
        answer = ask(with_table(double, hub.url, Clock()), instance_type)

        assert json.loads(answer["body"])["explanation"]["code"] == "neuron_not_supported"
        assert hub.running.seen == []
