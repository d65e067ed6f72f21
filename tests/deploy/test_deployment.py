"""How a new version of the function is deployed, read from the template after SAM's transformation."""

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse
from support.template import deployed, of_type, translated

from local.runtime.artifact import FUNCTION, ROOT

PARAMETERS = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
CANARY = "Canary10Percent5Minutes"

# Properties that are not part of a version.
NOT_VERSIONED = {"ReservedConcurrentExecutions", "Tags"}


def the(template: dict[str, Any], kind: str) -> dict[str, Any]:
    (resource,) = of_type(template, kind).values()
    return resource["Properties"]


def parameters_in(value: Any) -> set[str]:
    """The parameters that a value refers to."""
    if isinstance(value, list):
        return {name for each in value for name in parameters_in(each)}
    if not isinstance(value, dict):
        return set()
    if set(value) == {"Ref"}:
        return {value["Ref"]} & set(PARAMETERS)
    return {name for each in value.values() for name in parameters_in(each)}


def test_the_gateway_calls_the_alias_and_the_alias_a_published_version() -> None:
    template = translated()
    ((version, _),) = of_type(template, "AWS::Lambda::Version").items()
    ((alias, _),) = of_type(template, "AWS::Lambda::Alias").items()
    routes = the(template, "AWS::ApiGatewayV2::Api")["Body"]["paths"]

    assert set(routes) == {"/api/v1/recommend", "/api/v1/instances"}
    for route in routes.values():
        uri = route["get"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        assert uri.endswith(f"/functions/${{{alias}}}/invocations")
    assert the(template, "AWS::Lambda::Alias")["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}


@pytest.mark.parametrize("parameters", [{}, {"SnapStart": "PublishedVersions"}], ids=["without", "with"])
def test_snapstart_is_a_parameter(parameters: dict[str, str]) -> None:
    """The alias exists either way, so that nothing else depends on the choice."""
    template = deployed(**parameters)
    function = template["Resources"][FUNCTION]["Properties"]

    assert function["SnapStart"] == {"ApplyOn": parameters.get("SnapStart", "None")}
    assert the(template, "AWS::Lambda::Alias")["Name"] == "live"


def test_a_changed_parameter_publishes_a_version() -> None:
    """SAM does not rename the version then, but CloudFormation replaces it for its description."""
    template = translated()
    function = {
        name: value
        for name, value in template["Resources"][FUNCTION]["Properties"].items()
        if name not in NOT_VERSIONED
    }
    description = the(template, "AWS::Lambda::Version")["Description"]["Fn::Sub"]

    assert set(re.findall(r"\$\{(\w+)\}", description)) == parameters_in(function)


def test_a_changed_property_publishes_a_version() -> None:
    properties = yaml_parse((ROOT / "template.yaml").read_text())["Resources"][FUNCTION]["Properties"]

    assert properties["AutoPublishAliasAllProperties"] is True


def test_all_at_once_ignores_alarms_so_that_a_fix_can_be_deployed() -> None:
    group = the(deployed(), "AWS::CodeDeploy::DeploymentGroup")

    assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": "AllAtOnce"}
    assert group["AlarmConfiguration"] == {}


def test_a_gradual_deployment_rolls_back_if_the_function_fails() -> None:
    group = the(deployed(Deployment=CANARY), "AWS::CodeDeploy::DeploymentGroup")

    assert group["DeploymentConfigName"]["Fn::Sub"][1] == {"ConfigName": CANARY}
    assert group["AlarmConfiguration"] == {
        "Enabled": True,
        "Alarms": [{"Name": {"Ref": "FunctionErrorsAlarm"}}, {"Name": {"Ref": "DefectsAlarm"}}],
    }
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_sam_knows_every_deployment_preference() -> None:
    for preference in PARAMETERS["Deployment"]["AllowedValues"]:
        name = the(deployed(Deployment=preference), "AWS::CodeDeploy::DeploymentGroup")[
            "DeploymentConfigName"
        ]
        assert name == {"Fn::Sub": ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": preference}]}
