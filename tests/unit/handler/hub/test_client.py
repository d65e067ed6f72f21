"""GET requests to the Hub, over real sockets: retries, redirects, limits, deadline."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from support import misbehaviour
from support.hub import HubDouble, moved, running_hub
from support.loopback import Misbehave, Say, Seen, loopback

from handler.errors import HubBadResponse, HubUnreachable
from handler.hub import client
from handler.hub.client import HubClient
from handler.hub.response import HubResponse
from handler.token import HubToken

TOKEN = HubToken("hf_abcdefghijklmnop")
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSES_SECONDS", (0.01, 0.01))


def get(url: str, token: HubToken | None = None, *, seconds: float = 5, **options: Any) -> HubResponse:
    return HubClient(url).get(f"{url}/x", token, deadline=time.monotonic() + seconds, **options)


def answers(*given: Say | Misbehave) -> Callable[[Seen], Say | Misbehave]:
    """A script that gives these answers one after the other."""
    rest = iter(given)
    return lambda _: next(rest)


def test_a_response_is_returned_whatever_its_status() -> None:
    with running_hub(HubDouble(fault=Say(status=404, headers={"X-Error-Code": "a"}, body=b"b"))) as hub:
        found = get(hub.url)

    assert (found.status, found.headers["x-error-code"], found.body) == (404, "a", b"b")


def test_the_token_is_sent_as_a_bearer_token_and_only_where_there_is_one() -> None:
    with running_hub() as hub:
        get(hub.url, TOKEN)
        get(hub.url)

    assert [seen.headers.get("authorization") for seen in hub.seen] == [TOKEN.authorization, None]


def test_an_entity_tag_makes_the_request_conditional() -> None:
    with running_hub() as hub:
        get(hub.url, etag='"a"')
        get(hub.url)

    assert [seen.headers.get("if-none-match") for seen in hub.seen] == ['"a"', None]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_retried(status: int) -> None:
    with loopback(answers(Say(status=status), Say(body=b"{}"))) as server:
        assert get(server.url).status == 200


@pytest.mark.parametrize("fault", [misbehaviour.hang_up, misbehaviour.reset_half_way])
def test_a_broken_connection_is_retried(fault: Misbehave) -> None:
    with loopback(answers(fault, Say(body=b"{}"))) as server:
        assert get(server.url).status == 200


def test_there_are_three_attempts_whose_number_is_kept() -> None:
    with running_hub(HubDouble(fault=Say(status=503))) as hub:
        response = get(hub.url)

    assert (response.status, response.attempts, len(hub.seen)) == (503, 3, 3)


@pytest.mark.parametrize(
    ("url", "cause", "reason"),
    [
        ("http://127.0.0.1:9", "NewConnectionError", "Connection refused"),
        ("http://hub.invalid", "NameResolutionError", "hub.invalid"),
    ],
)
def test_an_unreachable_hub_has_the_exception_in_its_details(url: str, cause: str, reason: str) -> None:
    with pytest.raises(HubUnreachable) as caught:
        get(url)

    assert (caught.value.details["cause"], caught.value.details["attempts"]) == (cause, 3)
    assert reason in str(caught.value.details["reason"])


@pytest.mark.parametrize("fault", [Say(status=404), Say(status=429, headers={"Retry-After": "60"})])
def test_neither_a_final_status_nor_a_long_wait_is_retried(fault: Say) -> None:
    with running_hub(HubDouble(fault=fault)) as hub:
        get(hub.url)

    assert len(hub.seen) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://hub.invalid"], ids=["refused", "unknown host"])
def test_a_hub_that_cannot_be_connected_is_unreachable(url: str) -> None:
    with pytest.raises(HubUnreachable):
        get(url)


def test_plain_http_where_tls_is_expected_is_unreachable() -> None:
    with running_hub() as hub, pytest.raises(HubUnreachable):
        get(hub.url.replace("http:", "https:"))


@pytest.mark.parametrize("misbehave", [misbehaviour.silence, misbehaviour.drip_body])
def test_attempts_end_at_the_deadline(misbehave: Misbehave) -> None:
    started = time.monotonic()
    with running_hub(HubDouble(fault=misbehave)) as hub, pytest.raises(HubUnreachable):
        get(hub.url, seconds=0.5)

    assert time.monotonic() - started < 8  # generous: without a deadline it would be minutes


def test_a_redirect_within_the_hub_keeps_the_token() -> None:
    with loopback(answers(moved("/moved?to=here", 307), Say(body=b"{}"))) as server:
        assert get(server.url, TOKEN).body == b"{}"

    assert [seen.path for seen in server.seen] == ["/x", "/moved?to=here"]
    assert {seen.headers.get("authorization") for seen in server.seen} == {TOKEN.authorization}


def test_a_mirror_under_a_path_is_requested_under_its_path() -> None:
    """As JFrog Artifactory serves one, under /artifactory/api/huggingfaceml/REPOSITORY."""
    with loopback(answers(moved("/mirror/hub/moved", 307), Say(body=b"{}"))) as server:
        assert get(f"{server.url}/mirror/hub", TOKEN).body == b"{}"

    assert [seen.path for seen in server.seen] == ["/mirror/hub/x", "/mirror/hub/moved"]
    assert {seen.headers.get("authorization") for seen in server.seen} == {TOKEN.authorization}


def test_a_redirect_keeps_the_condition() -> None:
    with loopback(answers(moved("/moved", 307), Say(status=304))) as server:
        assert get(server.url, etag='"a"').status == 304

    assert [seen.headers["if-none-match"] for seen in server.seen] == ['"a"', '"a"']


@pytest.mark.parametrize(
    "location", ["", "http://", "http://[::1", "ftp://example.invalid/x", "//:99999/x", "http://a b/", "/x"]
)
def test_a_redirect_to_nowhere_or_in_a_loop_is_a_bad_response(location: str) -> None:
    with running_hub(HubDouble(fault=moved(location))) as hub, pytest.raises(HubBadResponse):
        get(hub.url)


def test_another_host_is_not_requested() -> None:
    with running_hub() as other, running_hub(HubDouble(fault=moved(f"{other.url}/elsewhere"))) as hub:
        with pytest.raises(HubBadResponse):
            get(hub.url, TOKEN)

        assert other.seen == []


def test_a_redirect_with_the_token_is_a_bad_response() -> None:
    secret = TOKEN.authorization.removeprefix("Bearer ")
    with running_hub(HubDouble(fault=moved(f"/x?{secret}"))) as hub, pytest.raises(HubBadResponse) as caught:
        get(hub.url, TOKEN)

    assert secret not in str(caught.value)


def test_a_compressed_response_is_decoded() -> None:
    body = b'{"a": 1}' * 20_000
    with running_hub(HubDouble(fault=Say(headers=GZIP, body=gzip.compress(body)))) as hub:
        assert get(hub.url).body == body


@pytest.mark.parametrize(
    "answer",
    [
        Say(body=b" " * (2 * 1024**2 + 1)),
        Say(headers=GZIP, body=gzip.compress(b" " * (8 * 1024**2))),
        misbehaviour.endless,
    ],
    ids=["too large", "gzip bomb", "endless"],
)
def test_a_document_above_the_limit_is_a_bad_response(answer: Say | Misbehave) -> None:
    with (
        running_hub(HubDouble(fault=answer)) as hub,
        pytest.raises(HubBadResponse, match="more than 2048 KiB"),
    ):
        get(hub.url)


@pytest.mark.parametrize(
    "answer",
    [Say(body=b"{}", promised=100), Say(headers=GZIP, body=b"not gzip"), misbehaviour.reset_half_way],
    ids=["truncated", "not gzip", "reset"],
)
def test_a_response_that_breaks_off_is_a_bad_response(answer: Say | Misbehave) -> None:
    with running_hub(HubDouble(fault=answer)) as hub, pytest.raises(HubBadResponse, match="broke off"):
        get(hub.url)


def test_a_caller_may_set_a_smaller_limit() -> None:
    with running_hub(HubDouble(fault=Say(body=b" " * 1025))) as hub:
        assert len(get(hub.url, max_bytes=1025).body) == 1025
        with pytest.raises(HubBadResponse, match="more than 1 KiB"):
            get(hub.url, max_bytes=1024)


def test_a_gzip_bomb_of_300_mb_is_not_decoded_past_the_limit() -> None:
    packer = zlib.compressobj(wbits=31)
    megabyte = b" " * 1024**2
    body = b"".join(packer.compress(megabyte) for _ in range(300)) + packer.flush()
    with running_hub(HubDouble(fault=Say(headers=GZIP, body=body))) as hub:
        tracemalloc.start()
        try:
            with pytest.raises(HubBadResponse, match="more than 2048 KiB"):
                get(hub.url)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert peak_bytes < 16 * 1024**2
