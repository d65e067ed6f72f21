"""Alarms and dashboard watch what there is, and docs/operations.md says what to do."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse
from support.logs import LOGGED
from support.template import deployed, of_type, translated

from handler.errors import RequestError
from handler.metrics import Metric
from handler.routes import INTERNAL_ERROR
from importer.app import PRICE_FAILURES
from local.runtime.artifact import ROOT

TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
PARAMETERS = TEMPLATE["Parameters"]
ALARMS = {name: each["Properties"] for name, each in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items()}
OPERATIONS = (ROOT / "docs/operations.md").read_text()
DEPLOY = (ROOT / "docs/deploy.md").read_text()

QUERIES = re.findall(r"```\n(f[^`]+)```", OPERATIONS)
QUERY_KEYWORDS = {"filter", "fields", "sort", "desc", "limit", "stats", "as", "by", "and", "type"}

STACK = {"Ref": "AWS::StackName"}
SERVICE = TEMPLATE["Resources"]["RecommendFunction"]["Properties"]["Environment"]["Variables"][
    "POWERTOOLS_SERVICE_NAME"
]
IMPORT_SERVICE = TEMPLATE["Resources"]["ImportFunction"]["Properties"]["Environment"]["Variables"][
    "POWERTOOLS_SERVICE_NAME"
]
CODES = {error.code for error in RequestError.__subclasses__()} | {INTERNAL_ERROR}
AWS_METRICS = {
    "AWS/ApiGateway": {"4xx", "5xx", "Count", "Latency"},
    "AWS/Lambda": {"ConcurrentExecutions", "Errors", "Invocations", "Throttles"},
}

Watched = dict[str, Any]


def watched(alarm: dict[str, Any]) -> list[Watched]:
    """The metrics behind an alarm."""
    if "Metrics" not in alarm:
        return [alarm]
    return [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]


def dimensions(metric: Watched) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def dashboard() -> list[dict[str, Any]]:
    body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(re.sub(r"\$\{([\w:]+)\}", r"<\1>", body))["widgets"]


def drawn() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric on the dashboard, its abbreviations written out."""
    for widget in dashboard():
        before: list[str] = []
        for row in widget["properties"].get("metrics", []):
            words = [word for word in row if isinstance(word, str)]
            if words == ["..."]:
                words = before
            words = [before[place] if word == "." else word for place, word in enumerate(words)]
            before = words
            if words:
                yield words[0], words[1], dict(zip(words[2::2], words[3::2], strict=True))


def section(heading: str) -> str:
    """The text under a heading, up to the next of its level or above."""
    found = re.search(
        rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^#{{1,3}} |\Z)", OPERATIONS, re.MULTILINE | re.DOTALL
    )
    assert found is not None, heading
    return found[2]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_a_metric_that_exists(name: str) -> None:
    for metric in watched(ALARMS[name]):
        if metric["Namespace"] != STACK:
            assert metric["MetricName"] in AWS_METRICS[metric["Namespace"]]
            continue
        own = dimensions(metric)
        if own == {"service": IMPORT_SERVICE}:
            assert metric["MetricName"] == PRICE_FAILURES
            continue
        assert metric["MetricName"] in set(Metric)
        assert own.pop("service") == SERVICE
        assert not own or (metric["MetricName"], own["code"] in CODES) == (Metric.ERRORS, True)


def test_the_functions_metrics_are_in_the_namespace_of_the_alarms() -> None:
    variables = TEMPLATE["Resources"]["RecommendFunction"]["Properties"]["Environment"]["Variables"]

    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == STACK


def test_these_metrics_have_alarms() -> None:
    found = {(name, metric["MetricName"]) for name, alarm in ALARMS.items() for metric in watched(alarm)}

    assert found == {
        ("ServerErrorsAlarm", "5xx"),
        ("LatencyAlarm", "Latency"),
        ("FunctionErrorsAlarm", "Errors"),
        ("ThrottlesAlarm", "Throttles"),
        ("DefectsAlarm", "Errors"),
        ("CatalogAlarm", "Errors"),
        ("HubFailuresAlarm", "HubFailures"),
        ("HubRateLimitAlarm", "HubRateLimited"),
        ("ImportErrorsAlarm", "Errors"),
        ("PricesAlarm", PRICE_FAILURES),
        ("ImportStaleAlarm", "Invocations"),
        ("ImportStaleAlarm", "Errors"),
    }


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_notifies_the_address_if_there_is_one(name: str) -> None:
    notifying = deployed(AlarmEmail="someone@example.com")["Resources"][name]["Properties"]
    silent = deployed()["Resources"][name]["Properties"]

    assert notifying["AlarmActions"] == notifying["OKActions"] == [{"Ref": "AlarmTopic"}]
    assert not {"AlarmActions", "OKActions"} & set(silent)


def test_missing_data_fires_only_the_alarm_for_missing_imports() -> None:
    firing = {name for name, alarm in ALARMS.items() if alarm["TreatMissingData"] == "breaching"}

    assert firing == {"ImportStaleAlarm"}


