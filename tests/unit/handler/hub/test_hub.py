"""A model's metadata: from the cache, from the Hub, or a stale copy where the Hub fails."""

import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from support import misbehaviour
from support.hub import HubDouble, running_hub
from support.loopback import Say, Seen, loopback

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
    TokenRejected,
)
from handler.hub.hub import FetchedMetadata, Hub
from handler.token import HubToken
from local.embedded.hub import EmbeddedHub, load_snapshot

FRESH_SECONDS, STALE_SECONDS = 60, 3600
SECRET = "hf_abcdefghijklmnop"
TOKEN = HubToken(SECRET)
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"

DOWN = Say(status=418)  # a failure that is not retried


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def hub(url: str, clock: Clock | None = None, **settings: Any) -> Hub:
    defaults = {
        "deadline_seconds": 5,
        "cache_seconds": FRESH_SECONDS,
        "cache_entries": 64,
        "stale_seconds": STALE_SECONDS,
    }
    return Hub(url, clock=clock or Clock(), **{**defaults, **settings})


def fetch(from_: Hub, model_id: str = "org/name", token: HubToken | None = None) -> FetchedMetadata:
    return from_.start_fetch(model_id, token)()


def error(from_: Hub, model_id: str = "org/name", token: HubToken | None = None) -> RequestError:
    with pytest.raises(RequestError) as caught:
        fetch(from_, model_id, token)
    assert SECRET not in f"{caught.value!r} {caught.value}"
    return caught.value


def test_cached_metadata_are_used_until_they_expire() -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock)
        first = fetch(asked)
        clock.now = FRESH_SECONDS - 1
        cached = fetch(asked)
        assert len(double.seen) == 2
        clock.now = FRESH_SECONDS
        fetch(asked)

        assert len(double.seen) == 4
    assert first == cached
    assert cached.age_seconds is None


def test_unchanged_documents_are_fresh_again() -> None:
    clock = Clock()
    double = HubDouble()
    double.etags = ("config", "information")
    with running_hub(double):
        asked = hub(double.url, clock)
        fetch(asked)
        clock.now = FRESH_SECONDS
        fetch(asked)
        clock.now = 2 * FRESH_SECONDS - 1
        fetch(asked)

    assert double.sent == [200, 200, 304, 304]


def test_a_conditional_request_follows_redirects() -> None:
    """The Hub redirects small files; the entity tag is that of the final response."""
    double, clock = HubDouble(), Clock()
    double.etags = ("config",)

    def answer(request: Seen) -> Any:
        if "/resolve/" in request.path:
            return Say(status=307, headers={"Location": "/api/resolve-cache/config.json", "ETag": '"other"'})
        return double.answer(request)

    with loopback(answer) as server:
        asked = hub(server.url, clock)
        first = fetch(asked)
        clock.now = FRESH_SECONDS

        assert fetch(asked) == first
    assert sorted(double.sent) == [200, 200, 200, 304]


def test_a_stale_copy_stands_in_for_a_failing_hub_until_its_limit() -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock)
        first = fetch(asked)
        double.fault = DOWN
        clock.now = STALE_SECONDS - 1
        stale = fetch(asked)
        clock.now = STALE_SECONDS + 10
        failure = error(asked)

    assert stale == FetchedMetadata(metadata=first.metadata, age_seconds=STALE_SECONDS - 1)
    assert isinstance(failure, HubBadResponse)


def test_without_stale_seconds_no_copy_stands_in() -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock, stale_seconds=0)
        fetch(asked)
        double.fault = DOWN
        clock.now = FRESH_SECONDS

        assert isinstance(error(asked), HubBadResponse)


def test_a_failing_hub_is_not_asked_for_five_seconds() -> None:
    clock = Clock()
    with running_hub(HubDouble(fault=DOWN)) as double:
        asked = hub(double.url, clock)
        error(asked)
        requests = len(double.seen)
        clock.now = 4.9
        error(asked)
        assert len(double.seen) == requests
        double.fault, clock.now = None, 5

        assert fetch(asked).age_seconds is None


def test_a_stale_copy_stands_in_during_the_backoff() -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock)
        fetch(asked)
        double.fault, clock.now = DOWN, FRESH_SECONDS
        fetch(asked)
        requests = len(double.seen)

        assert fetch(asked).age_seconds == FRESH_SECONDS
        assert len(double.seen) == requests


def test_a_stale_copy_stands_in_for_its_own_caller_only() -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock)
        fetch(asked, token=TOKEN)
        double.fault, clock.now = DOWN, FRESH_SECONDS

        assert fetch(asked, token=TOKEN).age_seconds == FRESH_SECONDS
        for other in (None, HubToken("hf_another")):
            assert isinstance(error(asked, token=other), HubBadResponse)


