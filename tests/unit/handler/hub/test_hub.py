"""What is asked of the Hub, and what is made of its answers, over real sockets."""

import gzip
import json
import math
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest
from support import misbehaviour
from support.loopback import Loopback, Misbehave, Say, Script, Seen, loopback

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
    TokenRejected,
)
from handler.hub.hub import Hub
from handler.token import HubToken
from local.embedded.hub import EmbeddedHub, load_snapshot
from recommender.model import HubMetadata

SECRET = "hf_abcdefghijklmnop"
TOKEN = HubToken(SECRET)
INFORMATION = {"_id": "1", "id": "org/name", "gated": False, "disabled": False}
CONFIG = {"model_type": "llama"}


def hub(url: str, *, deadline: float = 5, entries: int = 8, seconds: float = 60) -> Hub:
    return Hub(url, deadline_seconds=deadline, cache_seconds=seconds, cache_entries=entries)


def metadata(asked: Hub, model_id: str, token: HubToken | None, *, deadline: float = math.inf) -> HubMetadata:
    with asked.asking(model_id, token, deadline=deadline) as told:
        return told().metadata


def say(document: object, status: int = 200, **headers: str) -> Say:
    return Say(
        status=status,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=json.dumps(document).encode(),
    )


def script(
    information: Say | Misbehave | None = None,
    config: Say | Misbehave | None = None,
) -> Script:
    """A Hub that gives these two answers."""

    def answer(request: Seen) -> Any:
        if request.path.startswith("/api/"):
            return information or say(INFORMATION)
        return config or say(CONFIG)

    return answer


def asked(given: Script, *, token: HubToken | None = None) -> tuple[HubMetadata, Loopback]:
    with loopback(given) as server:
        return metadata(hub(server.url), "org/name", token), server


def refused(given: Script, *, token: HubToken | None = None, deadline: float = 5) -> RequestError:
    with loopback(given) as server, pytest.raises(RequestError) as caught:
        metadata(hub(server.url, deadline=deadline), "org/name", token)
    assert SECRET not in f"{caught.value!r} {caught.value}"
    return caught.value


def test_both_documents_are_fetched() -> None:
    found, server = asked(script())

    assert found == HubMetadata(model_id="org/name", information=INFORMATION, config=CONFIG)
    assert sorted(seen.path.split("?")[0] for seen in server.seen) == [
        "/api/models/org/name",
        "/org/name/resolve/main/config.json",
    ]


def test_they_are_fetched_at_the_same_time() -> None:
    """Each answer waits until the other request has arrived, which one after the other never would."""
    arrived: list[str] = []

    def answer(request: Seen) -> Say:
        arrived.append(request.path)
        for _ in range(300):
            if len(arrived) == 2:
                return say(INFORMATION if request.path.startswith("/api/") else CONFIG)
            time.sleep(0.01)
        return say({}, status=500)

    assert asked(answer)[0].config == CONFIG


def test_every_field_that_is_read_is_expanded() -> None:
    _, server = asked(script())
    query = next(seen.path for seen in server.seen if seen.path.startswith("/api/")).split("?")[1]

    assert sorted(parse_qsl(query)) == [
        ("expand[]", field) for field in ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors")
    ]


def test_the_token_goes_along_as_a_bearer_token_and_only_when_there_is_one() -> None:
    _, with_token = asked(script(), token=TOKEN)
    _, without = asked(script())

    assert {seen.headers.get("authorization") for seen in with_token.seen} == {f"Bearer {SECRET}"}
    assert {seen.headers.get("authorization") for seen in without.seen} == {None}
    assert all(SECRET not in seen.path for seen in with_token.seen)


def test_another_host_is_not_asked() -> None:
    with loopback(lambda _: say(CONFIG)) as other:
        redirect = Say(status=302, headers={"Location": f"{other.url}/elsewhere"})
        error = refused(script(config=redirect), token=TOKEN)

    assert isinstance(error, HubBadResponse)
    assert other.seen == []


def test_a_redirect_within_the_hub_keeps_the_token() -> None:
    def answer(request: Seen) -> Say:
        if request.path.startswith("/org/"):
            return Say(status=307, headers={"Location": "/moved?to=here"})
        return say(INFORMATION if request.path.startswith("/api/") else CONFIG)

    found, server = asked(answer, token=TOKEN)

    assert found.config == CONFIG
    assert "/moved?to=here" in {seen.path for seen in server.seen}
    assert {seen.headers.get("authorization") for seen in server.seen} == {TOKEN.authorization}


def test_a_renamed_repository_is_called_by_its_new_name() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        found = metadata(hub(embedded.url), "gpt2", None)

    assert found.model_id == "openai-community/gpt2"
    assert found.config is not None


def test_compressed_answers_are_read() -> None:
    body = gzip.compress(json.dumps(CONFIG).encode())
    found, _ = asked(script(config=Say(headers={"Content-Encoding": "gzip"}, body=body)))

    assert found.config == CONFIG


