"""One comparison request: table and Hub, errors, and what is cached."""

import json
from typing import Any

import pytest
from support.assertions import assert_error, header
from support.hub import CONFIG, MODEL, HubDouble, running_hub
from support.instances import GPU_INSTANCES
from support.loopback import Say
from support.service import Service
from support.table import TableDouble, dynamodb_refuses

from handler import comparison
from handler.hub import client
from handler.stale import OLDER_METADATA
from local.embedded.hub import EmbeddedHub, load_snapshot

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def body(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def test_the_answer_has_the_model_and_a_row_for_each_type_with_gpus() -> None:
    with running_hub() as hub:
        answer = body(Service(hub.url).compare(MODEL))

    assert list(answer) == ["model_info", "instances"]
    assert {row["instance_type"] for row in answer["instances"]} == {each.name for each in GPU_INSTANCES}


def test_overrides_apply_to_every_row_except_the_tensor_parallel_degree() -> None:
    with running_hub() as hub:
        service = Service(hub.url)
        rows = body(service.compare(MODEL, max_model_len="4096", concurrency="3"))["instances"]
        with_degree = service.compare(MODEL, max_model_len="4096", concurrency="3", tp="64")

    assert {(row["max_model_len"], row["concurrency"]) for row in rows if row["feasible"]} == {(4096, 3)}
    assert body(with_degree)["instances"] == rows


@pytest.mark.parametrize(
    ("model", "query", "token", "status", "code"),
    [
        ("", {}, "", 400, "invalid_request"),
        ("../etc", {}, "", 400, "invalid_request"),
        (MODEL, {"max_model_len": "long"}, "", 400, "invalid_request"),
        (MODEL, {"vllm_version": "0.7"}, "", 400, "invalid_request"),
        (MODEL, {}, "hf a", 400, "invalid_request"),
        (LLAMA, {}, "", 403, "model_gated"),
        (LLAMA, {}, "hf_denied", 403, "hf_token_rejected"),
        ("nobody/nothing", {}, "", 404, "model_not_found"),
    ],
)
def test_errors_are_those_of_a_recommendation(
    model: str, query: dict[str, str], token: str, status: int, code: str
) -> None:
    with EmbeddedHub(load_snapshot()) as hub:
        service = Service(hub.url)
        answer = service.compare(model, token=token, **query)

        assert_error(answer, status, code)
        assert answer["body"] == service.ask(model, "g5.xlarge", token=token, **query)["body"]


def test_an_error_of_the_table_takes_precedence_over_one_of_the_hub() -> None:
    table = TableDouble(fault=dynamodb_refuses("AccessDeniedException"))
    with running_hub(HubDouble(fault=Say(status=404))) as hub:
        assert_error(Service(hub.url, table.catalog()).compare(MODEL), 503, "catalog_unavailable")


def test_implausible_metadata_are_a_bad_response_of_the_hub() -> None:
    with running_hub(HubDouble(config={**CONFIG, "num_hidden_layers": -1})) as hub:
        assert_error(Service(hub.url).compare(MODEL), 502, "hub_bad_response")


def test_an_answer_may_be_cached_unless_it_is_for_a_token() -> None:
    with running_hub() as hub:
        service = Service(hub.url)
        public, private = service.compare(MODEL), service.compare(MODEL, token="hf_a")
        target = f"/api/v1/instances?model={MODEL}"
        same = service.send("GET", target, If_None_Match=header(public, "ETag") or "")

    assert header(public, "Cache-Control") == "public, max-age=300"
    assert (same["statusCode"], header(same, "ETag")) == (304, header(public, "ETag"))
    assert (header(private, "Cache-Control"), header(private, "ETag")) == ("private, no-store", None)


def test_an_answer_is_calculated_once_while_documents_and_table_stay_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    original = comparison.compare

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(comparison, "compare", counted)
    with running_hub() as hub:
        service = Service(hub.url)
        first = service.compare(MODEL)
        once = len(calls)
        assert service.compare(MODEL) == first
        assert len(calls) == once
        service.compare(MODEL, concurrency="3")
        service.compare(MODEL, token="hf_a")

    assert len(calls) == 3 * once


def _native_rows(answer: dict[str, Any]) -> list[Any]:
    """Those that do not depend on the Hub's list of checkpoints."""
    return [row for row in answer["instances"] if row.get("quantization") is None]


def test_an_answer_from_stale_metadata_says_so_and_is_not_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSES_SECONDS", ())
    with running_hub() as hub:
        service = Service(hub.url, cache_seconds=0, stale_seconds=60)
        fresh = body(service.compare(MODEL))
        hub.fault = Say(status=500)
        answer = service.compare(MODEL)

    assert "warning_codes" not in fresh
    assert body(answer)["warning_codes"] == [OLDER_METADATA]
    assert _native_rows(body(answer)) == _native_rows(fresh)
    assert header(answer, "Cache-Control") == "no-store"


def test_a_row_has_the_quantization_that_a_recommendation_has_once_the_hub_has_answered() -> None:
    with EmbeddedHub(load_snapshot()) as hub:
        service = Service(hub.url)
        rows = {row["instance_type"]: row for row in body(service.compare("Qwen/Qwen2.5-14B"))["instances"]}
        alone = body(service.ask("Qwen/Qwen2.5-14B", "g5.xlarge"))

    assert rows["g5.xlarge"]["quantization"] == alone["quantization"] == "fp8"
    assert rows["g5.xlarge"]["warning_codes"] == alone["warning_codes"]
