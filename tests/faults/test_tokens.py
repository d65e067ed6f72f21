"""A token goes to the Hub only: it is sent through the whole function and searched for everywhere else."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.assertions import header
from support.function_process import FunctionProcess, function_process
from support.hub import MODEL, HubDouble, running_hub
from support.hub_faults import FAULTS, REFUSALS
from support.loopback import Misbehave, Say
from support.table import TABLE, TableDouble, dynamodb_refuses, running_table

from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.gateway import event

SECRET = "hf_SecretThatMustNotBeFound"

# One of each kind; the others differ in the answer, not in what the function does.
KINDS = (
    "accepts and sends nothing",
    "accepts and hangs up",
    "sends the body a byte at a time",
    "resets half-way",
    "is not HTTP",
    "500 Internal Server Error",
    "429 for seconds",
    "redirects in a loop",
    "redirects to another host",
    "redirects with a user name",
    "HTML",
    "truncated JSON",
    "500 MB",
    "a gzip bomb",
    "deep nesting",
)


def repeat_token(connection: BaseHTTPRequestHandler) -> None:
    """Refuse with the token in every place that can hold text."""
    token = connection.headers["Authorization"] or ""
    body = json.dumps({"error": f"{token} may not"}).encode()
    connection.send_response(403, f"not with {token}")
    connection.send_header("X-Error-Message", f"{token} may not read this; {token[7:]} neither")
    connection.send_header("Content-Length", str(len(body)))
    connection.end_headers()
    connection.wfile.write(body)


def redirect_with_token(connection: BaseHTTPRequestHandler) -> None:
    """Redirect to an address that contains the token."""
    token = (connection.headers["Authorization"] or "")[7:]
    connection.send_response(302)
    connection.send_header("Location", f"https://{token}@example.invalid/{token}")
    connection.send_header("Content-Length", "0")
    connection.end_headers()


ALL_FAULTS: dict[str, Say | Misbehave] = {
    **{kind: FAULTS[kind][0] for kind in KINDS},
    **{kind: refusal for kind, (refusal, _status, _code) in REFUSALS.items()},
    "repeats the token": repeat_token,
    "redirects with the token": redirect_with_token,
}

tokens = (f"{SECRET}{number}" for number in count())


@pytest.fixture(scope="module")
def hub() -> Iterator[HubDouble]:
    with running_hub() as running:
        yield running


@pytest.fixture(scope="module")
def table() -> Iterator[TableDouble]:
    with running_table() as running:
        yield running


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "written"


@pytest.fixture
def function(hub: HubDouble, table: TableDouble, written: Path) -> Iterator[FunctionProcess]:
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
    with function_process(variables, looking_for=SECRET, output=written) as running:
        yield running


def assert_not_disclosed(answer: dict[str, Any]) -> None:
    assert SECRET not in json.dumps(answer)
    assert header(answer, "Cache-Control") == "private, no-store"
    assert header(answer, "ETag") is None


def test_a_token_is_found_nowhere_after_every_fault(
    hub: HubDouble, table: TableDouble, function: FunctionProcess, written: Path
) -> None:
    """Not in answers, not in what is logged at DEBUG, not in any object that the process still holds."""
    for fault in ALL_FAULTS.values():
        hub.fault = fault
        assert_not_disclosed(function.ask(MODEL, "g5.xlarge", token=next(tokens)))
        hub.fault, token = None, next(tokens)
        assert_not_disclosed(function.ask(MODEL, "g5.xlarge", token=token))
        hub.fault = fault
        assert_not_disclosed(function.ask(MODEL, "g5.xlarge", token=token))
    hub.fault, table.fault = None, dynamodb_refuses("AccessDeniedException")
    assert_not_disclosed(function.ask(MODEL, "g5.xlarge", token=next(tokens)))
    table.fault = None
    without = function.ask(MODEL, "g5.xlarge")
    holders = function.holders()

    assert without["statusCode"] == 200
    assert SECRET not in json.dumps(without)
    text = written.read_text()
    assert "Recommended" in text
    assert "Refused" in text
    assert SECRET not in text
    assert holders == []
    assert any(SECRET in seen.headers.get("authorization", "") for seen in hub.seen)
    assert not any(SECRET in seen.path for seen in hub.seen)


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
def test_every_answer_to_a_token_is_private(
    function: FunctionProcess, method: str, target: str, status: int
) -> None:
    answer = function.send(event(method, target, [("X-HF-Token", SECRET), ("If-None-Match", "*")]))

    assert answer["statusCode"] == status
    assert_not_disclosed(answer)


def test_a_token_that_cannot_be_sent_is_not_repeated(function: FunctionProcess) -> None:
    target = f"/api/v1/recommend?model={MODEL}&instance_type=g5.xlarge"
    answer = function.send(event("GET", target, [("X-HF-Token", f"{SECRET}\r\nX-Other: {SECRET}")]))

    assert answer["statusCode"] == 400
    assert_not_disclosed(answer)


def test_gated_documents_are_shown_to_their_own_token_only(table: TableDouble, written: Path) -> None:
    gated = "meta-llama/Llama-3.1-8B-Instruct"
    with EmbeddedHub(load_snapshot()) as embedded:
        variables = {
            "INSTANCE_TABLE": TABLE,
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "HF_ENDPOINT": embedded.url,
        }
        with function_process(variables, looking_for=SECRET, output=written) as function:
            allowed = function.ask(gated, "g5.xlarge", token=SECRET)
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
