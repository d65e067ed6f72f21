"""The log that the handler writes, as Lambda runs it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.dynamodb import TABLE, moto_client
from support.lambda_function import Handler, context, imported_handler
from support.logs import COMMON, OF_A_DEFECT, OF_A_RECOMMENDATION, OF_A_REFUSAL

from local.embedded.hub import EmbeddedHub, load_snapshot
from local.embedded.table import fill_table
from local.runtime.gateway import event, recommend_target

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TOKEN = "hf_abcdefghijklmnop"


@contextmanager
def handler(service: str) -> Iterator[Handler]:
    """A fresh environment, with a service of each test's own: loggers keep their first stream."""
    with EmbeddedHub(load_snapshot()) as hub, moto_client() as client:
        fill_table(client, TABLE)
        environment = {
            "INSTANCE_TABLE": TABLE,
            "HF_ENDPOINT": hub.url,
            "POWERTOOLS_SERVICE_NAME": service,
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
        with imported_handler(environment) as handle:
            yield handle


def asked(model: str) -> dict[str, Any]:
    return event("GET", recommend_target(model, "g5.xlarge"), [("X-HF-Token", TOKEN)])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_line_has_the_apis_id_of_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    events = [asked(MISTRAL), asked("nobody/nothing")]
    with handler("ids") as handle:
        for each in events:
            handle(each, context())
    logged = lines(capsys)

    assert [line["message"] for line in logged] == ["Recommended", "Refused"]
    assert [line["correlation_id"] for line in logged] == [
        each["requestContext"]["requestId"] for each in events
    ]


def test_lines_have_the_fields_that_the_runbook_asks_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with handler("fields") as handle:
        for model in (MISTRAL, "nobody/nothing"):
            handle(asked(model), context())
        monkeypatch.setattr("handler.routes.as_json", lambda _: 1 / 0)
        handle(asked(MISTRAL), context())
    recommended, refused, _, defect = lines(capsys)

    assert set(recommended) >= COMMON | OF_A_RECOMMENDATION
    assert set(refused) >= COMMON | OF_A_REFUSAL
    assert set(defect) >= COMMON | OF_A_DEFECT
    assert (defect["level"], defect["exception_name"]) == ("ERROR", "ZeroDivisionError")


def test_no_line_holds_the_token(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with handler("secret") as handle:
        handle(asked(MISTRAL), context())
        monkeypatch.setattr("handler.routes.as_json", lambda _: 1 / 0)
        handle(asked(MISTRAL), context())
    written = capsys.readouterr()

    assert "Recommended" in written.out
    assert TOKEN not in written.out + written.err
