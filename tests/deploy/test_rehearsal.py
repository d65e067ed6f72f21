"""A deployment without AWS: SAM's translator, moto's CloudFormation, the handler in the stack's environment.

moto's CloudFormation knows no HTTP APIs and no alarms, so those stay out of the stack; what the translator
makes of the API is read from its output.
"""

import importlib
import io
import json
import logging
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import pytest
from moto import mock_aws
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
from support.instances import ITEMS

from local.artifact import FUNCTION, HANDLER, ROOT, TIMEOUT_SECONDS, lambda_variables
from local.hub import EmbeddedHub, load_snapshot

Template = dict[str, Any]
Outputs = dict[str, str]
Handler = Callable[[dict[str, Any], SimpleNamespace], dict[str, Any]]

ORIGINS = "https://one.example,https://two.example"
BUCKET, KEY = "artifacts", "function.zip"
UNKNOWN_TO_MOTO = {"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::CloudWatch::Alarm"}
REFERRING_TO_THEM = {"AWS::Lambda::Permission"}


class ManagedPolicies:
    """The one policy of AWS's own that SAM gives a function for its logs; on AWS the translator asks IAM."""

    def load(self) -> dict[str, str]:
        arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        return {"AWSLambdaBasicExecutionRole": arn}


def translated(parameters: Mapping[str, str]) -> Template:
    """The CloudFormation template that SAM's transform makes of template.yaml."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for function in (FUNCTION, "ImportFunction"):
        # As `sam package` leaves it.
        template["Resources"][function]["Properties"]["CodeUri"] = f"s3://{BUCKET}/{KEY}"
    with mock.patch.dict(os.environ, lambda_variables()):
        return transform(template, parameters, ManagedPolicies())


def deployable(template: Template) -> Template:
    """`template` without what moto cannot create."""
    kept = {
        name: each
        for name, each in template["Resources"].items()
        if each["Type"] not in UNKNOWN_TO_MOTO | REFERRING_TO_THEM
    }
    outputs = {name: each for name, each in template["Outputs"].items() if name != "ApiUrl"}
    return {**template, "Resources": kept, "Outputs": outputs}


def create_stack(parameters: Mapping[str, str]) -> Outputs:
    """Deploy, and answer the stack's outputs."""
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=empty.getvalue())
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(
        StackName="rehearsal",
        TemplateBody=json.dumps(deployable(translated(parameters))),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    (stack,) = cloudformation.describe_stacks(StackName="rehearsal")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def configuration(outputs: Outputs) -> dict[str, Any]:
    return boto3.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])


@contextmanager
def imported_handler(variables: Mapping[str, str]) -> Iterator[Handler]:
    """The handler as a fresh environment imports it: with these variables, Lambda's own, and no others."""
    module, function = HANDLER.rsplit(".", 1)
    ours = [name for name in sys.modules if name.split(".")[0] == module.split(".")[0]]
    before = {name: sys.modules.pop(name) for name in ours}
    with mock.patch.dict(os.environ, {**lambda_variables(), **variables}, clear=True):
        try:
            yield getattr(importlib.import_module(module), function)
        finally:
            for name in [name for name in sys.modules if name.split(".")[0] == module.split(".")[0]]:
                del sys.modules[name]
            sys.modules.update(before)


def event(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def context() -> SimpleNamespace:
    return SimpleNamespace(
        function_name=FUNCTION,
        function_version="$LATEST",
        memory_limit_in_mb="1024",
        invoked_function_arn=f"arn:aws:lambda:us-east-1:123456789012:function:{FUNCTION}",
        aws_request_id="00000000-0000-0000-0000-000000000000",
        get_remaining_time_in_millis=lambda: TIMEOUT_SECONDS * 1000,
    )


@pytest.fixture
def stack() -> Iterator[Outputs]:
    """The outputs of a stack whose hub is a loopback server and whose table holds one instance type."""
    with (
        EmbeddedHub(load_snapshot()) as hub,
        mock.patch.dict(os.environ, lambda_variables()),
        mock_aws(config={"lambda": {"use_docker": False}}),
    ):
        outputs = create_stack({"HubEndpoint": hub.url, "AllowedOrigins": ORIGINS})
        boto3.client("dynamodb").put_item(TableName=outputs["TableName"], Item=ITEMS["g5.12xlarge"])
        yield outputs


def test_the_stacks_function_answers_from_the_stacks_table_and_hub(stack: Outputs) -> None:
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


def test_libraries_that_would_log_credentials_stay_quiet(stack: Outputs) -> None:
    """At DEBUG botocore logs the headers that it signs, the role's session token among them."""
    with imported_handler(configuration(stack)["Environment"]["Variables"]):
        assert not any(
            logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in ("botocore", "urllib3")
        )


def test_an_instance_type_that_the_stacks_table_lacks_is_a_404(stack: Outputs) -> None:
    with imported_handler(configuration(stack)["Environment"]["Variables"]) as handle:
        answer = handle(event("unknown-instance"), context())
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["code"] == "instance_type_not_found"


def test_the_stacks_function_is_told_its_table_and_hub_and_no_other_endpoint(stack: Outputs) -> None:
    variables = configuration(stack)["Environment"]["Variables"]
    assert variables["INSTANCE_TABLE"] == stack["TableName"]
    assert variables["HF_ENDPOINT"].startswith("http://127.0.0.1:")
    assert "AWS_ENDPOINT_URL_DYNAMODB" not in variables


def test_sam_gives_the_role_the_tables_policy_and_lambdas_own_for_logs() -> None:
    role = translated({})["Resources"][f"{FUNCTION}Role"]["Properties"]
    ((statement,),) = [policy["PolicyDocument"]["Statement"] for policy in role["Policies"]]
    assert (statement["Action"], statement["Resource"]) == (
        ["dynamodb:GetItem", "dynamodb:Scan"],
        {"Fn::GetAtt": ["InstanceTable", "Arn"]},
    )
    assert role["ManagedPolicyArns"] == list(ManagedPolicies().load().values())


def test_sam_keeps_every_cors_property_beside_the_split_origins() -> None:
    """SAM takes an intrinsic AllowOrigins for the whole configuration and would drop the rest."""
    body = translated({"AllowedOrigins": ORIGINS})["Resources"]["HttpApi"]["Properties"]["Body"]
    condition, cors, nothing = body["x-amazon-apigateway-cors"]["Fn::If"]
    assert (condition, nothing) == ("HasAllowedOrigins", {"Ref": "AWS::NoValue"})
    assert cors == {
        "allowOrigins": {"Fn::Split": [",", ORIGINS]},
        "allowMethods": ["GET", "OPTIONS"],
        "allowHeaders": ["content-type", "x-hf-token"],
        "exposeHeaders": ["ETag", "Retry-After"],
        "maxAge": 600,
    }


def test_sam_makes_one_route_on_the_default_stage() -> None:
    resources = translated({})["Resources"]
    assert list(resources["HttpApi"]["Properties"]["Body"]["paths"]) == ["/api/v1/recommend"]
    (stage,) = [each for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::Stage"]
    assert stage["Properties"]["StageName"] == "$default"