def test_a_repository_without_a_config_has_none() -> None:
    found, _ = asked(script(config=say({}, status=404, X_Error_Code="EntryNotFound")))

    assert found.config is None


@pytest.mark.parametrize(
    ("model_id", "token", "error", "sentence"),
    [
        ("nobody/nothing", None, ModelNotFound, "shows no model named nobody/nothing"),
        ("nobody/nothing", "hf_someone", ModelNotFound, "shows this token's owner no model"),
        ("meta-llama/Llama-3.1-8B-Instruct", None, ModelGated, "X-HF-Token"),
        ("meta-llama/Llama-3.1-8B-Instruct", "hf_denied", TokenRejected, "not in the authorized list"),
        ("meta-llama/Llama-3.1-8B-Instruct", "hf_invalid", TokenRejected, "does not know this token"),
        ("Qwen/Qwen3-8B", "hf_invalid", TokenRejected, "Leave it out for a public model"),
    ],
)
def test_refusals_are_told_apart_as_the_real_hub_tells_them(
    model_id: str, token: str | None, error: type[RequestError], sentence: str
) -> None:
    with EmbeddedHub(load_snapshot()) as embedded, pytest.raises(error, match=sentence):
        metadata(hub(embedded.url), model_id, HubToken(token) if token else None)


def test_a_gated_repository_opens_with_a_token() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        found = metadata(hub(embedded.url), "meta-llama/Llama-3.1-8B-Instruct", HubToken("hf_someone"))

    assert found.config is not None


@pytest.mark.parametrize(
    ("information", "config"),
    [
        (say({**INFORMATION, "disabled": True}), None),
        (None, say({}, status=403, X_Error_Message="Access to this resource is disabled.")),
    ],
    ids=["information", "file"],
)
def test_a_disabled_repository_is_not_there(information: Say | None, config: Say | None) -> None:
    assert isinstance(refused(script(information, config)), ModelNotFound)


def test_a_token_without_the_scope_is_told_in_the_hubs_words() -> None:
    sentence = "Please enable access to public gated repositories in your fine-grained token settings"
    error = refused(script(config=say({}, status=403, X_Error_Message=sentence)), token=TOKEN)

    assert isinstance(error, TokenRejected)
    assert sentence in str(error)


def test_a_hub_that_repeats_the_token_is_not_quoted_with_it() -> None:
    error = refused(
        script(config=say({}, status=403, X_Error_Message=f"no rights for {SECRET}")), token=TOKEN
    )

    assert "no rights for ***" in str(error)


def test_a_token_is_taken_out_before_a_sentence_is_cut() -> None:
    """Cut first, a token across the cut would show its beginning."""
    sentence = "x" * 295 + SECRET
    error = refused(script(config=say({}, status=403, X_Error_Message=sentence)), token=TOKEN)

    assert SECRET[:4] not in str(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "77"}, 77),
        ({"RateLimit": '"api";r=0;t=123'}, 123),
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "7200"}, 7200),
        ({"Retry-After": "9" * 40}, 86_400),
        ({"Retry-After": "Wed, 21 Oct 2195 07:28:00 GMT"}, 86_400),
        ({"Retry-After": "Wed, 99 Oct 2195 07:28:00 GMT"}, None),
        ({"Retry-After": "soon", "RateLimit": '"api";r=0;t=9'}, 9),
        ({"RateLimit": '"api";r=0;t=x'}, None),
    ],
    ids=str,
)
def test_a_rate_limit_is_passed_on_with_its_waiting_time(
    headers: dict[str, str], seconds: int | None
) -> None:
    error = refused(script(information=Say(status=429, headers=headers)))

    assert isinstance(error, HubRateLimited)
    assert error.retry_after_seconds == seconds
    assert "token" in str(error)


def test_a_long_wait_is_not_waited_for() -> None:
    with loopback(script(information=Say(status=429, headers={"Retry-After": "60"}))) as server:
        with pytest.raises(HubRateLimited):
            metadata(hub(server.url), "org/name", None)
        assert sum(seen.path.startswith("/api/") for seen in server.seen) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(status: int) -> None:
    answers = iter([Say(status=status), say(INFORMATION)])
    found, _ = asked(lambda request: next(answers) if request.path.startswith("/api/") else say(CONFIG))

    assert found.information == INFORMATION


def test_attempts_are_bounded() -> None:
    with loopback(script(information=Say(status=503))) as server:
        with pytest.raises(HubUnreachable, match="503"):
            metadata(hub(server.url), "org/name", None)
        assert sum(seen.path.startswith("/api/") for seen in server.seen) == 3


def test_a_hub_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(HubUnreachable):
        metadata(hub("http://127.0.0.1:9"), "org/name", None)


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with pytest.raises(HubUnreachable):
        metadata(hub("http://hub.invalid"), "org/name", None)