def test_a_price_list_that_always_refuses_is_reported_once() -> None:
    """Between two imports there are no data, which keep the alarm's state; each import covers a day."""
    alarm = ALARMS["PricesAlarm"]

    assert (alarm["TreatMissingData"], alarm["Period"]) == ("ignore", 24 * 60 * 60)
    assert "PriceFailures" not in {metric["MetricName"] for metric in watched(ALARMS["ImportErrorsAlarm"])}


def test_the_import_is_stale_after_two_days() -> None:
    alarm = ALARMS["ImportStaleAlarm"]
    (period,) = {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each}

    assert period * alarm["EvaluationPeriods"] == 2 * 24 * 60 * 60
    assert [each["Expression"] for each in alarm["Metrics"] if "Expression" in each] == [
        "invocations - errors"
    ]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")


def test_the_alarms_of_a_canary_fire_before_it_ends() -> None:
    """The shortest canary takes five minutes."""
    for name in ("FunctionErrorsAlarm", "DefectsAlarm"):
        assert ALARMS[name]["Period"] * ALARMS[name]["EvaluationPeriods"] <= 300


def test_the_dashboard_shows_metrics_that_exist() -> None:
    rows = list(drawn())
    own = [(name, found) for namespace, name, found in rows if namespace == "<AWS::StackName>"]

    assert {name for name, _ in own} == set(Metric)
    assert all(found == {"service": SERVICE} for _, found in own)
    for namespace, name, found in rows:
        if namespace != "<AWS::StackName>":
            assert name in AWS_METRICS[namespace]
            assert set(found.values()) <= {"<HttpApi>", "<RecommendFunction>", "<ImportFunction>"}


def test_the_dashboard_finds_the_errors_by_their_dimensions() -> None:
    searches = re.findall(
        r"SEARCH\('\{\"([^\"]+)\",([\w,]+)\} MetricName=\"(\w+)\"'",
        json.dumps(dashboard()).replace('\\"', '"'),
    )

    assert searches == [("<AWS::StackName>", "code,service", Metric.ERRORS)]


def test_the_widgets_of_the_dashboard_do_not_overlap() -> None:
    places = [(each["x"], each["y"]) for each in dashboard()]

    assert len(places) == len(set(places))
    assert all(each["x"] + each["width"] <= 24 for each in dashboard())


def test_every_reference_in_the_dashboard_exists() -> None:
    body = TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]

    assert set(re.findall(r"\$\{([\w:]+)\}", body)) <= {
        *translated()["Resources"],
        "AWS::Region",
        "AWS::StackName",
    }


def test_every_alarm_has_a_section_and_every_section_an_alarm() -> None:
    alarms = OPERATIONS[OPERATIONS.index("## Alarms") : OPERATIONS.index("## What to do")]

    assert sorted(re.findall(r"^### (\w+)$", alarms, re.MULTILINE)) == sorted(ALARMS)
    assert all(len(section(name).split()) > 20 for name in ALARMS)


def test_exactly_the_metrics_of_the_function_are_documented() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", section("Metrics"), re.MULTILINE)) == {*Metric, PRICE_FAILURES}


def test_every_link_has_its_heading() -> None:
    anchors = {
        re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
        for heading in re.findall(r"^#+ (.+)$", OPERATIONS, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", OPERATIONS)) <= anchors


def test_every_parameter_in_the_runbook_exists() -> None:
    named = set(re.findall(r"`([A-Z][a-z]\w+)(?:=[^`]*)?`", OPERATIONS))
    outputs, metrics = (
        set(TEMPLATE["Outputs"]),
        {*Metric, PRICE_FAILURES, *AWS_METRICS["AWS/Lambda"], *AWS_METRICS["AWS/ApiGateway"]},
    )

    assert named - outputs - metrics - {"Apigw-Requestid"} <= set(PARAMETERS)


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_uses_fields_that_the_log_has(query: str) -> None:
    """tests/handler/test_logs.py sees to those of the function's own lines; the platform's are AWS's."""
    words = set(re.findall(r"(?<![@\w.])[a-zA-Z_]+(?![\w.(])", re.sub(r'"[^"]*"', "", query)))
    asked = words - QUERY_KEYWORDS - set(re.findall(r" as (\w+)", query))
    (stage,) = of_type(deployed(), "AWS::ApiGatewayV2::Stage").values()
    access = json.loads(stage["Properties"]["AccessLogSettings"]["Format"])

    assert asked <= LOGGED or asked <= set(access) or "platform.report" in query


def test_every_parameter_is_listed_with_its_default() -> None:
    table = DEPLOY[DEPLOY.index("## Parameters") : DEPLOY.index("## Settings")]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", table, re.MULTILINE)

    assert {name: default.strip("`") for name, default in rows} == {
        name: str(each["Default"]) or "(empty)" for name, each in PARAMETERS.items()
    }
