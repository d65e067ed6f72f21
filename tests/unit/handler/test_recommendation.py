"""One recommendation request: the order in which table, Hub and calculator are used."""

import json
from typing import Any

import pytest
from support.assertions import assert_error
from support.hub import CONFIG, MODEL, HubDouble, running_hub
from support.loopback import Say
from support.metadata import real
from support.service import Service
from support.table import TableDouble, dynamodb_refuses

from handler import recommendation
from handler.hub import client
from handler.stale import OLDER_METADATA
from local.embedded.hub import EmbeddedHub, load_snapshot

QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"


def body(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def test_neuron_instances_are_answered_without_the_hub() -> None:
    with running_hub() as hub:
        answer = body(Service(hub.url).ask(MODEL, "inf2.xlarge"))

        assert answer["explanation"]["code"] == "neuron_not_supported"
        assert hub.seen == []


def test_an_unknown_type_is_answered_without_the_hub_where_the_table_is_cached() -> None:
    with running_hub() as hub:
        service = Service(hub.url, TableDouble().catalog())
        service.ask(MODEL, "inf2.xlarge")

        assert_error(service.ask(MODEL, "g5.99xlarge"), 404, "instance_type_not_found")
        assert hub.seen == []


@pytest.mark.parametrize(
    ("table", "status", "code"),
    [
        (TableDouble(fault=dynamodb_refuses("AccessDeniedException")), 503, "catalog_unavailable"),
        (TableDouble(), 404, "instance_type_not_found"),
    ],
    ids=["failing table", "unknown type"],
)
def test_an_error_of_the_table_takes_precedence_over_one_of_the_hub(
    table: TableDouble, status: int, code: str
) -> None:
    with running_hub(HubDouble(fault=Say(status=404))) as hub:
        answer = Service(hub.url, table.catalog()).ask(MODEL, "g5.99xlarge")

    assert_error(answer, status, code)


def test_the_same_request_gives_the_same_bytes_and_one_visit_to_the_hub() -> None:
    with running_hub() as hub:
        service = Service(hub.url)
        first, second = service.ask(MODEL, "g5.xlarge"), service.ask(MODEL, "g5.xlarge")

        assert first["body"] == second["body"]
        assert len(hub.seen) == 2


class Counter:
    """Counts the calculations."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        original = recommendation.recommend

        def counted(*arguments: Any) -> Any:
            self.calls += 1
            return original(*arguments)

        monkeypatch.setattr(recommendation, "recommend", counted)


def test_an_answer_is_calculated_once_while_documents_and_table_stay_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter = Counter(monkeypatch)
    with running_hub() as hub:
        service = Service(hub.url)
        first = service.ask(MODEL, "g5.xlarge")
        assert [service.ask(MODEL, "g5.xlarge") for _ in range(3)] == [first] * 3
        assert counter.calls == 1
        other = service.ask(MODEL, "g5.xlarge", concurrency="3")

    assert counter.calls == 2
    assert body(other)["concurrency"] == 3


def test_an_answer_is_calculated_again_where_a_document_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    hub = HubDouble()
    hub.etags = ("information", "config")
    with running_hub(hub):
        service = Service(hub.url, cache_seconds=0, stale_seconds=60)
        before = body(service.ask(MODEL, "g5.xlarge"))
        service.ask(MODEL, "g5.xlarge")
        assert counter.calls == 1
        hub.documents["config"] = {**CONFIG, "max_position_embeddings": 4096}
        after = body(service.ask(MODEL, "g5.xlarge"))

    assert (counter.calls, before["max_model_len"], after["max_model_len"]) == (2, 32_768, 4096)


def test_an_answer_is_calculated_again_where_the_table_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    table = TableDouble()
    with running_hub() as hub:
        service = Service(hub.url, table.catalog(cache_seconds=0))
        service.ask(MODEL, "g5.xlarge")
        service.ask(MODEL, "g5.xlarge")

    assert counter.calls == 2


def test_an_answer_is_not_reused_for_another_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    with running_hub() as hub:
        service = Service(hub.url)
        answers = [service.ask(MODEL, "g5.xlarge", token=token) for token in ("", "hf_a", "hf_b", "hf_a")]

    assert counter.calls == 3
    assert len({answer["body"] for answer in answers}) == 1


def test_an_answer_from_stale_metadata_is_not_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSES_SECONDS", ())
    with running_hub() as hub:
        service = Service(hub.url, cache_seconds=0, stale_seconds=60)
        fresh = body(service.ask(MODEL, "g5.xlarge"))
        hub.fault = Say(status=500)
        stale = body(service.ask(MODEL, "g5.xlarge"))

    assert OLDER_METADATA not in fresh["warning_codes"]
    assert OLDER_METADATA in stale["warning_codes"]


def test_implausible_metadata_are_a_bad_response_of_the_hub() -> None:
    with running_hub(HubDouble(config={**CONFIG, "num_hidden_layers": -1})) as hub:
        sentence = assert_error(Service(hub.url).ask(MODEL, "g5.xlarge"), 502, "hub_bad_response")

    assert MODEL in sentence
    assert "not plausible" in sentence


def test_checkpoints_are_searched_only_where_one_is_needed() -> None:
    with EmbeddedHub(load_snapshot()) as hub:
        service = Service(hub.url)
        needed = body(service.ask(QWEN_14B, "g5.xlarge"))
        lists = [seen for seen in hub.requests if seen.path == "/api/models"]
        requests = len(hub.requests)
        again = body(service.ask(QWEN_14B, "g5.xlarge"))
        at_load = body(service.ask(QWEN_14B, "g6.xlarge"))

        assert len(hub.requests) == requests
    assert len(lists) == 1
    assert needed["quantization"] == "int4"
    assert needed["checkpoints"] == needed["alternatives"]["quantization_option"]["checkpoints"]
    assert needed["alternatives"]["at_load_option"]["quantization"] == "fp8"
    assert again == needed
    assert "checkpoints" not in at_load


def test_checkpoints_of_a_renamed_model_are_searched_by_both_names() -> None:
    whole = real(QWEN_14B)
    hub = HubDouble(information={"id": QWEN_14B, **whole.information}, config=whole.config)
    with running_hub(hub):
        Service(hub.url).ask("Qwen/Former", "g5.xlarge")
        searched = {seen.path.split("&")[0] for seen in hub.seen if seen.path.startswith("/api/models?")}

    assert searched == {
        f"/api/models?filter=base_model:quantized:{name}" for name in (QWEN_14B, "Qwen/Former")
    }


def test_a_failing_search_leaves_the_rest_of_the_answer() -> None:
    whole = real(QWEN_14B)
    double = HubDouble(
        information={"id": QWEN_14B, **whole.information},
        config=whole.config,
        faults={"list": Say(status=500)},
    )
    with running_hub(double):
        without = body(Service(double.url).ask(QWEN_14B, "g5.xlarge"))

    assert without["quantization"] == "int8"
    assert "checkpoints" not in {*without, *without["alternatives"]["quantization_option"]}
    assert without["alternatives"]["at_load_option"]["quantization"] == "fp8"


def test_a_quantization_without_a_listed_checkpoint_gives_way_to_one_that_can_be_run() -> None:
    """The Hub lists an INT4 checkpoint of the Instruct model, and none of the base model."""
    with EmbeddedHub(load_snapshot()) as hub:
        service = Service(hub.url)
        instruct, base = (body(service.ask(name, "g5.xlarge")) for name in (QWEN_14B, "Qwen/Qwen2.5-14B"))

    assert instruct["quantization"] == "int4"
    assert instruct["checkpoints"][0]["model"] == "Qwen/Qwen2.5-14B-Instruct-AWQ"
    assert instruct["explanation"]["quantization"].startswith("Needed: in BF16")
    assert (
        "The Hub lists no checkpoint in INT8 that runs on g5.xlarge."
        in instruct["explanation"]["quantization"]
    )
    assert base["quantization"] == "fp8"
    assert "needs_prepared_checkpoint" not in base["warning_codes"]
    assert "checkpoints" not in base
    assert base["alternatives"]["quantization_option"]["requires_pre_quantized"] is False
    assert "at_load_option" not in base["alternatives"]
    assert (
        "The Hub lists no checkpoint in INT8 or INT4 that runs on g5.xlarge. vLLM quantizes the model while"
        in base["explanation"]["quantization"]
    )
