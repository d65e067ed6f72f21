"""The service behaves as openapi.yaml describes."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, assume, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from support.service import running_service

from handler.errors import RequestError
from handler.routes import COMPARE, INTERNAL_ERROR, RECOMMEND, ROUTES
from handler.stale import ANSWER_WARNING_CODES
from recommender.messages.notes import NOTE_CODES

_ROOT = Path(__file__).parents[2]
_DOCUMENT: dict[str, Any] = yaml.safe_load((_ROOT / "openapi.yaml").read_text())
_SCHEMAS = _DOCUMENT["components"]["schemas"]
_OK = _DOCUMENT["paths"]["/api/v1/recommend"]["get"]["responses"]["200"]["content"]["application/json"]
_ANSWERS = sorted((_ROOT / "tests/golden/answers").glob("*.json"))

_REPEATABLE = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
# What the Hub does not accept in a model ID, which the document's pattern does not say.
_OUTSIDE_THE_PATTERN = re.compile(r"--|\.\.|\.git(/|$)")
_OPERATIONS = {route: schemathesis.openapi.from_dict(_DOCUMENT)[route]["GET"] for route in ROUTES}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The service over the embedded Hub."""
    with running_service() as front:
        yield f"http://127.0.0.1:{front.server_port}"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_generated_requests_are_answered_as_described(url: str, mode: GenerationMode, route: str) -> None:
    """Requests that the document allows, and requests that it does not."""

    @given(case=_OPERATIONS[route].as_strategy(generation_mode=mode))
    @settings(
        max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    def ask(case: Case) -> None:
        assume((case.headers or {}).get("X-HF-Token") != "")  # which means that there is none
        assume(not _OUTSIDE_THE_PATTERN.search(str((case.query or {}).get("model"))))
        case.call_and_validate(base_url=url)

    ask()


@pytest.mark.parametrize("model", ["mistralai/Mistral-7B-Instruct-v0.3", "BAAI/bge-m3", "Qwen/Qwen3-8B"])
@pytest.mark.parametrize("instance_type", ["g5.xlarge", "p3dn.24xlarge", "inf2.xlarge", "g6.48xlarge"])
def test_overrides_of_every_kind_are_answered_as_described(url: str, model: str, instance_type: str) -> None:
    query = {"model": model, "instance_type": instance_type}

    @given(case=_OPERATIONS[RECOMMEND].as_strategy())
    @settings(
        max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    def ask(case: Case) -> None:
        case.query = {**(case.query or {}), **query}
        case.headers = None
        assert case.call_and_validate(base_url=url).status_code == HTTPStatus.OK

    ask()


@pytest.mark.parametrize("model", ["mistralai/Mistral-7B-Instruct-v0.3", "BAAI/bge-m3", "Qwen/Qwen3-32B"])
def test_comparisons_with_overrides_of_every_kind_are_answered_as_described(url: str, model: str) -> None:
    @given(case=_OPERATIONS[COMPARE].as_strategy())
    @settings(
        max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    def ask(case: Case) -> None:
        case.query = {**(case.query or {}), "model": model}
        case.headers = None
        assert case.call_and_validate(base_url=url).status_code == HTTPStatus.OK

    ask()


@pytest.mark.parametrize("path", _ANSWERS, ids=lambda path: path.stem)
def test_every_golden_answer_matches_its_schema(path: Path) -> None:
    schema = {**_OK["schema"], "components": _DOCUMENT["components"]}

    Draft202012Validator(schema).validate(json.loads(path.read_text()))


def test_every_example_is_a_golden_answer() -> None:
    examples = {_ROOT / example["externalValue"] for example in _OK["examples"].values()}

    assert examples <= set(_ANSWERS)


def test_each_error_has_a_golden_one_as_its_example() -> None:
    content = _DOCUMENT["components"]["responses"]["Error"]["content"]["application/json"]
    schema = {**_SCHEMAS["Error"], "components": _DOCUMENT["components"]}
    examples = {
        code: json.loads((_ROOT / example["externalValue"]).read_text())
        for code, example in content["examples"].items()
    }

    assert list(examples) == _SCHEMAS["Error"]["properties"]["code"]["enum"]
    for code, example in examples.items():
        Draft202012Validator(schema).validate(example)
        assert example["code"] == code


@pytest.mark.parametrize("route", ROUTES)
def test_every_status_of_the_function_and_of_the_gateway_is_documented(route: str) -> None:
    responses = _DOCUMENT["paths"][route]["get"]["responses"]
    of_the_function = {200, 304, 500, *(int(error.status) for error in RequestError.__subclasses__())}
    of_the_gateway = {401, 403, 404, 429, 500, 503, 504}

    assert {int(status) for status in responses} == of_the_function | of_the_gateway
    for status in of_the_gateway:
        name = responses[str(status)]["$ref"].rpartition("/")[2]
        schema = _DOCUMENT["components"]["responses"][name]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": _DOCUMENT["components"]})
        validator.validate({"message": "Unauthorized"})


def test_the_internal_error_is_documented() -> None:
    schema = {**_SCHEMAS["InternalError"], "components": _DOCUMENT["components"]}

    Draft202012Validator(schema).validate({"error": "Internal error.", "code": INTERNAL_ERROR})


def test_headers_are_those_that_are_documented(url: str) -> None:
    headers = _DOCUMENT["components"]["headers"]
    target = f"{url}/api/v1/recommend?model=mistralai/Mistral-7B-Instruct-v0.3&instance_type=g5.xlarge"
    with urlopen(target) as answer:  # noqa: S310 - the loopback
        etag = answer.headers["ETag"]
        assert re.fullmatch(headers["ETag"]["schema"]["pattern"], etag)
        assert {"Cache-Control", "Vary", "ETag"} <= set(answer.headers)
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(target, headers={"If-None-Match": etag}))  # noqa: S310 - the loopback

    assert caught.value.code == 304
    assert caught.value.headers["ETag"] == etag


def test_every_error_and_every_warning_is_documented() -> None:
    codes = {error.code for error in RequestError.__subclasses__()}

    assert set(_SCHEMAS["Error"]["properties"]["code"]["enum"]) == codes
    assert tuple(_SCHEMAS["WarningCode"]["enum"]) == ANSWER_WARNING_CODES
    assert tuple(_SCHEMAS["NoteCode"]["enum"]) == NOTE_CODES
