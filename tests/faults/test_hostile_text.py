"""Long and unprintable text in documents, items and requests is cut and printable in answers and logs."""

import json
import logging
from typing import Any

import pytest
from support.hub import CONFIG, INFORMATION, MODEL, HubDouble, running_hub
from support.instances import ITEMS
from support.loopback import Say
from support.service import Service
from support.table import TableDouble

from local.runtime.gateway import event, recommend_target

# A document of the Hub may have 2 MiB, an item of DynamoDB 400 KB.
LONG = "\u00e9" * 900_000
UNPRINTABLE = "\x1b[31m\u202e\x00" * 1000
TEXTS = {"long": LONG, "unprintable": UNPRINTABLE}

LARGEST_ANSWER_BYTES = 64 * 1024
USUAL_ANSWER_BYTES = 8 * 1024
LONGEST_LOG = 8 * 1024

CONFIGS: dict[str, Any] = {
    "model_type": lambda text: {"model_type": text},
    "architectures": lambda text: {"architectures": [text]},
    "model_type and architectures": lambda text: {"model_type": text, "architectures": [text]},
    "torch_dtype": lambda text: {"torch_dtype": text},
    "quant_method": lambda text: {"quantization_config": {"quant_method": text}},
    "rope type": lambda text: {"rope_scaling": {"rope_type": text, "factor": 2}},
    "layer_types": lambda text: {"layer_types": [text] * 32},
    "a number": lambda text: {"num_hidden_layers": text},
    "a key": lambda text: {text: text, "text_config": {text: 1}},
}
INFORMATIONS: dict[str, Any] = {
    "id": lambda text: {"id": text},
    "pipeline_tag": lambda text: {"pipeline_tag": text},
    "library_name": lambda text: {"library_name": text},
    "dtype": lambda text: {"safetensors": {"parameters": {text: 10**9}}},
    "gguf": lambda text: {"gguf": {"architecture": text}, "safetensors": None},
}


def assert_short(answer: dict[str, Any], log: str, *, largest: int = USUAL_ANSWER_BYTES) -> None:
    assert len(answer["body"]) <= largest
    assert answer["body"].isascii()
    assert all(text.isprintable() for text in _texts(json.loads(answer["body"])))
    assert len(log) < LONGEST_LOG
    assert "\x1b" not in log


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for each in value.values() for text in _texts(each))]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("change", CONFIGS.values(), ids=CONFIGS)
def test_text_of_the_config_is_cut_and_printable(
    change: Any, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = json.dumps({**CONFIG, **change(text)}, ensure_ascii=False).encode()
    with running_hub(HubDouble(config=config)) as hub, caplog.at_level(logging.INFO):
        answer = Service(hub.url).ask(MODEL, "g5.xlarge")

    assert_short(answer, caplog.text)
    assert answer["statusCode"] in {200, 502}


@pytest.mark.parametrize("text", ["\u00e9" * 100_000, UNPRINTABLE], ids=["long", "unprintable"])
@pytest.mark.parametrize("change", INFORMATIONS.values(), ids=INFORMATIONS)
def test_text_of_the_model_information_is_cut_and_printable(
    change: Any, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    information = json.dumps({**INFORMATION, **change(text)}, ensure_ascii=False).encode()
    with running_hub(HubDouble(information=information)) as hub, caplog.at_level(logging.INFO):
        answer = Service(hub.url).ask(MODEL, "g5.xlarge")

    assert_short(answer, caplog.text)


@pytest.mark.parametrize("text", ["x" * 60_000, "\x1b[31m" * 1000], ids=["long", "unprintable"])
def test_the_message_of_the_hub_is_cut_and_printable(text: str, caplog: pytest.LogCaptureFixture) -> None:
    fault = Say(status=403, headers={"X-Error-Message": text})
    with running_hub(HubDouble(fault=fault)) as hub, caplog.at_level(logging.INFO):
        answer = Service(hub.url).ask(MODEL, "g5.xlarge", token="hf_someone")

    assert_short(answer, caplog.text, largest=1024)


@pytest.mark.parametrize("text", ["\u00e9" * 200_000, UNPRINTABLE], ids=TEXTS)
@pytest.mark.parametrize(
    "attribute", ["name", "family", "accelerator_name", "accelerator_type", "architecture", "price_region"]
)
def test_an_item_with_such_text_is_skipped(
    attribute: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {**ITEMS["g6.xlarge"], attribute: {"S": text}}
    table = TableDouble([ITEMS["g5.xlarge"], broken])
    with running_hub() as hub, caplog.at_level(logging.INFO):
        service = Service(hub.url, table.catalog())
        unknown = service.ask(MODEL, "g6.2xlarge")
        answer = service.ask(MODEL, "g5.xlarge")

    for each in (unknown, answer):
        assert_short(each, caplog.text)
    assert "Skipped an item" in caplog.text
    assert (unknown["statusCode"], answer["statusCode"]) == (404, 200)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(
    "part", ["model", "instance_type", "tp", "quantization", "vllm_version", "X-HF-Token", "path", "method"]
)
def test_text_of_the_request_is_cut_and_printable(
    part: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """API Gateway allows 10 kB; callers that invoke the function directly may send 6 MB."""
    sent = event("GET", recommend_target(MODEL, "g5.xlarge"))
    match part:
        case "path":
            sent["rawPath"] = text
        case "method":
            sent["requestContext"]["http"]["method"] = text
        case "X-HF-Token":
            sent["headers"] = {part: text}
        case _:
            sent["queryStringParameters"][part] = text
    with caplog.at_level(logging.INFO):
        answer = Service("http://127.0.0.1:9").handle(sent)

    assert_short(answer, caplog.text, largest=1024)
    assert answer["statusCode"] in {400, 404, 405}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_log_of_an_internal_error_is_short(
    text: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(text) from KeyError(text)

    monkeypatch.setattr("handler.recommendation.recommend", broken)
    with running_hub() as hub, caplog.at_level(logging.INFO):
        answer = Service(hub.url).ask(MODEL, "g5.xlarge")

    assert answer["statusCode"] == 500
    assert_short(answer, caplog.text, largest=1024)


def test_an_answer_with_everything_at_its_longest_stays_below_64_kib() -> None:
    table = TableDouble(
        [{**item, "family": {"S": f"{number:x<64}"}} for number, item in enumerate(ITEMS.values())]
    )
    config = {**CONFIG, "model_type": LONG[:100], "architectures": ["MistralForCausalLM"]}
    with running_hub(HubDouble(config=config)) as hub:
        service = Service(hub.url, table.catalog())
        answers = [service.ask("x" * 96 + "/" + "y" * 96, name) for name in ITEMS]
        answers.append(service.ask(MODEL, "z" * 64))

    assert max(len(answer["body"]) for answer in answers) <= LARGEST_ANSWER_BYTES
