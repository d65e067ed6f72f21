"""Which addresses a model ID can make the service request, whether it comes from a caller or from the Hub."""

import re
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.assertions import assert_error
from support.hub import HubDouble, running_hub
from support.metadata import real
from support.service import Service

from handler.hub.repo_id import is_repo_id
from local.runtime.gateway import event, recommend_target

_PARAMETERS = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())["paths"][
    "/api/v1/recommend"
]["get"]["parameters"]
_DOCUMENTED = next(each["schema"]["pattern"] for each in _PARAMETERS if each["name"] == "model")

# Fits on an A10G only pre-quantized, so that the list of checkpoints is requested too.
_MODEL = real("Qwen/Qwen2.5-14B-Instruct")
_CHECKPOINT = real("Qwen/Qwen2.5-14B-Instruct-AWQ")

_HEADERS = {b"host", b"accept-encoding", b"user-agent", b"authorization", b"if-none-match"}

_PIECES = (
    *(
        "..",
        ".",
        "%2e%2e",
        "%2F",
        "/",
        "//",
        "?",
        "#",
        "@",
        ":",
        ";",
        "&",
        "=",
        "\\",
        " ",
        "\t",
        "+",
        "*",
        "%",
    ),
    *(
        "%00",
        "\x00",
        "\r\n",
        "\r\nHost: evil.test\r\n\r\n",
        "%0d%0a",
        "http://",
        "evil.test",
        "127.0.0.1",
        "[::1]",
    ),
    *(
        "\uff0f",
        "\uff0e\uff0e",
        "\u2215",
        "\u2044",
        "\u0430",
        "\u200b",
        "\u202e",
        "\ud800",
        "\N{FULLWIDTH QUESTION MARK}",
    ),
    *(
        ".git",
        "--",
        "-",
        "_",
        "~",
        "$",
        "resolve",
        "main",
        "api",
        "models",
        "datasets",
        "spaces",
        "org",
        "name",
    ),
)

_accepted = st.from_regex(re.compile(_DOCUMENTED, re.ASCII), fullmatch=True)
_built = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join)
_spoilt = st.builds(lambda name, piece: f"{name}{piece}", _accepted, st.sampled_from(_PIECES))
model_ids = _accepted | _built | _spoilt | st.text(max_size=30)

_PATIENCE_SECONDS = 15

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    # The certificates are read once, not for each service. On a busy machine a search that is given up would
    # send its requests during the next example.
    cached = cache(ssl.create_default_context)
    with (
        running_hub() as running,
        patch("ssl.create_default_context", cached),
        patch("handler.hub.checkpoints._LONGEST_SECONDS", _PATIENCE_SECONDS),
    ):
        running.headers = {"Connection": "close"}
        yield running


@pytest.fixture(scope="module")
def ask(hub: HubDouble) -> Ask:
    """Sends a request to a service that has nothing cached."""

    def ask(model_id: str, **headers: str) -> dict[str, Any]:
        sent = event("GET", recommend_target("x", "g5.xlarge"), headers.items())
        sent["queryStringParameters"]["model"] = model_id
        hub.seen.clear()
        return Service(hub.url, deadline_seconds=_PATIENCE_SECONDS).handle(sent)

    return ask


def set_ids(hub: HubDouble, canonical_id: object, listed_ids: list[object]) -> None:
    """Let the Hub call the model, and the checkpoints quantized from it, by these IDs."""
    entries = [{"id": each, "downloads": 1, **_CHECKPOINT.information} for each in listed_ids]
    hub.documents = {
        "information": {**_MODEL.information, "id": canonical_id},
        "config": _MODEL.config,
        "list": entries,
    }


def assert_intended(head: bytes, asked_ids: set[str], listed_ids: set[str], authority: str) -> None:
    """The request is a GET of one of three addresses on the configured Hub, with the usual headers."""
    line, *lines = head.decode("ascii").removesuffix("\r\n").split("\r\n")
    matched = re.fullmatch(r"GET (/[\w./-]*)(\?[\w%=&.:/-]*)? HTTP/1\.1", line, re.ASCII)
    assert matched, line
    path, query = matched[1], dict(parse_qsl((matched[2] or "?")[1:]))
    if path == "/api/models":
        assert set(query) == {"filter", "sort", "limit", "expand[]"}
        filters = [value for name, value in parse_qsl(matched[2][1:]) if name == "filter"]
        assert filters[0].removeprefix("base_model:quantized:") in asked_ids
        assert filters[1:] == ["safetensors"]
    elif path.startswith("/api/models/"):
        assert path.removeprefix("/api/models/") in asked_ids
        assert set(query) == {"expand[]"}
    else:
        assert path.removeprefix("/").removesuffix("/resolve/main/config.json") in asked_ids | listed_ids
        assert path.endswith("/resolve/main/config.json")
        assert not query
    fields = {name.lower(): value for name, _, value in (field.partition(": ") for field in lines)}
    assert {name.encode() for name in fields} <= _HEADERS
    assert fields["host"] == authority


_REPEATABLE = settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


def test_only_three_addresses_are_requested_whatever_the_ids(ask: Ask, hub: HubDouble) -> None:
    @given(
        model_id=model_ids,
        canonical_id=model_ids | st.none() | st.integers(),
        listed_ids=st.lists(model_ids, max_size=3),
    )
    @_REPEATABLE
    def try_one(model_id: str, canonical_id: object, listed_ids: list[object]) -> None:
        set_ids(hub, canonical_id, listed_ids)
        answer = ask(model_id)
        model_id = _without_address(model_id.strip())
        if not is_repo_id(model_id):
            assert_error(answer, 400, "invalid_request")
            assert not hub.seen
            return
        assert answer["statusCode"] == 200
        asked = {model_id, *([canonical_id] if is_repo_id(canonical_id) else [])}
        listed = {each for each in listed_ids if is_repo_id(each)}
        assert hub.seen
        for seen in hub.seen:
            assert_intended(seen.head, asked, listed, hub.url.removeprefix("http://"))

    try_one()


def _without_address(model: str) -> str:
    page = re.fullmatch(r"https://huggingface\.co/(.+?)(?:/tree/main)?/?", model)
    return model if page is None else page[1]


def test_the_documented_pattern_accepts_every_valid_id() -> None:
    """The rest, such as `--`, would make the regular expression unreadable."""

    @given(model_id=model_ids)
    @_REPEATABLE
    def try_one(model_id: str) -> None:
        if is_repo_id(model_id):
            assert re.fullmatch(_DOCUMENTED, model_id, re.ASCII)

    try_one()


def test_all_three_addresses_are_requested_with_ids_of_callers_and_hub(ask: Ask, hub: HubDouble) -> None:
    """So that the test above has requests to look at."""
    set_ids(hub, "org/renamed", ["org/checkpoint", "../../api/whoami-v2", "datasets/org"])
    ask("org/asked", **{"X-HF-Token": "hf_someone"})

    assert set(hub.paths()) == {
        "/api/models/org/asked",
        "/org/asked/resolve/main/config.json",
        "/api/models",
        "/org/checkpoint/resolve/main/config.json",
    }
    assert all(b"\r\nauthorization: bearer hf_someone\r\n" in seen.head.lower() for seen in hub.seen)
