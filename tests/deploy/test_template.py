"""template.yaml, samconfig.toml and events/ agree with each other and with the code."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from samtranslator.yaml_helper import yaml_parse
from support.template import IMPORT_FUNCTION, deployed, of_type, translated

from handler.routes import ROUTES
from handler.settings import Settings
from local.runtime.artifact import FUNCTION, HANDLER, MEMORY_MIB, ROOT, TIMEOUT_SECONDS, function_variables

TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
EVENTS = sorted(path for path in (ROOT / "events").glob("*.json") if path.name != "env.json")
SAM = ROOT / ".venv-sam/bin/sam"
GATEWAY_TIMEOUT_SECONDS = 30


def properties(logical_id: str) -> dict[str, Any]:
    return TEMPLATE["Resources"][logical_id]["Properties"]


def resources(kind: str) -> dict[str, Any]:
    return {name: each for name, each in TEMPLATE["Resources"].items() if each["Type"] == kind}


@pytest.mark.skipif(not SAM.exists(), reason=".venv-sam is missing: `make setup` installs it")
def test_sam_and_cfn_lint_accept_the_template() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    validation = subprocess.run(  # noqa: S603 - the project's own sam
        [SAM, "validate", "--lint"],
        cwd=ROOT,
        env={**environment, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert validation.returncode == 0, validation.stdout + validation.stderr


def test_the_import_runs_daily_from_the_creation_of_the_stack() -> None:
    """A rate-based schedule without a StartDate "starts invoking the target immediately".

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    (schedule,) = of_type(deployed(), "AWS::Scheduler::Schedule").values()

    assert schedule["Properties"]["ScheduleExpression"] == "rate(1 day)"
    assert schedule["Properties"]["Target"]["Arn"] == {"Fn::GetAtt": ["ImportFunction", "Arn"]}
    assert not {"StartDate", "State", "Name"} & set(schedule["Properties"])


def test_the_functions_timeout_is_between_the_hubs_deadline_and_the_gateways() -> None:
    deadline = int(properties(FUNCTION)["Environment"]["Variables"]["HUB_DEADLINE_SECONDS"])
    assert deadline < properties(FUNCTION)["Timeout"] < GATEWAY_TIMEOUT_SECONDS


def test_the_local_runtime_has_the_settings_of_the_template() -> None:
    function = properties(FUNCTION)
    assert (function["Handler"], function["MemorySize"], function["Timeout"]) == (
        HANDLER,
        MEMORY_MIB,
        TIMEOUT_SECONDS,
    )


def test_the_local_variables_are_declared() -> None:
    """`sam local invoke --env-vars` drops what the template does not declare."""
    assert set(function_variables()) == set(properties(FUNCTION)["Environment"]["Variables"])


def test_lambda_keeps_the_loggers_lines_and_the_metrics() -> None:
    """Lambda treats a line without a level as INFO."""
    for name in (FUNCTION, IMPORT_FUNCTION):
        function = translated()["Resources"][name]["Properties"]
        assert (
            function["LoggingConfig"]["ApplicationLogLevel"]
            == function["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"]
            == {"Ref": "LogLevel"}
        )
    assert TEMPLATE["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]


def test_the_table_outlives_the_stack_and_is_keyed_by_name() -> None:
    table = TEMPLATE["Resources"]["InstanceTable"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert table["Properties"]["KeySchema"] == [{"AttributeName": "name", "KeyType": "HASH"}]
    assert table["Properties"]["AttributeDefinitions"] == [{"AttributeName": "name", "AttributeType": "S"}]
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "SSESpecification" not in table["Properties"]  # the key that DynamoDB owns costs nothing


def test_the_access_log_is_json_without_anything_about_the_caller() -> None:
    """Headers can hold a token; an address, a path or a query would show who requested what."""
    assert access_log_fields() == {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.integrationStatus",
        "$context.integrationErrorMessage",
    }


def test_the_access_log_has_addresses_only_if_the_parameter_says_so() -> None:
    assert access_log_fields(LogSourceIp="true") - access_log_fields() == {"$context.identity.sourceIp"}


def access_log_fields(**parameters: str) -> set[str]:
    (stage,) = of_type(deployed(**parameters), "AWS::ApiGatewayV2::Stage").values()
    return set(json.loads(stage["Properties"]["AccessLogSettings"]["Format"]).values())


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://huggingface.co",
        "https://hub.example:8443",
        "https://artifactory.example.com/artifactory/api/huggingfaceml/hub",
        "http://127.0.0.1:3901",
        "http://localhost/mirror",
        "http://[::1]:80",
    ],
)
def test_https_endpoints_and_loopback_addresses_are_accepted(endpoint: str) -> None:
    assert re.fullmatch(TEMPLATE["Parameters"]["HubEndpoint"]["AllowedPattern"], endpoint)
    assert Settings.from_env({"INSTANCE_TABLE": "t", "HF_ENDPOINT": endpoint}).hub_endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://huggingface.co",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "https://user:secret@huggingface.co",
        "https://huggingface.co?x=1",
        "https://huggingface.co/#x",
        "huggingface.co",
        "ftp://huggingface.co",
    ],
)
def test_other_endpoints_are_refused(endpoint: str) -> None:
    assert not re.fullmatch(TEMPLATE["Parameters"]["HubEndpoint"]["AllowedPattern"], endpoint)
    with pytest.raises(ValueError, match="HF_ENDPOINT"):
        Settings.from_env({"INSTANCE_TABLE": "t", "HF_ENDPOINT": endpoint})


