"""Events in, responses out: routes, headers, errors."""

import json
import logging
from collections.abc import Iterator

import pytest
from support.assertions import assert_error, header
from support.hub import HubDouble, running_hub
from support.loopback import Say
from support.service import Service
from support.table import TableDouble, dynamodb_refuses

from handler.routes import ROUTES
from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.gateway import event, recommend_target

SECRET = "hf_abcdefghijklmnop"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with EmbeddedHub(load_snapshot()) as hub:
        yield Service(hub.url)


def test_a_public_answer_may_be_cached_and_has_an_entity_tag(service: Service) -> None:
    answer = service.ask(MISTRAL, "g5.xlarge")

    assert answer["statusCode"] == 200
    assert header(answer, "Cache-Control") == "public, max-age=300"
    assert header(answer, "Vary") == "Origin, X-HF-Token"
    assert (header(answer, "ETag") or "").strip('"').isalnum()


def test_a_valid_entity_tag_is_answered_without_a_body(service: Service) -> None:
    target = recommend_target(MISTRAL, "g5.xlarge")
    tag = header(service.send("GET", target), "ETag") or ""
    same = service.send("GET", target, If_None_Match=f'"other", {tag}')
    changed = service.send("GET", target, If_None_Match='"other"')

    assert (same["statusCode"], same.get("body") or "", header(same, "ETag")) == (304, "", tag)
    assert changed["statusCode"] == 200


@pytest.mark.parametrize("model", [MISTRAL, "nobody/nothing"])
def test_an_answer_to_a_token_is_private_and_not_stored(service: Service, model: str) -> None:
    answer = service.ask(model, "g5.xlarge", token=SECRET)

    assert header(answer, "Cache-Control") == "private, no-store"
    assert header(answer, "ETag") is None


@pytest.mark.parametrize(
    "authorizer",
    [
        {"jwt": {"claims": {"sub": "someone"}, "scopes": None}},
        {"lambda": {"user": "someone"}},
        {"iam": {"userArn": "arn:aws:iam::123456789012:user/someone"}},
    ],
    ids=["JWT", "Lambda", "IAM"],
)
def test_an_answer_behind_an_authorizer_is_private(service: Service, authorizer: dict[str, object]) -> None:
    sent = event("GET", recommend_target(MISTRAL, "g5.xlarge"))
    sent["requestContext"]["authorizer"] = authorizer
    answer = service.handle(sent)
    with_token = service.handle({**sent, "headers": {"x-hf-token": SECRET}})

    assert header(answer, "Cache-Control") == "private, max-age=300"
    assert header(answer, "Vary") == "Authorization, Origin, X-HF-Token"
    assert header(answer, "ETag") is not None
    assert header(with_token, "Cache-Control") == "private, no-store"


@pytest.mark.parametrize(
    ("model", "instance_type", "token", "status", "code"),
    [
        ("", "g5.xlarge", "", 400, "invalid_request"),
        (MISTRAL, "", "", 400, "invalid_request"),
        ("../etc", "g5.xlarge", "", 400, "invalid_request"),
        (MISTRAL, "g5.xlarge", "hf a", 400, "invalid_request"),
        (LLAMA, "g5.xlarge", "", 403, "model_gated"),
        (LLAMA, "g5.xlarge", "hf_denied", 403, "hf_token_rejected"),
        (MISTRAL, "g5.xlarge", "hf_invalid", 403, "hf_token_rejected"),
        ("nobody/nothing", "g5.xlarge", "", 404, "model_not_found"),
        (MISTRAL, "g5.13xlarge", "", 404, "instance_type_not_found"),
    ],
)
def test_errors_have_their_status_and_code(
    service: Service, model: str, instance_type: str, token: str, status: int, code: str
) -> None:
    assert_error(service.ask(model, instance_type, token=token), status, code)


def test_an_override_that_is_not_a_number_is_a_400(service: Service) -> None:
    sentence = assert_error(service.ask(MISTRAL, "g5.xlarge", tp="four"), 400, "invalid_request")

    assert "tp is 'four'" in sentence


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_a_405_that_names_the_allowed_one(
    service: Service, method: str, route: str
) -> None:
    answer = service.send(method, route)

    assert_error(answer, 405, "method_not_allowed")
    assert header(answer, "Allow") == "GET"


@pytest.mark.parametrize(
    "path",
    ["/", "/api/v1", "/api/v1/recommend/x", "/api/v1/instances/", "/api/v2/recommend", "/%00", "/\x1b[31m"],
)
def test_other_paths_are_a_404(service: Service, path: str) -> None:
    assert "\x1b" not in assert_error(service.send("GET", path), 404, "route_not_found")


def test_an_unreachable_hub_is_a_502() -> None:
    assert_error(Service("http://127.0.0.1:9").ask(MISTRAL, "g5.xlarge"), 502, "hub_unreachable")


def test_the_wait_of_a_rate_limit_is_passed_on() -> None:
    limited = Say(status=429, headers={"Retry-After": "30"})
    with running_hub(HubDouble(fault=limited)) as hub:
        answer = Service(hub.url).ask(MISTRAL, "g5.xlarge")

    assert_error(answer, 502, "hub_rate_limited")
    assert header(answer, "Retry-After") == "30"


def test_a_failing_table_is_a_503() -> None:
    table = TableDouble(fault=dynamodb_refuses("AccessDeniedException"))
    with running_hub() as hub:
        answer = Service(hub.url, table.catalog()).ask(MISTRAL, "g5.xlarge")

    assert_error(answer, 503, "catalog_unavailable")


def test_a_surrogate_in_a_document_is_escaped_in_the_answer() -> None:
    with running_hub(HubDouble(config=b'{"model_type": "\\ud800"}')) as hub:
        answer = Service(hub.url).ask("org/name", "g5.xlarge")

    assert json.loads(answer["body"].encode())["explanation"]["code"] == "unsupported_model"


def test_a_defect_is_a_500_of_the_same_shape_without_details(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(f"secret {SECRET}")

    monkeypatch.setattr("handler.routes.parse_request", broken)
    answer = service.ask(MISTRAL, "g5.xlarge")
    body = json.loads(answer["body"])

    assert (answer["statusCode"], set(body), body["code"]) == (500, {"error", "code"}, "internal_error")
    assert SECRET not in answer["body"]


def test_no_log_line_contains_the_token(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for model in (MISTRAL, LLAMA, "nobody/nothing"):
            service.ask(model, "g5.xlarge", token=SECRET)

    assert caplog.records
    assert SECRET not in caplog.text


def test_header_names_may_be_in_any_case(service: Service) -> None:
    sent = event("GET", recommend_target(LLAMA, "g5.xlarge"))
    sent["headers"] = {"X-HF-TOKEN": SECRET}

    assert service.handle(sent)["statusCode"] == 200
