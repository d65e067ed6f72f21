"""Who may call what, read from the template after SAM's transformation."""

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse
from support.template import MANAGED_POLICIES, deployed, is_allowed, of_type, translated

from handler.routes import ROUTES
from local.runtime.artifact import ROOT

ORIGINS = "https://one.example,https://two.example"
JWT = {"JwtIssuer": "https://login.example/pool", "JwtAudience": "page,script"}
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
PARAMETERS = TEMPLATE["Parameters"]
TABLE = {"Fn::GetAtt": ["InstanceTable", "Arn"]}


def api(**parameters: str) -> dict[str, Any]:
    return deployed(**parameters)["Resources"]["HttpApi"]["Properties"]["Body"]


def routes(body: dict[str, Any]) -> list[dict[str, Any]]:
    assert set(body["paths"]) == set(ROUTES)
    assert all(list(methods) == ["get"] for methods in body["paths"].values())
    return [methods["get"] for methods in body["paths"].values()]


def roles() -> dict[str, Any]:
    return {name: role["Properties"] for name, role in of_type(translated(), "AWS::IAM::Role").items()}


def test_without_an_issuer_the_api_is_open() -> None:
    body = api()

    assert all("security" not in route for route in routes(body))
    assert body["components"] == {}


def test_with_an_issuer_every_route_requires_its_token() -> None:
    body = api(**JWT)

    assert all(route["security"] == [{"Jwt": []}] for route in routes(body))
    assert body["components"]["securitySchemes"]["Jwt"] == {
        "type": "oauth2",
        "x-amazon-apigateway-authorizer": {
            "type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": JWT["JwtIssuer"], "audience": ["page", "script"]},
        },
    }


@pytest.mark.parametrize("parameters", [{}, JWT], ids=["open", "closed"])
def test_the_gateway_answers_preflights_without_a_token(parameters: dict[str, str]) -> None:
    """Browsers send preflights without a token, so no OPTIONS or catch-all route may require one."""
    body = api(AllowedOrigins=ORIGINS, **parameters)

    for route in routes(body):
        assert set(route) - {"security"} == {"responses", "x-amazon-apigateway-integration"}
    assert body["x-amazon-apigateway-cors"] == {
        "allowOrigins": ORIGINS.split(","),
        "allowMethods": ["GET", "OPTIONS"],
        "allowHeaders": ["authorization", "content-type", "x-hf-token"],
        "exposeHeaders": ["ETag", "Retry-After", "Apigw-Requestid"],
        "maxAge": 600,
    }


def test_without_origins_there_is_no_cors_configuration() -> None:
    assert "x-amazon-apigateway-cors" not in api()


@pytest.mark.parametrize(
    ("parameters", "allowed"),
    [({}, True), (JWT, True), ({"JwtIssuer": "https://a"}, False), ({"JwtAudience": "page"}, False)],
    ids=["none", "both", "issuer", "audience"],
)
def test_issuer_and_audience_must_both_be_set(parameters: dict[str, str], allowed: bool) -> None:  # noqa: FBT001 - a column
    assert is_allowed(**parameters) is allowed