def test_the_retention_of_logs_is_a_parameter() -> None:
    groups = resources("AWS::Logs::LogGroup")
    assert set(groups) == {"FunctionLogs", "ImportLogs", "AccessLogs"}
    assert all(
        group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values()
    )


def test_the_api_has_the_functions_routes() -> None:
    events = [event["Properties"] for event in properties(FUNCTION)["Events"].values()]
    paths = properties("HttpApi")["DefinitionBody"]["paths"]

    assert events == [
        {"ApiId": {"Ref": "HttpApi"}, "Method": "GET", "Path": route, "PayloadFormatVersion": "2.0"}
        for route in ROUTES
    ]
    assert {path: list(methods) for path, methods in paths.items()} == {route: ["get"] for route in ROUTES}


@pytest.mark.parametrize(
    "origins", ["", "*", "https://vllm.example.com", "http://localhost:5173,https://vllm.example.com"]
)
def test_origins_as_browsers_send_them_are_accepted(origins: str) -> None:
    assert re.fullmatch(TEMPLATE["Parameters"]["AllowedOrigins"]["AllowedPattern"], origins)


@pytest.mark.parametrize(
    "origins",
    [
        "https://vllm.example.com/",
        "https://vllm.example.com, http://localhost:5173",
        "https://vllm.example.com,*",
        "vllm.example.com",
    ],
)
def test_other_origins_are_refused(origins: str) -> None:
    assert not re.fullmatch(TEMPLATE["Parameters"]["AllowedOrigins"]["AllowedPattern"], origins)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_resource_of_a_stack_has_its_tags(environment: str) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())

    assert config[environment]["deploy"]["parameters"]["tags"] == [
        "project=vllm-recommender",
        f"environment={environment}",
    ]


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_parameters_in_samconfig_are_valid(environment: str) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    for override in config[environment]["deploy"]["parameters"]["parameter_overrides"]:
        name, value = override.split("=", 1)
        parameter = TEMPLATE["Parameters"][name]
        assert value in map(str, parameter.get("AllowedValues", [value]))
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value)


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_is_a_request_for_a_route_of_the_template(path: Path) -> None:
    event = json.loads(path.read_text())
    routes = [each["Properties"] for each in properties(FUNCTION)["Events"].values()]
    route = next(each for each in routes if each["Path"] == event["rawPath"])
    assert event["version"] == route["PayloadFormatVersion"]
    assert event["routeKey"] == event["requestContext"]["routeKey"] == f"{route['Method']} {route['Path']}"
    assert event["requestContext"]["http"]["path"] == route["Path"]
    assert dict(parse_qsl(event["rawQueryString"])) == event["queryStringParameters"]
    assert all(name == name.lower() for name in event["headers"])
    assert "x-hf-token" not in event["headers"]
