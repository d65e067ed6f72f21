"""The metrics that the handler writes, as Lambda runs it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from support.dynamodb import TABLE, moto_client
from support.lambda_function import context, imported_handler
from support.loopback import Say, Seen, loopback

from handler import metrics
from handler.metrics import Metric
from local.embedded.hub import EmbeddedHub, load_snapshot
from local.embedded.table import fill_table
from local.runtime.gateway import event, recommend_target

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TOKEN = "hf_abcdefghijklmnop"

Line = dict[str, Any]
Ask = Callable[..., dict[str, Any]]


@contextmanager
def asking(hub_url: str, **variables: str) -> Iterator[Ask]:
    """A fresh environment of the function, with a full table behind it."""
    environment = {
        "INSTANCE_TABLE": TABLE,
        "HF_ENDPOINT": hub_url,
        "HUB_DEADLINE_SECONDS": "2",
        "POWERTOOLS_SERVICE_NAME": "recommend",
        "POWERTOOLS_METRICS_NAMESPACE": "stack",
        **variables,
    }
    with moto_client() as client:
        fill_table(client, TABLE)
        with imported_handler(environment) as handle:

            def ask(model: str, instance_type: str = "g5.xlarge", *, token: str = "") -> dict[str, Any]:
                headers = [("X-HF-Token", token)] if token else []
                return handle(event("GET", recommend_target(model, instance_type), headers), context())

            yield ask


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Line]]:
    """The lines on standard output since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def of_metrics(lines: list[Line]) -> list[Line]:
    return [line for line in lines if "_aws" in line]


def values(lines: list[Line]) -> dict[str, list[float]]:
    """The values of the metrics that have no dimension but the service."""
    (line,) = [line for line in of_metrics(lines) if "code" not in line]
    return {name: line[name] for name in Metric if name in line}


def rate_limited(_: Seen) -> Say:
    return Say(status=429, headers={"Retry-After": "60"})


def nonsense(_: Seen) -> Say:
    return Say(body=b"<html>")


def test_a_first_answer_counts_its_cold_start_and_its_visit_to_the_hub(
    written: Callable[[], list[Line]],
) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        ask(MISTRAL)
        first = values(written())
        ask(MISTRAL)
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


def test_each_metric_is_written_by_some_request(written: Callable[[], list[Line]]) -> None:
    """An alarm on a name that no request writes would never ring."""
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        ask(MISTRAL)
        ask("nobody/nothing")
    lines = of_metrics(written())

    assert {name for line in lines for name in line if name in set(Metric)} == set(Metric)


def test_an_answer_without_a_configuration_is_counted_as_one(written: Callable[[], list[Line]]) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        body = json.loads(ask(MISTRAL, "inf2.xlarge")["body"])

    assert body["explanation"]["feasible"] is False
    assert values(written())["Feasible"] == [0]


@pytest.mark.parametrize(
    ("script", "code", "failed", "limited"),
    [(rate_limited, "hub_rate_limited", 0, 1), (nonsense, "hub_bad_response", 1, 0)],
    ids=["429", "nonsense"],
)
def test_a_visit_that_the_hub_refuses_is_told_from_one_that_fails(
    written: Callable[[], list[Line]], script: Any, code: str, failed: int, limited: int
) -> None:
    with loopback(script) as hub, asking(hub.url) as ask:
        assert json.loads(ask(MISTRAL)["body"])["code"] == code
    found = values(written())

    assert (found["HubFailures"], found["HubRateLimited"], found["Errors"]) == ([failed], [limited], [1])
    assert "Feasible" not in found


def test_a_refusal_that_is_the_callers_is_no_failure_of_the_hub(written: Callable[[], list[Line]]) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        assert ask("nobody/nothing")["statusCode"] == 404
    found = values(written())

    assert (found["HubFailures"], found["HubRateLimited"], found["Errors"]) == ([0], [0], [1])


def test_an_error_is_counted_under_its_code_too(written: Callable[[], list[Line]]) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        ask("nobody/nothing")
    (line,) = [line for line in of_metrics(written()) if "code" in line]

    assert (line["code"], line["service"], line["Errors"]) == ("model_not_found", "recommend", [1])


def test_a_defect_is_counted_as_internal_error(written: Callable[[], list[Line]]) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        broken = pytest.MonkeyPatch()
        broken.setattr("handler.routes.as_json", lambda _: 1 / 0)
        assert ask(MISTRAL)["statusCode"] == 500
        broken.undo()
    (line,) = [line for line in of_metrics(written()) if "code" in line]

    assert line["code"] == "internal_error"


def test_metrics_are_the_stacks_and_have_no_dimension_that_a_caller_chooses(
    written: Callable[[], list[Line]],
) -> None:
    with EmbeddedHub(load_snapshot()) as hub, asking(hub.url) as ask:
        ask(MISTRAL, token=TOKEN)
        ask("nobody/nothing", token=TOKEN)
    lines = of_metrics(written())
    directives = [each for line in lines for each in line["_aws"]["CloudWatchMetrics"]]

    assert {each["Namespace"] for each in directives} == {"stack"}
    assert {tuple(sorted(each["Dimensions"][0])) for each in directives} == {
        ("service",),
        ("code", "service"),
    }
    assert all(len(each["Dimensions"]) == 1 for each in directives)
    assert not any(secret in json.dumps(lines) for secret in (MISTRAL, "nobody", TOKEN))


def test_switched_off_nothing_is_written_or_kept(
    monkeypatch: pytest.MonkeyPatch, written: Callable[[], list[Line]]
) -> None:
    """Powertools itself would print what it has at a hundred values."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    for _ in range(250):
        metrics.recommended(feasible=True)
        metrics.failed("model_not_found")
        metrics.publish()

    assert written() == []


def test_without_anything_to_say_nothing_is_said(written: Callable[[], list[Line]]) -> None:
    metrics.publish()
    written()
    metrics.publish()

    assert written() == []


def test_notes_of_many_threads_are_all_counted(written: Callable[[], list[Line]]) -> None:
    metrics.publish()
    written()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(80):
            pool.submit(metrics.looked_up, hit=True)
            metrics.publish()
    metrics.publish()

    assert sum(len(line["HubCacheHits"]) for line in written()) == 80


def test_notes_that_nobody_publishes_do_not_pile_up(written: Callable[[], list[Line]]) -> None:
    for _ in range(5_000):
        metrics.looked_up(hit=True)
    metrics.publish()
    (line,) = written()

    assert len(line["HubCacheHits"]) == 99
