"""Which addresses a model id can make the service ask: those it means to, wherever the id comes from."""

import json
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
from callers.recorder import Recorder, recorder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.assertions import assert_error
from support.instances import ITEMS
from support.metadata import real
from support.service import handler_of
from support.table import Table

from handler.request import is_repository_name
from local.runtime.gateway import LambdaContext, event, recommend_target

_PARAMETERS = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())["paths"][
    "/api/v1/recommend"
]["get"]["parameters"]
_DOCUMENTED = next(each["schema"]["pattern"] for each in _PARAMETERS if each["name"] == "model")

# Fits on an A10G only if somebody has quantized it beforehand, so that the list is asked for, too.
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

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def hub() -> Iterator[Recorder]:
    # The certificates are read once, not for each service.
    with recorder() as running, patch("ssl.create_default_context", cache(ssl.create_default_context)):
        yield running


@pytest.fixture(scope="module")
def ask(hub: Recorder) -> Ask:
    """Puts a question to a service that remembers nothing of the ones before."""
    table = Table([ITEMS[name] for name in ("g5.xlarge", "g5.12xlarge")])

    def ask(model_id: str, **headers: str) -> dict[str, Any]:
        asked = event("GET", recommend_target("x", "g5.xlarge"), headers.items())
        asked["queryStringParameters"]["model"] = model_id
        hub.heads.clear()
        return handler_of(hub.url, table)(asked, LambdaContext.fresh())

    return ask


def says(canonical_id: object, listed_ids: list[object]) -> Callable[[str], tuple[int, bytes]]:
    """A Hub that calls the model, and the checkpoints quantized from it, by these names."""

    def script(path: str) -> tuple[int, bytes]:
        if path == "/api/models":
            entries = [{"id": each, "downloads": 1, **_CHECKPOINT.information} for each in listed_ids]
            return 200, json.dumps(entries).encode()
        if path.startswith("/api/models/"):
            return 200, json.dumps({**_MODEL.information, "id": canonical_id}).encode()
        return 200, json.dumps(_MODEL.config).encode()

    return script


def assert_meant(head: bytes, asked_ids: set[str], listed_ids: set[str], authority: str) -> None:
    """A request is a GET of one of three addresses, at the Hub that was chosen, with the usual headers."""
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


def test_whatever_ids_callers_and_the_hub_come_up_with_only_three_addresses_are_asked(
    ask: Ask, hub: Recorder
) -> None:
    @given(
        model_id=model_ids,
        canonical_id=model_ids | st.none() | st.integers(),
        listed_ids=st.lists(model_ids, max_size=3),
    )
    @_REPEATABLE
    def try_one(model_id: str, canonical_id: object, listed_ids: list[object]) -> None:
        hub.script = says(canonical_id, listed_ids)
        answer = ask(model_id)
        model_id = model_id.strip()
        if not is_repository_name(model_id):
            assert_error(answer, 400, "invalid_request")
            assert not hub.heads
            return
        assert answer["statusCode"] == 200
        asked = {model_id, *([canonical_id] if is_repository_name(canonical_id) else [])}
        listed = {each for each in listed_ids if is_repository_name(each)}
        assert hub.heads
        for head in hub.heads:
            assert_meant(head, asked, listed, f"127.0.0.1:{hub.port}")

    try_one()


def test_the_documented_pattern_and_what_is_accepted_agree() -> None:
    """But for what a regular expression could say only unreadably."""

    @given(model_id=model_ids)
    @_REPEATABLE
    def try_one(model_id: str) -> None:
        if is_repository_name(model_id):
            assert re.fullmatch(_DOCUMENTED, model_id, re.ASCII)

    try_one()


def test_all_three_addresses_are_asked_with_ids_of_the_callers_and_of_the_hubs(
    ask: Ask, hub: Recorder
) -> None:
    """So that the property above has something to look at."""
    hub.script = says("org/renamed", ["org/checkpoint", "../../api/whoami-v2", "datasets/org"])
    ask("org/asked", **{"X-HF-Token": "hf_someone"})
    targets = {head.split(b" ")[1].decode().partition("?")[0] for head in hub.heads}

    assert targets == {
        "/api/models/org/asked",
        "/org/asked/resolve/main/config.json",
        "/api/models",
        "/org/checkpoint/resolve/main/config.json",
    }
    assert all(b"\r\nauthorization: bearer hf_someone\r\n" in head.lower() for head in hub.heads)
