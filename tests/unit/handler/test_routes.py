"""Events in, answers out, with an embedded hub and a table of moto's behind the real handler."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from support.assertions import assert_error, header
from support.dynamodb import TABLE
from support.loopback import Say, Seen, loopback
from support.metadata import real
from support.service import Service, seeded_catalog

from handler.catalog import Catalog
from local.embedded.hub import EmbeddedHub, load_snapshot
from local.runtime.gateway import LambdaContext, event, recommend_target

SECRET = "hf_abcdefghijklmnop"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    with seeded_catalog() as made:
        yield made


@pytest.fixture(scope="module")
def hub() -> Iterator[EmbeddedHub]:
    with EmbeddedHub(load_snapshot()) as running:
        yield running


@pytest.fixture
def service(hub: EmbeddedHub, catalog: Catalog) -> Service:
    return Service(hub.url, catalog)


def test_a_public_answer_may_be_cached_and_has_a_tag(service: Service) -> None:
    answer = service.ask(MISTRAL, "g5.xlarge")

    assert answer["statusCode"] == 200
    assert header(answer, "Cache-Control") == "public, max-age=300"
    assert header(answer, "Vary") == "X-HF-Token"
    assert (header(answer, "ETag") or "").strip('"').isalnum()


def test_a_tag_that_is_still_right_saves_the_body(service: Service) -> None:
    target = recommend_target(MISTRAL, "g5.xlarge")
    tag = header(service.send("GET", target), "ETag") or ""
    again = service.send("GET", target, If_None_Match=f'"other", {tag}')
    changed = service.send("GET", target, If_None_Match='"other"')

    assert (again["statusCode"], again.get("body") or "", header(again, "ETag")) == (304, "", tag)
    assert changed["statusCode"] == 200


@pytest.mark.parametrize("model", [MISTRAL, "nobody/nothing"])
def test_an_answer_under_a_token_is_kept_by_nobody(service: Service, model: str) -> None:
    answer = service.ask(model, "g5.xlarge", token=SECRET)

    assert header(answer, "Cache-Control") == "private, no-store"
    assert header(answer, "ETag") is None


def test_twice_the_same_question_gives_the_same_bytes_and_one_visit_to_the_hub(
    service: Service, hub: EmbeddedHub
) -> None:
    first = service.ask(MISTRAL, "g5.xlarge")
    visits = len(hub.requests)
    second = service.ask(MISTRAL, "g5.xlarge")

    assert first["body"] == second["body"]
    assert len(hub.requests) == visits


def test_prepared_checkpoints_are_asked_for_where_one_is_needed_and_only_there(
    service: Service, hub: EmbeddedHub
) -> None:
    visits = len(hub.requests)
    needed = json.loads(service.ask(QWEN_14B, "g5.xlarge")["body"])
    lists = [seen for seen in hub.requests[visits:] if seen.path == "/api/models"]
    visits = len(hub.requests)
    again = json.loads(service.ask(QWEN_14B, "g5.xlarge")["body"])
    at_load = json.loads(service.ask(QWEN_14B, "g6.xlarge")["body"])

    assert len(lists) == 1
    assert needed["quantization"] == "int8"
    assert needed["checkpoints"] == needed["alternatives"]["quantization_option"]["checkpoints"]
    assert needed["alternatives"]["at_load_option"]["quantization"] == "fp8"
    assert again == needed
    assert "checkpoints" not in at_load
    assert len(hub.requests) == visits


def test_each_format_has_its_own_checkpoints(service: Service) -> None:
    target = recommend_target("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge")
    body = json.loads(service.send("GET", f"{target}&quantization=int4", X_HF_Token="hf_someone")["body"])
    fixed, recommended = body["checkpoints"], body["alternatives"]["quantization_option"]["checkpoints"]

    assert {each["quantization"] for each in fixed} == {"int4"}
    assert {each["quantization"] for each in recommended} == {"int8"}


def test_a_list_of_checkpoints_that_fails_costs_nothing_else(catalog: Catalog) -> None:
    whole = real(QWEN_14B)

    def answer(request: Seen) -> Say:
        if request.path.startswith("/api/models?"):
            return Say(status=500)
        document = whole.config if "resolve" in request.path else {"id": QWEN_14B, **whole.information}
        return Say(body=json.dumps(document).encode())

    with loopback(answer) as failing, EmbeddedHub(load_snapshot()) as sound:
        without, complete = (
            Service(url, catalog).ask(QWEN_14B, "g5.xlarge") for url in (failing.url, sound.url)
        )
    body, expected = json.loads(without["body"]), json.loads(complete["body"])
    del expected["checkpoints"], expected["alternatives"]["quantization_option"]["checkpoints"]

    assert without["statusCode"] == 200
    assert body == expected


def test_neuron_is_answered_without_a_visit_to_the_hub(service: Service, hub: EmbeddedHub) -> None:
    visits = len(hub.requests)
    body = json.loads(service.ask(MISTRAL, "inf2.xlarge")["body"])

    assert body["explanation"]["code"] == "neuron_not_supported"
    assert len(hub.requests) == visits


@pytest.mark.parametrize(
    ("model", "instance_type", "token", "status", "code"),
    [
        ("", "g5.xlarge", "", 400, "invalid_request"),
        (MISTRAL, "", "", 400, "invalid_request"),
        ("../etc", "g5.xlarge", "", 400, "invalid_request"),
        (MISTRAL, "g5.xlarge", "hf a", 400, "invalid_request"),
        ("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge", "", 403, "model_gated"),
        ("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge", "hf_denied", 403, "hf_token_rejected"),
        (MISTRAL, "g5.xlarge", "hf_invalid", 403, "hf_token_rejected"),
        ("nobody/nothing", "g5.xlarge", "", 404, "model_not_found"),
        (MISTRAL, "g5.13xlarge", "", 404, "instance_type_not_found"),
    ],
)
def test_refusals_have_their_status_and_code(
    service: Service, model: str, instance_type: str, token: str, status: int, code: str
) -> None:
    assert_error(service.ask(model, instance_type, token=token), status, code)


def test_an_override_that_is_no_number_is_a_400(service: Service) -> None:
    sentence = assert_error(service.ask(MISTRAL, "g5.xlarge", tp="four"), 400, "invalid_request")

    assert "tp is 'four'" in sentence


def test_overrides_that_are_numbers_do_not_fail(service: Service) -> None:
    answer = service.ask(
        MISTRAL, "g5.xlarge", tp="0", concurrency="-5", overhead_gib="1.5", quantization="fp8"
    )

    assert answer["statusCode"] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_a_405_with_the_allowed_one(service: Service, method: str) -> None:
    answer = service.send(method, "/api/v1/recommend")

    assert_error(answer, 405, "method_not_allowed")
    assert header(answer, "Allow") == "GET"


@pytest.mark.parametrize(
    "path", ["/", "/api/v1", "/api/v1/recommend/x", "/api/v2/recommend", "/%00", "/\x1b[31m"]
)
def test_other_paths_are_a_404(service: Service, path: str) -> None:
    assert "\x1b" not in assert_error(service.send("GET", path), 404, "route_not_found")


def test_a_hub_that_is_down_is_a_502(catalog: Catalog) -> None:
    assert_error(Service("http://127.0.0.1:9", catalog).ask(MISTRAL, "g5.xlarge"), 502, "hub_unreachable")


def test_a_rate_limit_is_passed_on(catalog: Catalog) -> None:
    with loopback(lambda _: Say(status=429, headers={"Retry-After": "30"})) as server:
        answer = Service(server.url, catalog).ask(MISTRAL, "g5.xlarge")

    assert_error(answer, 502, "hub_rate_limited")
    assert header(answer, "Retry-After") == "30"


@pytest.mark.parametrize(
    "config",
    [
        b"{",
        b'{"model_type": "llama", "hidden_size": -1}',
        b'{"model_type": "llama", "num_hidden_layers": -1, "hidden_size": 1e999}',
    ],
)
def test_metadata_that_make_no_sense_are_a_502(catalog: Catalog, config: bytes) -> None:
    def answer(seen: Any) -> Say:
        return Say(body=b'{"id": "org/name"}' if seen.path.startswith("/api/") else config)

    with loopback(answer) as server:
        assert_error(Service(server.url, catalog).ask("org/name", "g5.xlarge"), 502, "hub_bad_response")


def test_text_that_is_no_unicode_does_not_break_the_answer(catalog: Catalog) -> None:
    def answer(seen: Any) -> Say:
        return Say(
            body=b'{"id": "org/name"}' if seen.path.startswith("/api/") else b'{"model_type": "\\ud800"}'
        )

    with loopback(answer) as server:
        given = Service(server.url, catalog).ask("org/name", "g5.xlarge")

    assert json.loads(given["body"].encode())["explanation"]["code"] == "unsupported_model"


def test_a_table_that_is_down_is_a_503(hub: EmbeddedHub) -> None:

    quick = Config(connect_timeout=0.2, read_timeout=0.2, retries={"total_max_attempts": 1})
    silent = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9", config=quick)

    service = Service(hub.url, Catalog(silent, TABLE, cache_seconds=60))

    assert_error(service.ask(MISTRAL, "g5.xlarge"), 503, "catalog_unavailable")


def test_a_defect_is_a_500_in_the_same_envelope_and_without_details(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(f"secret {SECRET}")

    monkeypatch.setattr("handler.recommendation.recommend", broken)
    answer = service.ask(MISTRAL, "g5.xlarge")
    body = json.loads(answer["body"])

    assert (answer["statusCode"], set(body), body["code"]) == (500, {"error", "code"}, "internal_error")
    assert SECRET not in answer["body"]


def test_no_log_line_holds_the_token(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for model in (MISTRAL, "meta-llama/Llama-3.1-8B-Instruct", "nobody/nothing"):
            service.ask(model, "g5.xlarge", token=SECRET)

    assert caplog.records
    assert SECRET not in caplog.text


def test_header_names_in_any_case_are_understood(service: Service) -> None:
    asked = event("GET", recommend_target("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge"))
    asked["headers"] = {"X-HF-TOKEN": SECRET}

    assert service.app.resolve(asked, LambdaContext.fresh())["statusCode"] == 200  # type: ignore[arg-type]