@pytest.mark.parametrize(
    ("refusal", "token", "kind"),
    [
        (Say(status=404), None, ModelNotFound),
        (Say(status=401, headers={"X-Error-Code": "GatedRepo"}), None, ModelGated),
        (Say(status=401), TOKEN, TokenRejected),
        (Say(status=403, headers={"X-Error-Code": "GatedRepo"}), TOKEN, TokenRejected),
    ],
    ids=["deleted", "gated", "token revoked", "access withdrawn"],
)
def test_no_stale_copy_stands_in_after_a_refusal(
    refusal: Say, token: HubToken | None, kind: type[RequestError]
) -> None:
    clock = Clock()
    with running_hub() as double:
        asked = hub(double.url, clock)
        fetch(asked, token=token)
        clock.now, double.fault = FRESH_SECONDS, refusal
        first = error(asked, token=token)
        requests = len(double.seen)
        clock.now += 29
        second = error(asked, token=token)
        assert len(double.seen) == requests
        double.fault = DOWN
        clock.now += 2
        third = error(asked, token=token)

    assert type(first) is type(second) is kind
    assert str(first) == str(second)
    assert isinstance(third, HubBadResponse)


def test_a_rate_limit_applies_to_all_models_for_the_stated_wait() -> None:
    clock = Clock()
    limited = Say(status=429, headers={"Retry-After": "40"})
    with running_hub(HubDouble(fault=limited)) as double:
        asked = hub(double.url, clock)
        first = error(asked)
        double.fault = None
        requests = len(double.seen)
        clock.now = 10
        second = error(asked, "org/other")
        assert len(double.seen) == requests
        assert fetch(asked, token=TOKEN).age_seconds is None  # which has a limit of its own
        clock.now = 40

        assert fetch(asked, "org/other").age_seconds is None
    assert isinstance(second, HubRateLimited)
    assert [each.headers["Retry-After"] for each in (first, second)] == ["40", "30"]


def test_an_abandoned_fetch_does_not_affect_the_next() -> None:
    """On Lambda it is frozen with its request, and ends as a failure in a later one."""
    double, is_over = HubDouble(), threading.Event()

    def answer(request: Seen) -> Any:
        return double.answer(request) if is_over.is_set() else misbehaviour.silence

    with loopback(answer) as server:
        asked = hub(server.url, deadline_seconds=1)
        asked.start_fetch("org/name", None)
        while len(server.seen) < 2:
            time.sleep(0.01)
        is_over.set()

        assert fetch(asked).metadata.config is not None


def test_a_caller_may_give_the_hub_less_time() -> None:
    started = time.monotonic()
    with running_hub(HubDouble(fault=misbehaviour.silence)) as double, pytest.raises(HubUnreachable):
        hub(double.url, deadline_seconds=60).start_fetch("org/name", None, deadline=started + 0.3)()

    assert time.monotonic() - started < 8  # generous: the Hub has a minute


def test_a_cold_fetch_starts_two_threads() -> None:
    with running_hub(HubDouble(fault=misbehaviour.silence)) as double:
        asked = hub(double.url, deadline_seconds=0.5)
        before = set(threading.enumerate())
        wait = asked.start_fetch("org/name", None)
        while len(double.seen) < 2:
            time.sleep(0.01)
        started = [
            each
            for each in threading.enumerate()
            if each not in before and "process_request" not in each.name
        ]
        with suppress(HubUnreachable):
            wait()

    assert len(started) == 2


@pytest.mark.parametrize(
    "other", [None, HubToken("hf_denied"), HubToken("hf_another")], ids=["no token", "no access", "another"]
)
def test_metadata_of_one_token_are_not_read_under_another(other: HubToken | None) -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        asked = hub(embedded.url)
        fetch(asked, LLAMA, TOKEN)
        requests = len(embedded.requests)
        with suppress(ModelGated, TokenRejected):
            fetch(asked, LLAMA, other)

        assert len(embedded.requests) > requests


def test_public_metadata_are_not_read_under_an_invalid_token() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        asked = hub(embedded.url)
        fetch(asked, "Qwen/Qwen3-8B")

        assert isinstance(error(asked, "Qwen/Qwen3-8B", HubToken("hf_invalid")), TokenRejected)


@pytest.mark.parametrize(
    ("model_id", "token", "kind"),
    [
        ("nobody/nothing", None, ModelNotFound),
        ("nobody/nothing", "hf_someone", ModelNotFound),
        (LLAMA, None, ModelGated),
        (LLAMA, "hf_denied", TokenRejected),
        (LLAMA, "hf_invalid", TokenRejected),
    ],
)
def test_refusals_are_those_of_the_embedded_hub(
    model_id: str, token: str | None, kind: type[RequestError]
) -> None:
    """Which answers as the real one does."""
    with EmbeddedHub(load_snapshot()) as embedded:
        assert isinstance(error(hub(embedded.url), model_id, HubToken(token) if token else None), kind)


def test_a_legacy_name_leads_to_its_current_id() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        assert fetch(hub(embedded.url), "gpt2").metadata.model_id == "openai-community/gpt2"
