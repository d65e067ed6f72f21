"""Events that API Gateway may send, and some that only another sender would."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.assertions import assert_error
from support.service import Service

from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.gateway import event, recommend_target

_ASKED = event("GET", recommend_target("mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge"))
_GATED = event("GET", recommend_target("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge"))

Event = dict[str, Any]
Resolve = Callable[[Event], dict[str, Any]]


@pytest.fixture(scope="module")
def resolve() -> Iterator[Resolve]:
    with EmbeddedHub(load_snapshot()) as hub:
        yield Service(hub.url).handle


def without(asked: Event, *path: str) -> Event:
    """The event without the value at `path`."""
    made = copy.deepcopy(asked)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return made


@pytest.mark.parametrize("name", ["version", "routeKey", "rawQueryString", "headers", "isBase64Encoded"])
def test_parts_that_the_answer_does_not_depend_on_may_be_missing_or_null(resolve: Resolve, name: str) -> None:
    assert resolve(without(_ASKED, name))["statusCode"] == 200
    assert resolve({**copy.deepcopy(_ASKED), name: None})["statusCode"] == 200


@pytest.mark.parametrize(
    "path",
    [
        *[("requestContext", name) for name in _ASKED["requestContext"] if name != "http"],
        *[("requestContext", "http", name) for name in ("path", "protocol", "sourceIp", "userAgent")],
    ],
    ids=".".join,
)
def test_the_context_may_lack_details_of_the_caller(resolve: Resolve, path: tuple[str, ...]) -> None:
    assert resolve(without(_ASKED, *path))["statusCode"] == 200


@pytest.mark.parametrize(
    "asked",
    [
        {},
        [],
        without(_ASKED, "rawPath"),
        without(_ASKED, "requestContext"),
        without(_ASKED, "requestContext", "http"),
        without(_ASKED, "requestContext", "http", "method"),
        {**_ASKED, "rawPath": None},
        {**_ASKED, "requestContext": "x"},
    ],
    ids=[
        "empty",
        "a list",
        "no path",
        "no context",
        "no http",
        "no method",
        "null path",
        "text for a context",
    ],
)
def test_malformed_events_are_refused(resolve: Resolve, asked: Any) -> None:
    assert "payload format 2.0" in assert_error(resolve(asked), 400, "invalid_request")


def test_null_headers_are_ignored(resolve: Resolve) -> None:
    assert resolve({**copy.deepcopy(_ASKED), "headers": {"x-hf-token": None}})["statusCode"] == 200


@pytest.mark.parametrize("query", [None, {}, {"model": None}, {"model": "", "instance_type": None}], ids=str)
def test_an_absent_or_null_query_is_a_missing_parameter(resolve: Resolve, query: Any) -> None:
    answer = resolve({**copy.deepcopy(_ASKED), "queryStringParameters": query})

    assert "parameter model is missing" in assert_error(answer, 400, "invalid_request")


@pytest.mark.parametrize("value", [["org/a", "org/b"], {"a": 1}, 3.5, True], ids=str)
def test_query_values_that_are_not_strings_are_refused(resolve: Resolve, value: Any) -> None:
    query = {"model": "gpt2", "instance_type": "g5.xlarge", "quantization": value}

    assert_error(resolve({**copy.deepcopy(_ASKED), "queryStringParameters": query}), 400, "invalid_request")


def test_numbers_in_the_query_are_accepted(resolve: Resolve) -> None:
    query = {**_ASKED["queryStringParameters"], "tp": 1, "overhead_gib": 1.5}
    body = json.loads(resolve({**copy.deepcopy(_ASKED), "queryStringParameters": query})["body"])

    assert (body["tensor_parallel_degree"], body["overhead_gib"]) == (1, 1.5)


@pytest.mark.parametrize("name", ["x-hf-token", "X-HF-Token", "X-Hf-TOKEN"])
def test_the_token_header_may_be_in_any_case(resolve: Resolve, name: str) -> None:
    answer = resolve({**copy.deepcopy(_GATED), "headers": {name: "hf_someone"}})

    assert answer["statusCode"] == 200
    assert answer["headers"]["Cache-Control"] == "private, no-store"


def test_two_tokens_joined_by_the_gateway_are_rejected(resolve: Resolve) -> None:
    answer = resolve({**copy.deepcopy(_GATED), "headers": {"x-hf-token": "token-a,token-b"}})

    assert_error(answer, 403, "hf_token_rejected")


@pytest.mark.parametrize("body", ["", "{", "!!!", "aGVsbG8=", "\x00"])
@pytest.mark.parametrize("is_base64", [True, False])
def test_a_body_is_ignored(resolve: Resolve, body: str, is_base64: bool) -> None:  # noqa: FBT001 - a column
    headers = {"content-type": "multipart/form-data", "content-length": "3"}
    asked = {**copy.deepcopy(_ASKED), "headers": headers, "body": body, "isBase64Encoded": is_base64}

    assert resolve(asked)["statusCode"] == 200


def test_the_name_of_the_stage_is_not_part_of_the_path(resolve: Resolve) -> None:
    asked = copy.deepcopy(_ASKED)
    asked["requestContext"]["stage"], asked["rawPath"] = "prod", f"/prod{asked['rawPath']}"

    assert resolve(asked)["statusCode"] == 200
