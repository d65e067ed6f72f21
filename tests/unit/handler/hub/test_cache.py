"""What is remembered of the Hub, for how long, for whom, and how often the Hub is asked."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support import misbehaviour
from support.loopback import Say, Script, Seen, loopback

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

FRESH_SECONDS, STALE_SECONDS = 60, 3600
SECRET = "hf_abcdefghijklmnop"
TOKEN = HubToken(SECRET)

DOWN = Say(status=418)  # a failure that is not repeated


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Repository:
    """What the Hub has, and how it has answered; files have tags, and so has the API where told to."""

    def __init__(self, *, api_has_tags: bool = False) -> None:
        self.config: dict[str, Any] = {"model_type": "llama"}
        self.fault: Say | None = None
        self.api_has_tags = api_has_tags
        self.sent: list[int] = []

    def answer(self, request: Seen) -> Any:
        given = self.fault or self._document(request)
        self.sent.append(given.status)
        return given

    def _document(self, request: Seen) -> Say:
        is_api = request.path.startswith("/api/")
        body = json.dumps({"id": "org/name"} if is_api else self.config).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        headers = {} if is_api and not self.api_has_tags else {"ETag": tag}
        if headers and request.headers.get("if-none-match") == tag:
            return Say(status=304, headers=headers)
        return Say(headers=headers, body=body)


def only_with_a_token(status: int) -> Script:
    """Others are answered with `status`."""
    return lambda seen: Say(status=200 if "authorization" in seen.headers else status, body=b"{}")


def hub(url: str, clock: Clock, **settings: Any) -> Hub:
    usual = {
        "deadline_seconds": 5,
        "cache_seconds": FRESH_SECONDS,
        "cache_entries": 64,
        "stale_seconds": STALE_SECONDS,
    }
    return Hub(url, clock=clock, **{**usual, **settings})


def ask(asked: Hub, model_id: str = "org/name", token: HubToken | None = None) -> FetchedMetadata:
    with asked.asking(model_id, token) as told:
        return told()


def refused(asked: Hub, model_id: str = "org/name", token: HubToken | None = None) -> RequestError:
    with pytest.raises(RequestError) as caught:
        ask(asked, model_id, token)
    return caught.value


@pytest.mark.parametrize("api_has_tags", [False, True])
def test_what_has_not_changed_is_not_sent_again(api_has_tags: bool) -> None:  # noqa: FBT001
    repository, clock = Repository(api_has_tags=api_has_tags), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        first = ask(asked)
        clock.now = FRESH_SECONDS
        again = ask(asked)
        clock.now = 2 * FRESH_SECONDS - 1
        remembered = ask(asked)

    assert first == again == remembered
    assert again.age_seconds is None
    assert sorted(repository.sent[2:]) == ([304, 304] if api_has_tags else [200, 304])


def test_what_has_changed_is_read() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        ask(asked)
        repository.config = {"model_type": "qwen2"}
        clock.now = FRESH_SECONDS

        assert ask(asked).metadata.config == {"model_type": "qwen2"}


def test_the_question_whether_it_has_changed_follows_a_redirect() -> None:
    repository, clock = Repository(), Clock()

    def answer(request: Seen) -> Any:
        if request.path.startswith("/org/"):
            return Say(status=307, headers={"Location": "/api/resolve-cache/config.json", "ETag": '"other"'})
        if request.path.startswith("/api/resolve-cache"):
            return repository.answer(Seen(path="/config.json", headers=request.headers))
        return repository.answer(request)

    with loopback(answer) as server:
        asked = hub(server.url, clock)
        first = ask(asked)
        clock.now = FRESH_SECONDS

        assert ask(asked) == first
    assert sorted(repository.sent) == [200, 200, 200, 304]


def test_an_older_copy_tells_its_age_and_has_a_limit() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        first = ask(asked)
        repository.fault = DOWN
        clock.now = STALE_SECONDS - 1
        older = ask(asked)
        clock.now = STALE_SECONDS + 10
        error = refused(asked)

    assert older == FetchedMetadata(metadata=first.metadata, age_seconds=STALE_SECONDS - 1)
    assert isinstance(error, HubBadResponse)


def test_without_a_limit_set_no_older_copy_stands_in() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock, stale_seconds=0)
        ask(asked)
        repository.fault = DOWN
        clock.now = FRESH_SECONDS

        assert isinstance(refused(asked), HubBadResponse)


def test_a_hub_that_is_well_again_is_believed() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        ask(asked)
        repository.fault = DOWN
        clock.now = FRESH_SECONDS
        ask(asked)
        repository.fault = None
        clock.now += 6

        assert ask(asked).age_seconds is None


def test_a_copy_of_ones_own_stands_in_and_nobody_elses() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        ask(asked, token=TOKEN)
        repository.fault = DOWN
        clock.now = FRESH_SECONDS

        assert ask(asked, token=TOKEN).age_seconds == FRESH_SECONDS
        for other in (None, HubToken("hf_another")):
            assert isinstance(refused(asked, token=other), HubBadResponse)


@pytest.mark.parametrize(
    ("refusal", "token", "error"),
    [
        (Say(status=404), None, ModelNotFound),
        (Say(status=401, headers={"X-Error-Code": "GatedRepo"}), None, ModelGated),
        (Say(status=401), TOKEN, TokenRejected),
        (Say(status=403, headers={"X-Error-Code": "GatedRepo"}), TOKEN, TokenRejected),
    ],
    ids=["deleted", "gated", "token revoked", "access withdrawn"],
)
def test_a_refusal_takes_the_older_copy_away_and_is_remembered_for_half_a_minute(
    refusal: Say, token: HubToken | None, error: type[RequestError]
) -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        ask(asked, token=token)
        clock.now, repository.fault = FRESH_SECONDS, refusal
        first = refused(asked, token=token)
        repository.fault = None
        visits = len(server.seen)
        clock.now += 29
        second = refused(asked, token=token)

        assert len(server.seen) == visits
        clock.now += 2
        assert ask(asked, token=token).age_seconds is None
    assert type(first) is type(second) is error
    assert str(first) == str(second)


def test_a_refusal_is_remembered_for_its_own_caller() -> None:
    with loopback(only_with_a_token(401)) as server:
        asked = hub(server.url, Clock())

        assert isinstance(refused(asked), ModelNotFound)
        assert ask(asked, token=TOKEN).metadata.config == {}
        assert isinstance(refused(asked), ModelNotFound)


def test_a_hub_that_failed_is_left_alone_for_a_few_seconds() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        repository.fault = DOWN
        refused(asked)
        visits = len(server.seen)
        clock.now = 4
        refused(asked)
        assert len(server.seen) == visits
        repository.fault, clock.now = None, 5

        assert ask(asked).age_seconds is None


@pytest.mark.parametrize(
    ("asked_for", "rest"), [("40", 40), ("7200", 300), ("0", 1), ("-1", 5), ("soon", 5)], ids=str
)
def test_a_limit_is_kept_for_all_models_as_long_as_the_hub_asks(asked_for: str, rest: float) -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        repository.fault = Say(status=429, headers={"Retry-After": asked_for})
        refused(asked)
        repository.fault = None
        visits = len(server.seen)
        clock.now = rest - 0.5
        assert isinstance(refused(asked, "org/other"), HubRateLimited)
        assert len(server.seen) == visits
        clock.now = rest

        assert ask(asked, "org/other").age_seconds is None


def test_a_limit_of_the_public_is_none_of_a_tokens() -> None:
    with loopback(only_with_a_token(429)) as server:
        asked = hub(server.url, Clock())
        refused(asked)

        assert ask(asked, token=TOKEN).age_seconds is None


def test_the_wait_grows_shorter() -> None:
    repository, clock = Repository(), Clock()
    repository.fault = Say(status=429, headers={"Retry-After": "40"})
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        errors = [refused(asked)]
        clock.now = 10
        errors.append(refused(asked))

    assert [error.headers["Retry-After"] for error in errors] == ["40", "30"]
    assert "in 30 seconds" in str(errors[1])


def concurrently(calls: int, call: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(calls) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(calls)]]


@pytest.mark.parametrize("fault", [None, DOWN], ids=["well", "down"])
def test_callers_at_the_same_time_share_one_question(fault: Say | None) -> None:
    repository, arrived = Repository(), threading.Barrier(8)

    def answer(request: Seen) -> Any:
        time.sleep(0.3)  # until all eight callers wait
        return fault or repository.answer(request)

    def outcome() -> object:
        arrived.wait(5)
        try:
            return ask(asked).metadata.config
        except RequestError as error:
            return type(error)

    with loopback(answer) as server:
        asked = hub(server.url, Clock())
        outcomes = concurrently(8, outcome)

        assert len(server.seen) == 2
    assert outcomes == [HubBadResponse if fault else {"model_type": "llama"}] * 8


def test_callers_with_tokens_of_their_own_ask_for_themselves() -> None:
    repository = Repository()
    with loopback(repository.answer) as server:
        asked = hub(server.url, Clock())
        tokens = iter([None, TOKEN, HubToken("hf_another")])
        concurrently(3, lambda: ask(asked, token=next(tokens)))

        assert len(server.seen) == 6


def test_who_waits_for_anothers_question_keeps_to_a_deadline_of_its_own() -> None:
    with loopback(lambda _: misbehaviour.silence) as server:
        asked = hub(server.url, Clock(), deadline_seconds=3)
        with asked.asking("org/name", None) as patient:
            started = time.monotonic()
            with (
                pytest.raises(HubUnreachable),
                asked.asking("org/name", None, deadline=started + 0.2) as impatient,
            ):
                impatient()
            assert time.monotonic() - started < 2.5
            with pytest.raises(HubUnreachable):
                patient()
        assert len(server.seen) == 2


def test_a_question_that_is_given_up_is_nobodys() -> None:
    """On Lambda it would be frozen with its request, and end as a failure in the next one's."""
    repository, is_first = Repository(), threading.Event()

    def answer(request: Seen) -> Any:
        if is_first.is_set():
            return repository.answer(request)
        return misbehaviour.silence

    with loopback(answer) as server:
        asked = hub(server.url, Clock(), deadline_seconds=1)
        with asked.asking("org/name", None):
            while len(server.seen) < 2:
                time.sleep(0.01)
        is_first.set()

        assert ask(asked).metadata.config == {"model_type": "llama"}