@pytest.mark.parametrize("issuer", ["", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"])
def test_an_issuer_is_https(issuer: str) -> None:
    pattern = PARAMETERS["JwtIssuer"]["AllowedPattern"]

    assert re.fullmatch(pattern, issuer)
    assert not re.fullmatch(pattern, issuer.replace("https", "http") or "login.example")


def test_the_gateways_limits_are_parameters() -> None:
    (stage,) = of_type(deployed(RequestsPerSecond="7"), "AWS::ApiGatewayV2::Stage").values()

    assert stage["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": "7",
        "ThrottlingBurstLimit": PARAMETERS["RequestBurst"]["Default"],
    }
    assert stage["Properties"]["StageName"] == "$default"


@pytest.mark.parametrize(("parameters", "reserved"), [({}, None), ({"ReservedConcurrency": "20"}, "20")])
def test_concurrency_is_reserved_only_if_the_parameter_is_set(
    parameters: dict[str, str], reserved: str | None
) -> None:
    function = deployed(**parameters)["Resources"]["RecommendFunction"]["Properties"]

    assert function.get("ReservedConcurrentExecutions") == reserved


def test_each_role_may_do_exactly_this() -> None:
    allowed = {
        name: [
            (statement["Effect"], statement["Action"], statement["Resource"])
            for policy in role.get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        for name, role in roles().items()
    }

    assert allowed == {
        "RecommendFunctionRole": [("Allow", ["dynamodb:GetItem", "dynamodb:Scan"], TABLE)],
        "ImportFunctionRole": [
            ("Allow", ["ec2:DescribeInstanceTypes", "pricing:GetProducts"], "*"),
            ("Allow", ["dynamodb:Scan", "dynamodb:BatchWriteItem"], TABLE),
        ],
        "ImportFunctionDailyRole": [
            ("Allow", "lambda:InvokeFunction", {"Fn::GetAtt": ["ImportFunction", "Arn"]})
        ],
        "DeploymentRole": [],
    }


def test_the_managed_policies_are_those_for_logs_and_deployments() -> None:
    service_role = "iam::aws:policy/service-role"

    assert {name: role.get("ManagedPolicyArns", []) for name, role in roles().items()} == {
        "RecommendFunctionRole": list(MANAGED_POLICIES.values()),
        "ImportFunctionRole": list(MANAGED_POLICIES.values()),
        "ImportFunctionDailyRole": [],
        "DeploymentRole": [
            {"Fn::Sub": f"arn:${{AWS::Partition}}:{service_role}/AWSCodeDeployRoleForLambdaLimited"}
        ],
    }


def test_each_role_is_for_one_service() -> None:
    trusted = {}
    for name, role in roles().items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        ((kind, services),) = statement["Principal"].items()
        assert kind == "Service"
        trusted[name] = services if isinstance(services, str) else ",".join(services)

    assert trusted == {
        "RecommendFunctionRole": "lambda.amazonaws.com",
        "ImportFunctionRole": "lambda.amazonaws.com",
        "ImportFunctionDailyRole": "scheduler.amazonaws.com",
        "DeploymentRole": "codedeploy.amazonaws.com",
    }


def test_there_are_no_policies_outside_the_roles() -> None:
    kinds = {resource["Type"] for resource in translated()["Resources"].values()}

    assert {kind for kind in kinds if "Policy" in kind or kind.startswith("AWS::IAM::")} == {"AWS::IAM::Role"}


def test_only_the_gateway_may_invoke_without_a_role() -> None:
    permissions = [each["Properties"] for each in of_type(translated(), "AWS::Lambda::Permission").values()]
    sources = [permission["SourceArn"]["Fn::Sub"] for permission in permissions]

    assert {permission["Principal"] for permission in permissions} == {"apigateway.amazonaws.com"}
    assert all(each["FunctionName"] == {"Ref": "RecommendFunctionAliaslive"} for each in permissions)
    assert sorted(arn.partition("${__ApiId__}/")[2] for arn, _ in sources) == sorted(
        f"${{__Stage__}}/GET{route}" for route in ROUTES
    )
    assert all(values["__ApiId__"] == {"Ref": "HttpApi"} for _, values in sources)


@pytest.mark.parametrize(("tracing", "traced"), [("Disabled", False), ("Active", True)])
def test_tracing_and_its_permission_are_a_parameter(tracing: str, traced: bool) -> None:  # noqa: FBT001 - a column
    template = deployed(Tracing=tracing)
    policies = template["Resources"]["RecommendFunctionRole"]["Properties"]["ManagedPolicyArns"]

    assert ("TracingConfig" in template["Resources"]["RecommendFunction"]["Properties"]) is traced
    assert any("Xray" in policy for policy in policies) is traced


def test_each_accepted_finding_has_a_reason() -> None:
    accepted = [
        skip
        for resource in TEMPLATE["Resources"].values()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]

    assert accepted
    assert all(re.fullmatch(r"CKV2?_AWS_\d+", skip["id"]) and len(skip["comment"]) > 10 for skip in accepted)
