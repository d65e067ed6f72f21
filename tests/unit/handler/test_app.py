"""The function as Lambda runs it: its log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.hub import MODEL, HubDouble, running_hub, say
from support.lambda_function import Handler, context, imported_handler
from support.logs import COMMON, OF_A_DEFECT, OF_A_RECOMMENDATION, OF_A_REFUSAL
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
        monkeypatch.setattr("handler.routes.as_json", lambda _: 1 / 0)
        handle(sent(), context())
    recommended, refused, _, defect = lines(capsys)

    assert set(recommended) >= COMMON | OF_A_RECOMMENDATION
    assert set(refused) >= COMMON | OF_A_REFUSAL
    assert set(defect) >= COMMON | OF_A_DEFECT
    assert (defect["level"], defect["exception_name"]) == ("ERROR", "ZeroDivisionError")


def test_no_line_contains_the_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with handler("secret") as (handle, _hub):
        handle(sent(), context())
        monkeypatch.setattr("handler.routes.as_json", lambda _: 1 / 0)
        handle(sent(), context())
    written = capsys.readouterr()

    assert "Recommended" in written.out
    assert TOKEN not in written.out + written.err