def test_what_is_remembered_is_bounded_in_bytes() -> None:
    """Sixty documents of 100 kB are more than the 4 MiB that are kept."""
    repository = Repository()
    repository.config = {"padding": "x" * 100_000}
    with loopback(repository.answer) as server:
        asked = hub(server.url, Clock())
        for number in range(60):
            ask(asked, f"org/name{number}")
        visits = len(server.seen)
        ask(asked, "org/name59")
        assert len(server.seen) == visits
        ask(asked, "org/name0")

        assert len(server.seen) == visits + 2


def test_a_document_that_has_grown_too_large_takes_its_older_copy_away() -> None:
    repository, clock = Repository(), Clock()
    with loopback(repository.answer) as server:
        asked = hub(server.url, clock)
        ask(asked)
        clock.now, repository.config = FRESH_SECONDS, {"padding": ["x" * 100] * 2000}
        ask(asked)
        repository.fault = DOWN

        assert isinstance(refused(asked), HubBadResponse)


def test_a_tag_too_long_to_keep_is_not_kept() -> None:
    clock = Clock()
    with loopback(lambda _: Say(headers={"ETag": '"' + "x" * 300 + '"'}, body=b"{}")) as server:
        asked = hub(server.url, clock)
        ask(asked)
        clock.now = FRESH_SECONDS
        ask(asked)

        assert not any("if-none-match" in seen.headers for seen in server.seen)
