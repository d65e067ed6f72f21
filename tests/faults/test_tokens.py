"""A token is shown to nobody but the Hub: it is planted in the whole function and looked for everywhere."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.assertions import header
from support.dynamodb import TABLE
from support.faulty_hub import MODEL, FaultyHub, faulty_hub
from support.function_process import FunctionProcess, function_process
from support.hub_faults import FAULTS, REFUSALS
from support.loopback import Misbehave, Say
from support.table_double import TableDouble, dynamodb_refuses, table_double

from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.gateway import event

PLANTED = "hf_PlantedWhereNobodyShallFindIt"

# One of each kind; the others differ in what they are answered with and not in what is done.
KINDS = (
    "accepts and says nothing",
    "accepts and hangs up",
    "drips the body",
    "resets half-way",
    "speaks no HTTP",
    "500 Internal Server Error",
    "429 for seconds",
    "redirects in circles",
    "redirects to another host",
    "redirects with a user name",
    "HTML",
    "truncated JSON",
    "500 MB",
    "a gzip bomb",
    "deep nesting",
)


def repeat_it(connection: BaseHTTPRequestHandler) -> None:
    """Refuse in words that hold the token, in every place where words can be."""
    token = connection.headers["Authorization"] or ""
    body = json.dumps({"error": f"{token} may not"}).encode()
    connection.send_response(403, f"not with {token}")
    connection.send_header("X-Error-Message", f"{token} may not read this; {token[7:]} neither")
    connection.send_header("Content-Length", str(len(body)))
    connection.end_headers()
    connection.wfile.write(body)


def send_it_on(connection: BaseHTTPRequestHandler) -> None:
    """Redirect to an address with the token in it, which nobody asks."""
    token = (connection.headers["Authorization"] or "")[7:]
    connection.send_response(302)
    connection.send_header("Location", f"https://{token}@example.invalid/{token}")
    connection.send_header("Content-Length", "0")
    connection.end_headers()


TROUBLE: dict[str, Say | Misbehave] = {
    **{kind: FAULTS[kind][0] for kind in KINDS},
    **{kind: refusal for kind, (refusal, _status, _code) in REFUSALS.items()},
    "repeats the token": repeat_it,
    "sends the token on": send_it_on,
}

tokens = (f"{PLANTED}{number}" for number in count())


@pytest.fixture(scope="module")
def hub() -> Iterator[FaultyHub]:
    with faulty_hub() as running:
        yield running


@pytest.fixture(scope="module")
def table() -> Iterator[TableDouble]:
    with table_double() as running:
        yield running


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "written"


@pytest.fixture
def function(hub: FaultyHub, table: TableDouble, written: Path) -> Iterator[FunctionProcess]:
    variables = {
        "INSTANCE_TABLE": TABLE,
        "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
        "HF_ENDPOINT": hub.url,
        "HUB_DEADLINE_SECONDS": "0.6",
        "HUB_CACHE_SECONDS": "0",
        "CATALOG_CACHE_SECONDS": "0",
        "POWERTOOLS_SERVICE_NAME": "recommend",
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
    }
    with function_process(variables, looking_for=PLANTED, output=written) as running:
        yield running


def assert_told_to_nobody(answer: dict[str, Any]) -> None:
    assert PLANTED not in json.dumps(answer)
    assert header(answer, "Cache-Control") == "private, no-store"
    assert header(answer, "ETag") is None


def test_a_token_is_planted_through_all_trouble_and_found_nowhere(
    hub: FaultyHub, table: TableDouble, function: FunctionProcess, written: Path
) -> None:
    """Neither in answers nor in what is logged at DEBUG, nor in what the process still holds at the end."""
    for trouble in TROUBLE.values():
        hub.fault = trouble
        assert_told_to_nobody(function.ask(MODEL, "g5.xlarge", token=next(tokens)))
        hub.fault, token = None, next(tokens)
        assert_told_to_nobody(function.ask(MODEL, "g5.xlarge", token=token))
        hub.fault = trouble
        assert_told_to_nobody(function.ask(MODEL, "g5.xlarge", token=token))
    hub.fault, table.fault = None, dynamodb_refuses("AccessDeniedException")
    assert_told_to_nobody(function.ask(MODEL, "g5.xlarge", token=next(tokens)))
    table.fault = None
    without = function.ask(MODEL, "g5.xlarge")
    holders = function.holders()

    assert without["statusCode"] == 200
    assert PLANTED not in json.dumps(without)
    text = written.read_text()
    assert "Recommended" in text
    assert "Refused" in text
    assert PLANTED not in text
    assert holders == []
    assert any(PLANTED in seen.headers.get("authorization", "") for seen in hub.running.seen)
    assert not any(PLANTED in seen.path for seen in hub.running.seen)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", f"/api/v1/recommend?model={MODEL}&instance_type=inf2.xlarge", 200),
        ("GET", f"/api/v1/recommend?model={MODEL}&instance_type=g5.99xlarge", 404),
        ("GET", f"/api/v1/recommend?model={MODEL}&instance_type=g5.xlarge&tp=x", 400),
        ("GET", "/api/v1/recommend", 400),
        ("POST", "/api/v1/recommend", 405),
        ("GET", "/api/v1/other", 404),
    ],
)
def test_whatever_is_answered_to_a_token_is_private(
    function: FunctionProcess, method: str, target: str, status: int
) -> None:
    answer = function.send(event(method, target, [("X-HF-Token", PLANTED), ("If-None-Match", "*")]))

    assert answer["statusCode"] == status
    assert_told_to_nobody(answer)


def test_a_token_that_cannot_be_sent_is_not_repeated(function: FunctionProcess) -> None:
    target = f"/api/v1/recommend?model={MODEL}&instance_type=g5.xlarge"
    answer = function.send(event("GET", target, [("X-HF-Token", f"{PLANTED}\r\nX-Other: {PLANTED}")]))

    assert answer["statusCode"] == 400
    assert_told_to_nobody(answer)


def test_what_a_gate_shows_to_one_token_is_shown_to_nobody_else(table: TableDouble, written: Path) -> None:
    gated = "meta-llama/Llama-3.1-8B-Instruct"
    with EmbeddedHub(load_snapshot()) as embedded:
        variables = {
            "INSTANCE_TABLE": TABLE,
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "HF_ENDPOINT": embedded.url,
        }
        with function_process(variables, looking_for=PLANTED, output=written) as function:
            allowed = function.ask(gated, "g5.xlarge", token=PLANTED)
            others = [
                function.ask(gated, "g5.xlarge"),
                function.ask(gated, "g5.xlarge", token="hf_denied"),
                function.ask(gated, "g5.xlarge", token="hf_invalid"),
            ]

    assert allowed["statusCode"] == 200
    assert [json.loads(answer["body"])["code"] for answer in others] == [
        "model_gated",
        "hf_token_rejected",
        "hf_token_rejected",
    ]
