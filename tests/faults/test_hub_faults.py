"""The Hub misbehaves, over real sockets: with nothing cached, and with a stale copy of the model."""

import json
import time
from typing import Any

import pytest
from support import misbehaviour
from support.assertions import assert_error, header
from support.hub import CONFIG, MODEL, HubDouble, Part, moved, running_hub
from support.hub_faults import BAD, FAULTS, LIMITED, REFUSALS, UNREACHABLE, in_half_a_minute
from support.loopback import Misbehave, Say
from support.misbehaviour import Watched
from support.service import Service

from handler.hub import client
from handler.stale import OLDER_METADATA

DEADLINE_SECONDS = 0.8

# Far above the deadline, for a busy machine, and far below the time of an answer without a deadline.
PATIENCE_SECONDS = 8


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many attempts as usual, but sooner."""
    monkeypatch.setattr(client, "_PAUSES_SECONDS", (0.01, 0.01))


def service(hub: HubDouble) -> Service:
    """A service that asks the Hub for every request."""
    return Service(hub.url, deadline_seconds=DEADLINE_SECONDS, cache_seconds=0, stale_seconds=3600)


def ask(asked: Service) -> dict[str, Any]:
    started = time.monotonic()
    answer = asked.ask(MODEL, "g5.xlarge")
    assert time.monotonic() - started < PATIENCE_SECONDS
    return answer


def assert_stale(answer: dict[str, Any], good: dict[str, Any]) -> None:
    """`answer` is `good` with the warning that it may be out of date, and is not to be cached."""
    body, expected = json.loads(answer["body"]), json.loads(good["body"])
    assert answer["statusCode"] == 200
    assert body.pop("warning_codes") == [*expected.pop("warning_codes"), OLDER_METADATA]
    assert "from a minute ago" in body.pop("warnings")[-1]
    expected.pop("warnings")
    assert body == expected
    assert header(answer, "Cache-Control") == "no-store"
    assert header(answer, "ETag") is None


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_where_nothing_is_cached(fault: Say | Misbehave, code: str) -> None:
    with running_hub(HubDouble(fault=fault)) as hub:
        answer = ask(service(hub))

    assert_error(answer, 502, code)


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_a_stale_copy_stands_in_with_a_warning(fault: Say | Misbehave, code: str) -> None:
    assert code
    with running_hub() as hub:
        asked = service(hub)
        good = ask(asked)
        hub.fault = fault
        answer = ask(asked)

    assert good["statusCode"] == 200
    assert_stale(answer, good)


@pytest.mark.parametrize("is_cached", [False, True], ids=["cold", "warm"])
def test_a_hub_that_refuses_connections(is_cached: bool) -> None:  # noqa: FBT001
    with running_hub() as hub:
        hub.headers = {"Connection": "close"}
        asked = service(hub)
        good = ask(asked) if is_cached else None
    answer = ask(asked)

    if good is None:
        assert_error(answer, 502, UNREACHABLE)
    else:
        assert_stale(answer, good)


@pytest.mark.parametrize(
    ("retry_after", "passed_on"), [("30", "30"), ("7200", "7200"), ("-3", None), ("1e3", None)]
)
def test_a_wait_is_passed_on_in_whole_seconds(retry_after: str, passed_on: str | None) -> None:
    assert passed_on == header(limited(retry_after), "Retry-After")


def test_a_wait_until_a_date_is_passed_on_in_seconds() -> None:
    seconds = header(limited(in_half_a_minute()), "Retry-After")

    assert 0 < int(seconds or "0") <= 30


def limited(retry_after: str) -> dict[str, Any]:
    """The answer while the Hub is rate limiting and asks to wait."""
    with running_hub(HubDouble(fault=Say(status=429, headers={"Retry-After": retry_after}))) as hub:
        answer = ask(service(hub))
    assert_error(answer, 502, LIMITED)
    return answer


@pytest.mark.parametrize(
    "misbehave",
    [
        misbehaviour.silence,
        misbehaviour.drip_head,
        misbehaviour.drip_body,
        misbehaviour.drip_chunk,
        misbehaviour.stop_half_way,
        misbehaviour.half_a_gigabyte,
        misbehaviour.endless,
    ],
)
def test_the_client_hangs_up_on_endless_responses(misbehave: Misbehave) -> None:
    watched = Watched(misbehave)
    with running_hub(HubDouble(fault=watched)) as hub:
        ask(service(hub))

        assert watched.is_over.wait(PATIENCE_SECONDS)


def test_no_other_host_is_requested() -> None:
    with running_hub() as other, running_hub() as hub:
        hub.fault = moved(f"{other.url}/api/models/{MODEL}")
        ask(service(hub))

    assert other.seen == []


@pytest.mark.parametrize(("refusal", "status", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_reported_and_the_stale_copy_removed(refusal: Say, status: int, code: str) -> None:
    with running_hub() as hub:
        asked = service(hub)
        ask(asked)
        hub.fault = refusal
        refused = ask(asked)
        hub.fault = Say(status=500)
        afterwards = ask(asked)

    assert_error(refused, status, code)
    assert afterwards["statusCode"] != 200


@pytest.mark.parametrize("fault", [Say(status=500), Say(status=429), Say()], ids=["down", "limited", "empty"])
@pytest.mark.parametrize(
    ("refused", "failing"), [("information", "config"), ("config", "information")], ids=["api", "file"]
)
def test_a_refusal_of_one_document_takes_precedence_over_a_failure_of_the_other(
    refused: Part, failing: Part, fault: Say
) -> None:
    gate = Say(status=401, headers={"X-Error-Code": "GatedRepo"})
    with running_hub(HubDouble(faults={refused: gate, failing: fault})) as hub:
        answer = Service(hub.url).ask(MODEL, "g5.xlarge")

    assert_error(answer, 403, "model_gated")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "text/html"}, {"Content-Type": "x" * 1000}, {"Content-Encoding": "identity"}],
    ids=["no type", "wrong type", "no type at all", "not compressed"],
)
def test_headers_without_meaning_for_json_are_ignored(headers: dict[str, str]) -> None:
    with running_hub() as hub:
        hub.headers = headers

        assert ask(service(hub))["statusCode"] == 200


def test_a_response_without_a_length_is_read() -> None:
    def without_length(connection: Any) -> None:
        body = json.dumps(CONFIG).encode()
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)

    with running_hub() as hub:
        hub.fault = without_length

        assert ask(service(hub))["statusCode"] == 200


VALUES = ("1e999", "-1e999", "-1", "0", '"32"', "null", "[]", "{}", "true", "1.5", "9" * 400)


@pytest.mark.parametrize(
    "key",
    [
        "architectures",
        "hidden_size",
        "max_position_embeddings",
        "model_type",
        "num_attention_heads",
        "num_hidden_layers",
        "num_key_value_heads",
        "rope_theta",
        "sliding_window",
        "torch_dtype",
        "vocab_size",
    ],
)
def test_impossible_values_are_not_an_internal_error(key: str) -> None:
    with running_hub() as hub:
        asked = service(hub)
        for value in VALUES:
            text = json.dumps({**CONFIG, key: "VALUE"}).replace('"VALUE"', value)
            hub.documents["config"] = text.encode()
            given = ask(asked)

            if given["statusCode"] != 200:
                assert_error(given, 502, BAD)
