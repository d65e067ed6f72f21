"""The Hub misbehaves, over real sockets: with nothing remembered, and with an older copy of the model."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support import misbehaviour
from support.assertions import assert_error, header
from support.faulty_hub import CONFIG, MODEL, FaultyHub, faulty_hub
from support.hub_faults import BAD, FAULTS, LIMITED, REFUSALS, UNREACHABLE, in_half_a_minute, moved
from support.loopback import Misbehave, Say, loopback
from support.misbehaviour import Watched
from support.service import Service, seeded_catalog

from handler.catalog import Catalog
from handler.hub import client
from handler.stale import OLDER_METADATA

DEADLINE_SECONDS = 0.8

# Far above the deadline, for a busy machine, and far below what an answer would take that has none.
PATIENCE_SECONDS = 8


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    with seeded_catalog() as made:
        yield made


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure is repeated as often as always, but sooner."""
    monkeypatch.setattr(client, "_PAUSES_SECONDS", (0.01, 0.01))


def service(hub: FaultyHub, catalog: Catalog) -> Service:
    """One that asks the Hub about everything, every time."""
    return Service(hub.url, catalog, deadline_seconds=DEADLINE_SECONDS, cache_seconds=0, stale_seconds=3600)


def ask(asked: Service) -> dict[str, Any]:
    started = time.monotonic()
    answer = asked.ask(MODEL, "g5.xlarge")
    assert time.monotonic() - started < PATIENCE_SECONDS
    return answer


def assert_older(answer: dict[str, Any], good: dict[str, Any]) -> None:
    """`answer` is `good`, with a warning that it may be out of date, and not to be cached."""
    body, expected = json.loads(answer["body"]), json.loads(good["body"])
    assert answer["statusCode"] == 200
    assert body.pop("warning_codes") == [*expected.pop("warning_codes"), OLDER_METADATA]
    assert "from a minute ago" in body.pop("warnings")[-1]
    expected.pop("warnings")
    assert body == expected
    assert header(answer, "Cache-Control") == "no-store"
    assert header(answer, "ETag") is None


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_the_fault_is_told_where_nothing_is_remembered(
    catalog: Catalog, fault: Say | Misbehave, code: str
) -> None:
    with faulty_hub() as hub:
        hub.fault = fault
        answer = ask(service(hub, catalog))

    assert_error(answer, 502, code)


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_an_older_copy_stands_in_and_says_so(catalog: Catalog, fault: Say | Misbehave, code: str) -> None:
    assert code
    with faulty_hub() as hub:
        asked = service(hub, catalog)
        good = ask(asked)
        hub.fault = fault
        answer = ask(asked)

    assert good["statusCode"] == 200
    assert_older(answer, good)


@pytest.mark.parametrize("is_remembered", [False, True], ids=["cold", "warm"])
def test_a_hub_that_refuses_connections(catalog: Catalog, is_remembered: bool) -> None:  # noqa: FBT001
    with faulty_hub() as hub:
        hub.headers = {"Connection": "close"}
        asked = service(hub, catalog)
        good = ask(asked) if is_remembered else None
    answer = ask(asked)

    if good is None:
        assert_error(answer, 502, UNREACHABLE)
    else:
        assert_older(answer, good)


@pytest.mark.parametrize(
    ("retry_after", "passed_on"), [("30", "30"), ("7200", "7200"), ("-3", None), ("1e3", None)]
)
def test_a_wait_is_passed_on_in_whole_seconds(
    catalog: Catalog, retry_after: str, passed_on: str | None
) -> None:
    assert passed_on == header(limited(catalog, retry_after), "Retry-After")


def test_a_wait_until_a_date_is_passed_on_in_seconds(catalog: Catalog) -> None:
    seconds = header(limited(catalog, in_half_a_minute()), "Retry-After")

    assert 0 < int(seconds or "0") <= 30


def limited(catalog: Catalog, retry_after: str) -> dict[str, Any]:
    """The answer while the Hub has had enough and asks to wait."""
    with faulty_hub() as hub:
        hub.fault = Say(status=429, headers={"Retry-After": retry_after})
        answer = ask(service(hub, catalog))
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
def test_what_does_not_end_is_hung_up_on(catalog: Catalog, misbehave: Misbehave) -> None:
    """Nobody waits for the answer any more, and nobody reads on."""
    watched = Watched(misbehave)
    with faulty_hub() as hub:
        hub.fault = watched
        ask(service(hub, catalog))

        assert watched.is_over.wait(PATIENCE_SECONDS)


def test_no_other_host_is_asked(catalog: Catalog) -> None:
    with loopback(lambda _: Say(body=b"{}")) as other, faulty_hub() as hub:
        hub.fault = moved(f"{other.url}/api/models/{MODEL}")
        ask(service(hub, catalog))

    assert other.seen == []


@pytest.mark.parametrize(("refusal", "status", "code"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_told_and_the_older_copy_forgotten(
    catalog: Catalog, refusal: Say, status: int, code: str
) -> None:
    with faulty_hub() as hub:
        asked = service(hub, catalog)
        ask(asked)
        hub.fault = refusal
        refused = ask(asked)
        hub.fault = Say(status=500)
        afterwards = ask(asked)

    assert_error(refused, status, code)
    assert afterwards["statusCode"] != 200


@pytest.mark.parametrize("status", [500, 429, 200], ids=["down", "limited", "nonsense"])
@pytest.mark.parametrize("refused", ["api", "file"])
def test_a_refusal_of_one_document_counts_more_than_a_failure_of_the_other(
    catalog: Catalog, refused: str, status: int
) -> None:
    gate = Say(status=401, headers={"X-Error-Code": "GatedRepo"})

    def answer(request: Any) -> Say:
        is_refused = request.path.startswith("/api/") == (refused == "api")
        return gate if is_refused else Say(status=status)

    with loopback(answer) as server:
        given = Service(server.url, catalog).ask(MODEL, "g5.xlarge")

    assert_error(given, 403, "model_gated")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Content-Type": "text/html"}, {"Content-Type": "x" * 1000}, {"Content-Encoding": "identity"}],
    ids=["no type", "wrong type", "no type at all", "not packed"],
)
def test_labels_that_do_not_matter_do_not_matter(catalog: Catalog, headers: dict[str, str]) -> None:
    with faulty_hub() as hub:
        hub.headers = headers

        assert ask(service(hub, catalog))["statusCode"] == 200


def test_a_missing_length_does_not_matter(catalog: Catalog) -> None:
    def without_length(connection: Any) -> None:
        body = hub.config_text.encode()
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)

    with faulty_hub() as hub:
        hub.fault = without_length

        assert ask(service(hub, catalog))["statusCode"] == 200


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
def test_values_that_make_no_sense_are_no_defect_of_ours(catalog: Catalog, key: str) -> None:
    with faulty_hub() as hub:
        asked = service(hub, catalog)
        for value in VALUES:
            hub.config_text = json.dumps({**CONFIG, key: "VALUE"}).replace('"VALUE"', value)
            given = ask(asked)

            if given["statusCode"] != 200:
                assert_error(given, 502, BAD)
