"""The function as Lambda runs it: its log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.hub import MODEL, HubDouble, running_hub, say
from support.lambda_function import Handler, context, imported_handler
from support.logs import COMMON, OF_A_DEFECT, OF_A_HUB_ERROR, OF_A_RECOMMENDATION, OF_A_REFUSAL
from support.loopback import Say
from support.table import TABLE, running_table

from local.runtime.gateway import event, recommend_target

TOKEN = "hf_abcdefghijklmnop"


@contextmanager
def handler(service: str) -> Iterator[tuple[Handler, HubDouble]]:
    """A fresh environment. Each test has a service of its own, because loggers keep their first stream."""
    with running_hub() as hub, running_table() as table:
        environment = {
            "INSTANCE_TABLE": TABLE,
            "HF_ENDPOINT": hub.url,
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "POWERTOOLS_SERVICE_NAME": service,
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
        with imported_handler(environment) as handle:
            yield handle, hub


def sent(model: str = MODEL) -> dict[str, Any]:
    return event("GET", recommend_target(model, "g5.xlarge"), [("X-HF-Token", TOKEN)])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_has_the_request_id_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    events = [sent(), sent("nobody/nothing")]
    with handler("ids") as (handle, hub):
        handle(events[0], context())
        hub.fault = say({}, status=404)
        handle(events[1], context())
    logged = lines(capsys)

    assert [line["message"] for line in logged] == ["Recommended", "Refused"]
    assert [line["correlation_id"] for line in logged] == [
        each["requestContext"]["requestId"] for each in events
    ]


def test_lines_have_the_fields_that_the_runbook_queries(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with handler("fields") as (handle, hub):
        handle(sent(), context())
        hub.fault = say({}, status=404)
        handle(sent("nobody/nothing"), context())
        monkeypatch.setattr("handler.routes.parse_request", lambda *_: 1 / 0)
        handle(sent(), context())
    recommended, refused, defect = lines(capsys)

    assert set(recommended) >= COMMON | OF_A_RECOMMENDATION
    assert set(refused) >= COMMON | OF_A_REFUSAL
    assert set(defect) >= COMMON | OF_A_DEFECT
    assert (defect["level"], defect["exception_name"]) == ("ERROR", "ZeroDivisionError")


@pytest.mark.parametrize(
    ("hub_url", "cause", "reason"),
    [
        ("http://127.0.0.1:9", "NewConnectionError", "Connection refused"),
        ("https://hub.invalid", "NameResolutionError", "hub.invalid"),
        ("https://127.0.0.1:{port}", "SSLError", "SSL"),
    ],
    ids=["refused", "unknown host", "TLS"],
)
def test_the_line_of_an_unreachable_hub_has_its_cause(
    capsys: pytest.CaptureFixture[str], hub_url: str, cause: str, reason: str
) -> None:
    with running_hub() as plain, running_table() as table:
        environment = {
            "INSTANCE_TABLE": TABLE,
            "HF_ENDPOINT": hub_url.format(port=plain.url.rpartition(":")[2]),
            "HUB_DEADLINE_SECONDS": "4",
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "POWERTOOLS_SERVICE_NAME": f"unreachable {cause}",
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
        with imported_handler(environment) as handle:
            handle(sent(), context())
    line = lines(capsys)[-1]

    assert set(line) >= COMMON | OF_A_REFUSAL | OF_A_HUB_ERROR - {"status"}
    assert (line["code"], line["model"], line["instance_type"]) == ("hub_unreachable", MODEL, "g5.xlarge")
    assert (line["cause"], line["attempts"]) == (cause, 3)
    assert reason in line["reason"]


def test_the_line_of_a_bad_response_has_model_document_and_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with handler("bad") as (handle, hub):
        hub.faults["config"] = Say(status=418)
        handle(sent(), context())
        hub.faults["config"] = Say(body=b"<html>")
        handle(sent("org/other"), context())
    status, text = lines(capsys)

    assert (status["code"], status["model"]) == ("hub_bad_response", MODEL)
    assert (status["document"], status["status"], status["attempts"]) == ("config.json", 418, 1)
    assert (text["code"], text["model"], text["document"]) == (
        "hub_bad_response",
        "org/other",
        "config.json",
    )


def test_no_line_contains_the_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with handler("secret") as (handle, _hub):
        handle(sent(), context())
        monkeypatch.setattr("handler.routes.parse_request", lambda *_: 1 / 0)
        handle(sent(), context())
    written = capsys.readouterr()

    assert "Recommended" in written.out
    assert TOKEN not in written.out + written.err
