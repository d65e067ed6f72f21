"""A deployment without AWS: SAM's translator, moto's CloudFormation, the handler in the stack's environment.

moto's CloudFormation does not support HTTP APIs, alarms and schedules, so the stack is created without them.
Other tests read them from the translator's output, and the schedule's first run is made here.
"""

import importlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from unittest import mock

import boto3
import pytest
from moto import mock_aws
from support.ec2 import AccessDenied
from support.lambda_function import context, event, imported_handler
from support.template import BUCKET, KEY, Template, translated

from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.artifact import lambda_variables

Outputs = dict[str, str]

ORIGINS = "https://one.example,https://two.example"
UNSUPPORTED_BY_MOTO = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Lambda::Alias",
    "AWS::Scheduler::Schedule",
}
REFERRING_TO_UNSUPPORTED = {"AWS::Lambda::Permission"}
OUTPUTS_OF_UNSUPPORTED = {"ApiUrl", "DashboardUrl"}


def deployable(template: Template) -> Template:
    """`template` without what moto cannot create."""
    kept = {
        name: each
        for name, each in template["Resources"].items()
        if each["Type"] not in UNSUPPORTED_BY_MOTO | REFERRING_TO_UNSUPPORTED
    }
    outputs = {name: each for name, each in template["Outputs"].items() if name not in OUTPUTS_OF_UNSUPPORTED}
    return {**template, "Resources": kept, "Outputs": outputs}


def create_stack(parameters: Mapping[str, str]) -> Outputs:
    """Deploy, and return the stack's outputs."""
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=empty.getvalue())
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="rehearsal",
        TemplateBody=json.dumps(deployable(translated(**parameters))),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName="rehearsal")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def configuration(outputs: Outputs) -> dict[str, Any]:
    return boto3.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])


def run_schedule(outputs: Outputs, pricing: Any) -> None:
    """Invoke the import in its environment, as EventBridge Scheduler does when the schedule is created."""
    function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["ImportFunctionName"])
    module, name = function["Handler"].rsplit(".", 1)
    importer = importlib.import_module(module)
    sources = replace(importer.sources("us-east-1"), pricing=pricing)
    with (
        mock.patch.dict(os.environ, function["Environment"]["Variables"]),
        mock.patch.object(importer, "sources", return_value=sources),
    ):
        getattr(importer, name)({}, None)


@pytest.fixture
def stack() -> Iterator[Outputs]:
    """The outputs of a new stack whose Hub is a loopback server."""
    with (
        EmbeddedHub(load_snapshot()) as hub,
        mock.patch.dict(os.environ, lambda_variables()),
        mock_aws(config={"lambda": {"use_docker": False}}),
    ):
        yield create_stack({"HubEndpoint": hub.url, "AllowedOrigins": ORIGINS})


def test_the_first_request_to_a_new_stack_is_a_200_even_if_the_price_list_refuses(stack: Outputs) -> None:
    run_schedule(stack, pricing=AccessDenied())
    with imported_handler(configuration(stack)["Environment"]["Variables"]) as handle:
        answer = handle(event("feasible"), context())
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert body["explanation"]["feasible"] is True
    assert body["instance_info"] == {
        "accelerator_count": 4,
        "accelerator_memory_gib": 96,
        "accelerator_name": "A10G",
    }


def test_a_request_before_the_first_import_is_a_503_with_the_remedy(stack: Outputs) -> None:
    with imported_handler(configuration(stack)["Environment"]["Variables"]) as handle:
        answer = handle(event("feasible"), context())
    assert answer["statusCode"] == 503
    assert "invoking the stack's ImportFunction" in json.loads(answer["body"])["error"]


def test_libraries_that_log_credentials_are_silenced(stack: Outputs) -> None:
    """At DEBUG botocore logs the headers that it signs, the role's session token among them."""
    with imported_handler(configuration(stack)["Environment"]["Variables"]):
        assert not any(
            logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in ("botocore", "urllib3")
        )


def test_an_instance_type_that_is_not_in_the_table_is_a_404(stack: Outputs) -> None:
    run_schedule(stack, pricing=None)
    with imported_handler(configuration(stack)["Environment"]["Variables"]) as handle:
        answer = handle(event("unknown-instance"), context())
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["code"] == "instance_type_not_found"


def test_the_function_gets_its_table_and_hub_and_no_other_endpoint(stack: Outputs) -> None:
    variables = configuration(stack)["Environment"]["Variables"]
    assert variables["INSTANCE_TABLE"] == stack["TableName"]
    assert variables["HF_ENDPOINT"].startswith("http://127.0.0.1:")
    assert "AWS_ENDPOINT_URL_DYNAMODB" not in variables
