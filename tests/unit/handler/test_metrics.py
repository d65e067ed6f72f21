"""The metrics that the function writes, as Lambda runs it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.hub import MODEL, HubDouble, running_hub, say
from support.lambda_function import context, imported_handler
from support.loopback import Say
from support.table import TABLE, running_table

from handler.metrics import Metric
from local.runtime.gateway import compare_target, event, recommend_target

TOKEN = "hf_abcdefghijklmnop"
MISSING = say({}, status=404)

Line = dict[str, Any]
Ask = Callable[..., dict[str, Any]]


@contextmanager
def function(hub: HubDouble, **variables: str) -> Iterator[Ask]:
    """A fresh environment of the function."""
    with running_hub(hub), running_table() as table:
        environment = {
            "INSTANCE_TABLE": TABLE,
            "HF_ENDPOINT": hub.url,
            "AWS_ENDPOINT_URL_DYNAMODB": table.running.url,
            "HUB_DEADLINE_SECONDS": "2",
            "POWERTOOLS_SERVICE_NAME": "recommend",
            "POWERTOOLS_METRICS_NAMESPACE": "stack",
            **variables,
        }
        with imported_handler(environment) as handle:

            def ask(instance_type: str = "g5.xlarge", *, token: str = "", target: str = "") -> dict[str, Any]:
                headers = [("X-HF-Token", token)] if token else []
                sent = event("GET", target or recommend_target(MODEL, instance_type), headers)
                return {**handle(sent, context()), "id": sent["requestContext"]["requestId"]}

            yield ask


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Line]]:
    """The lines on standard output since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def of_metrics(lines: list[Line]) -> list[Line]:
    return [line for line in lines if "_aws" in line]


def values(lines: list[Line]) -> dict[str, list[float]]:
    """The values of the metrics whose only dimension is the service."""
    (line,) = [line for line in of_metrics(lines) if "code" not in line]
    return {name: line[name] for name in Metric if name in line}


def test_a_first_answer_counts_its_cold_start_and_its_visit_to_the_hub(
    written: Callable[[], list[Line]],
) -> None:
    with function(HubDouble()) as ask:
        ask()
        first = values(written())
        ask()
        second = values(written())

    (latency,) = first.pop(Metric.HUB_LATENCY)
    assert latency > 0
    assert first == {
        "ColdStarts": [1],
        "HubCacheHits": [0],
        "HubFailures": [0],
        "HubRateLimited": [0],
        "Feasible": [1],
    }
    assert second == {"HubCacheHits": [1], "Feasible": [1]}


def test_a_comparison_is_counted_but_not_as_a_recommendation(written: Callable[[], list[Line]]) -> None:
    with function(HubDouble()) as ask:
        ask(target=compare_target(MODEL))
    found = values(written())

    assert found["Comparisons"] == [1]
    assert "Feasible" not in found


def test_some_request_writes_each_metric(written: Callable[[], list[Line]]) -> None:
    """An alarm on a metric that no request writes would never fire."""
    hub = HubDouble()
    with function(hub) as ask:
        ask()
        ask(target=compare_target(MODEL))
        hub.fault = MISSING
        ask(token=TOKEN)
    lines = of_metrics(written())

    assert {name for line in lines for name in line if name in set(Metric)} == set(Metric)


def test_every_line_has_the_request_id(written: Callable[[], list[Line]]) -> None:
    with function(HubDouble(fault=MISSING)) as ask:
        ids = [ask()["id"] for _ in range(2)]
    lines = of_metrics(written())

    assert [line["correlation_id"] for line in lines] == [ids[0], ids[0], ids[1], ids[1]]


def test_an_answer_without_a_configuration_is_not_feasible(written: Callable[[], list[Line]]) -> None:
    with function(HubDouble()) as ask:
        body = json.loads(ask("inf2.xlarge")["body"])

    assert body["explanation"]["feasible"] is False
    assert values(written())["Feasible"] == [0]


@pytest.mark.parametrize(
    ("fault", "code", "failed", "limited"),
    [
        (Say(status=429, headers={"Retry-After": "60"}), "hub_rate_limited", 0, 1),
        (Say(body=b"<html>"), "hub_bad_response", 1, 0),
        (MISSING, "model_not_found", 0, 0),
    ],
    ids=["429", "not JSON", "404"],
)
def test_a_failure_a_rate_limit_and_a_refusal_of_the_hub_are_counted_separately(
    written: Callable[[], list[Line]], fault: Say, code: str, failed: int, limited: int
) -> None:
    with function(HubDouble(fault=fault)) as ask:
        assert json.loads(ask()["body"])["code"] == code
    found = values(written())

    assert (found["HubFailures"], found["HubRateLimited"], found["Errors"]) == ([failed], [limited], [1])
    assert "Feasible" not in found


def test_an_error_is_counted_once_more_by_its_code(written: Callable[[], list[Line]]) -> None:
    with function(HubDouble(fault=MISSING)) as ask:
        ask()
    (line,) = [line for line in of_metrics(written()) if "code" in line]

    assert (line["code"], line["service"], line["Errors"]) == ("model_not_found", "recommend", [1])


def test_a_defect_is_counted_as_internal_error(
    written: Callable[[], list[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with function(HubDouble()) as ask:
        monkeypatch.setattr("handler.routes.parse_request", lambda *_: 1 / 0)
        assert ask()["statusCode"] == 500
        monkeypatch.undo()
    (line,) = [line for line in of_metrics(written()) if "code" in line]

    assert line["code"] == "internal_error"


def test_metrics_are_in_the_namespace_of_the_stack_without_dimensions_of_callers(
    written: Callable[[], list[Line]],
) -> None:
    hub = HubDouble()
    with function(hub) as ask:
        ask(token=TOKEN)
        hub.fault = MISSING
        ask()
    lines = of_metrics(written())
    directives = [each for line in lines for each in line["_aws"]["CloudWatchMetrics"]]

    assert {each["Namespace"] for each in directives} == {"stack"}
    assert {tuple(sorted(each["Dimensions"][0])) for each in directives} == {
        ("service",),
        ("code", "service"),
    }
    assert all(len(each["Dimensions"]) == 1 for each in directives)
    assert not any(value in json.dumps(lines) for value in (MODEL, TOKEN))


def test_where_metrics_are_disabled_nothing_is_written_or_kept(written: Callable[[], list[Line]]) -> None:
    """Powertools itself prints what it has collected at a hundred values."""
    with function(HubDouble(fault=MISSING), POWERTOOLS_METRICS_DISABLED="true") as ask:
        for _ in range(120):
            ask("g5.unknown")

    assert of_metrics(written()) == []