def test_plain_http_where_tls_is_expected_is_unreachable() -> None:
    with loopback(script()) as server, pytest.raises(HubUnreachable):
        metadata(hub(server.url.replace("http:", "https:")), "org/name", None)


@pytest.mark.parametrize("misbehave", [misbehaviour.silence, misbehaviour.drip_body])
def test_the_deadline_holds_whatever_the_hub_does(misbehave: Misbehave) -> None:
    started = time.monotonic()
    error = refused(script(information=misbehave), deadline=0.5)

    assert isinstance(error, HubUnreachable)
    assert time.monotonic() - started < 8  # not a measurement: without a deadline it would be minutes


@pytest.mark.parametrize(
    "answer",
    [
        Say(body=b"<html>not JSON</html>"),
        Say(body=b""),
        Say(body=b'{"id": '),
        Say(body=b"[1, 2]"),
        Say(body=b"null"),
        Say(body=b'{"x": NaN}'),
        Say(body=b'{"x": Infinity}'),
        Say(body=b'{"x": ' + b"9" * 5000 + b"}"),
        Say(body=b"[" * 100_000),
        Say(body=b'{"a":' * 100_000),
        Say(body=b'{"x": "\xff\xfe"}'),
        Say(body=b'{"x": 1}', promised=1000),
        Say(body=b" " * (2 * 1024**2 + 1)),
        Say(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b" " * (64 * 1024**2))),
        Say(headers={"Content-Encoding": "gzip"}, body=b"not gzip at all"),
        Say(headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"{}")[:-4]),
        Say(headers={"Content-Encoding": "br"}, body=b"{}"),
        Say(status=302, headers={"Location": "/org/name/resolve/main/config.json"}),
        Say(status=418),
        Say(status=400, body=b'{"error": "Invalid option"}'),
        Say(status=204),
    ],
    ids=[
        "html",
        "empty",
        "cut off JSON",
        "list",
        "null",
        "NaN",
        "Infinity",
        "huge number",
        "deep list",
        "deep object",
        "not UTF-8",
        "truncated",
        "too large",
        "gzip bomb",
        "broken gzip",
        "truncated gzip",
        "packed otherwise",
        "redirect in circles",
        "teapot",
        "bad request",
        "no content",
    ],
)
def test_nonsense_is_a_bad_response(answer: Say) -> None:
    assert isinstance(refused(script(config=answer)), HubBadResponse)


@pytest.mark.parametrize(
    "location", ["", "http://", "http://[::1", "ftp://example.invalid/x", "//:99999/x", "http://a b/"]
)
def test_a_redirect_to_nowhere_is_a_bad_response(location: str) -> None:
    assert isinstance(refused(script(config=Say(status=302, headers={"Location": location}))), HubBadResponse)


def test_the_second_question_is_not_passed_on() -> None:
    with loopback(script()) as server:
        asking = hub(server.url)
        first, second = metadata(asking, "org/name", None), metadata(asking, "org/name", None)

        assert first == second
        assert len(server.seen) == 2


def test_an_answer_is_forgotten_in_time() -> None:
    with loopback(script()) as server:
        asking = hub(server.url, seconds=0)
        metadata(asking, "org/name", None)
        metadata(asking, "org/name", None)

        assert len(server.seen) == 4


@pytest.mark.parametrize(
    "others", [None, HubToken("hf_denied"), HubToken("hf_another")], ids=["no token", "no access", "another"]
)
def test_what_one_token_may_see_is_not_shown_under_another(others: HubToken | None) -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        asking = hub(embedded.url)
        metadata(asking, "meta-llama/Llama-3.1-8B-Instruct", TOKEN)
        before = len(embedded.requests)
        with suppress(ModelGated, TokenRejected):
            metadata(asking, "meta-llama/Llama-3.1-8B-Instruct", others)

        assert len(embedded.requests) > before


def test_a_public_answer_does_not_hide_that_a_token_is_bad() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        asking = hub(embedded.url)
        metadata(asking, "Qwen/Qwen3-8B", None)
        with pytest.raises(TokenRejected):
            metadata(asking, "Qwen/Qwen3-8B", HubToken("hf_invalid"))


def test_a_large_document_is_not_remembered() -> None:
    """A megabyte of empty lists would take 25 once parsed."""
    with loopback(script(config=say({"padding": ["x" * 100] * 2000}))) as server:
        asking = hub(server.url)
        metadata(asking, "org/name", None)
        metadata(asking, "org/name", None)

        assert len(server.seen) == 4


def test_a_deadline_of_the_callers_is_kept() -> None:
    with loopback(script(information=misbehaviour.silence)) as server, pytest.raises(HubUnreachable):
        metadata(hub(server.url, deadline=60), "org/name", None, deadline=time.monotonic() + 0.3)


def test_the_cache_is_bounded() -> None:
    with loopback(script()) as server:
        asking = hub(server.url, entries=1)
        for model_id in ("org/one", "org/two", "org/one"):
            metadata(asking, model_id, None)

        assert len(server.seen) == 6
