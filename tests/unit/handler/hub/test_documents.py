"""A model's documents: how they are requested, and what is made of the responses."""

import time
from urllib.parse import parse_qsl

import pytest
from support import misbehaviour
from support.hub import HubDouble, Part, running_hub, say
from support.loopback import Misbehave, Say, Seen, loopback

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
)
from handler.hub.client import HubClient
from handler.hub.documents import Documents, DocumentsRequest
from recommender.model import HubMetadata

INFORMATION = {"id": "org/name", "gated": False, "disabled": False}
CONFIG = {"model_type": "llama"}


def fetch(url: str, *, cached: Documents | None = None, seconds: float = 5) -> Documents:
    deadline = time.monotonic() + seconds
    return DocumentsRequest(HubClient(url), url, "org/name", None, cached=cached, deadline=deadline).result()


def fetched(hub: HubDouble) -> Documents:
    with running_hub(hub):
        return fetch(hub.url)


def error(hub: HubDouble, *, seconds: float = 5) -> RequestError:
    with running_hub(hub), pytest.raises(RequestError) as caught:
        fetch(hub.url, seconds=seconds)
    return caught.value


def test_both_documents_are_fetched() -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)

    assert fetched(hub).metadata == HubMetadata(model_id="org/name", information=INFORMATION, config=CONFIG)
    assert sorted(hub.paths()) == ["/api/models/org/name", "/org/name/resolve/main/config.json"]


def test_they_are_requested_at_the_same_time() -> None:
    """Each response waits until the other request has arrived."""
    arrived: list[str] = []

    def answer(request: Seen) -> Say:
        arrived.append(request.path)
        for _ in range(300):
            if len(arrived) == 2:
                return say(INFORMATION if request.path.startswith("/api/") else CONFIG)
            time.sleep(0.01)
        return say({}, status=500)

    with loopback(answer) as server:
        assert fetch(server.url).metadata.config == CONFIG


def test_every_field_that_is_read_is_expanded() -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)
    fetched(hub)
    query = next(seen.path for seen in hub.seen if seen.path.startswith("/api/")).split("?")[1]

    assert sorted(parse_qsl(query)) == [
        ("expand[]", field)
        for field in ("disabled", "gguf", "library_name", "pipeline_tag", "safetensors", "tags")
    ]


@pytest.mark.parametrize("canonical", ["org/new", "gpt2"])
def test_a_renamed_model_has_its_canonical_id(canonical: str) -> None:
    assert fetched(HubDouble(information={"id": canonical})).metadata.model_id == canonical


@pytest.mark.parametrize("invalid", [None, 7, "../x", "org/name?x"])
def test_an_id_that_is_not_one_is_ignored(invalid: object) -> None:
    assert fetched(HubDouble(information={"id": invalid})).metadata.model_id == "org/name"


def test_a_repository_without_a_config_has_none() -> None:
    assert fetched(HubDouble(config=None)).metadata.config is None


@pytest.mark.parametrize("etags", [("config",), ("config", "information")])
def test_unchanged_documents_are_not_transferred_again(etags: tuple[str, ...]) -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)
    hub.etags = etags  # type: ignore[assignment]
    with running_hub(hub):
        first = fetch(hub.url)
        again = fetch(hub.url, cached=first)

    assert first == again
    assert sorted(hub.sent[2:]) == ([304, 304] if len(etags) == 2 else [200, 304])


def test_changed_documents_are_transferred() -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)
    hub.etags = ("config", "information")
    with running_hub(hub):
        first = fetch(hub.url)
        hub.documents["config"] = {"model_type": "qwen2"}

        assert fetch(hub.url, cached=first).metadata.config == {"model_type": "qwen2"}


def test_unchanged_documents_keep_their_version() -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)
    hub.etags = ("config", "information")
    with running_hub(hub):
        first = fetch(hub.url)
        same = fetch(hub.url, cached=first)
        hub.documents["config"] = {"model_type": "qwen2"}
        changed = fetch(hub.url, cached=same)

    assert same.version is first.version
    assert changed.version is not first.version


def test_a_large_model_information_is_a_bad_response() -> None:
    found = error(HubDouble(information={"id": "org/name", "x": "x" * 256 * 1024}, config=CONFIG))

    assert isinstance(found, HubBadResponse)
    assert found.details["document"] == "model information"


def test_an_entity_tag_that_is_too_long_is_not_sent() -> None:
    fault = Say(headers={"ETag": '"' + "x" * 300 + '"'}, body=b"{}")
    with running_hub(HubDouble(fault=fault)) as hub:
        fetch(hub.url, cached=fetch(hub.url))

    assert not any("if-none-match" in seen.headers for seen in hub.seen)


@pytest.mark.parametrize("part", ["information", "config"])
@pytest.mark.parametrize(
    "body",
    [
        b"<html>not JSON</html>",
        b"",
        b'{"id": ',
        b"[1, 2]",
        b"null",
        b'{"x": NaN}',
        b'{"x": Infinity}',
        b'{"x": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"x": "\xff\xfe"}',
    ],
    ids=[
        "html",
        "empty",
        "cut",
        "list",
        "null",
        "NaN",
        "Infinity",
        "long number",
        "deep list",
        "deep object",
        "not UTF-8",
    ],
)
def test_a_document_that_is_not_a_json_object_is_a_bad_response(part: str, body: bytes) -> None:
    hub = HubDouble(information=INFORMATION, config=CONFIG)
    hub.documents[part] = body  # type: ignore[index]

    assert isinstance(error(hub), HubBadResponse)


@pytest.mark.parametrize("encoding", ["br", "x-unknown"])
def test_an_encoding_that_was_not_asked_for_is_a_bad_response(encoding: str) -> None:
    fault = Say(headers={"Content-Encoding": encoding}, body=b"\x8b\x03\x80{}\x03")

    assert isinstance(error(HubDouble(faults={"config": fault})), HubBadResponse)


def test_a_disabled_repository_is_not_found() -> None:
    assert isinstance(error(HubDouble(information={**INFORMATION, "disabled": True})), ModelNotFound)


@pytest.mark.parametrize(
    ("refused", "failing"), [("information", "config"), ("config", "information")], ids=["api", "file"]
)
@pytest.mark.parametrize(
    "failure",
    [Say(status=500), Say(status=429), Say(), misbehaviour.silence],
    ids=["500", "429", "empty", "slow"],
)
def test_a_refusal_of_one_document_takes_precedence_over_a_failure_of_the_other(
    refused: str, failing: str, failure: Say | Misbehave
) -> None:
    gate = Say(status=401, headers={"X-Error-Code": "GatedRepo"})
    hub = HubDouble(faults={refused: gate, failing: failure})  # type: ignore[dict-item]

    assert isinstance(error(hub, seconds=1), ModelGated)


def test_a_rate_limit_is_reported_with_its_wait() -> None:
    found = error(HubDouble(faults={"information": Say(status=429, headers={"Retry-After": "77"})}))

    assert isinstance(found, HubRateLimited)
    assert found.retry_after_seconds == 77


def test_the_result_is_there_at_the_deadline() -> None:
    started = time.monotonic()

    assert isinstance(error(HubDouble(fault=misbehaviour.drip_body), seconds=0.3), HubUnreachable)
    assert time.monotonic() - started < 8  # generous: without a deadline it would be minutes


_QUANTIZED = {**INFORMATION, "safetensors": {"parameters": {"F8_E4M3": 90, "BF16": 10}}}
_QUANTIZATION = {"producer": {"name": "modelopt"}, "quantization": {"kv_cache_quant_algo": "FP8"}}


def test_the_quantization_is_fetched_where_config_json_does_not_state_it() -> None:
    hub = HubDouble(information=_QUANTIZED, config=CONFIG, quantization=_QUANTIZATION)

    assert fetched(hub).metadata.quantization == _QUANTIZATION
    assert hub.paths()[2:] == ["/org/name/resolve/main/hf_quant_config.json"]


@pytest.mark.parametrize(
    ("information", "config"),
    [
        (INFORMATION, CONFIG),
        ({**INFORMATION, "safetensors": {"parameters": {"BF16": 100}}}, CONFIG),
        (_QUANTIZED, {**CONFIG, "quantization_config": {"quant_method": "fp8"}}),
        (_QUANTIZED, {"text_config": {"quantization_config": {"quant_method": "fp8"}}}),
        ({**INFORMATION, "safetensors": {"parameters": {"F8": -1}}}, CONFIG),
        (_QUANTIZED, {**CONFIG, "quantization_config": 7}),
    ],
    ids=["no counts", "16 bit", "stated", "stated in a part", "impossible counts", "stated as a number"],
)
def test_no_other_model_costs_a_third_request(information: object, config: object) -> None:
    hub = HubDouble(information=information, config=config, quantization=_QUANTIZATION)

    assert fetched(hub).metadata.quantization is None
    assert len(hub.seen) == 2


@pytest.mark.parametrize(
    "fault", [None, Say(status=500), Say(status=403), Say(body=b"<html>"), misbehaviour.hang_up]
)
def test_without_the_quantization_there_is_an_answer_all_the_same(fault: Say | Misbehave | None) -> None:
    faults: dict[Part, Say | Misbehave] = {} if fault is None else {"quantization": fault}
    found = fetched(HubDouble(information=_QUANTIZED, config=CONFIG, faults=faults))

    assert found.metadata.quantization is None
    assert found.metadata.config == CONFIG


def test_a_quantization_that_takes_too_long_is_not_waited_for_beyond_the_deadline() -> None:
    hub = HubDouble(information=_QUANTIZED, config=CONFIG, faults={"quantization": misbehaviour.silence})
    with running_hub(hub):
        assert fetch(hub.url, seconds=0.5).metadata.quantization is None


def test_an_unchanged_quantization_is_not_transferred_again() -> None:
    hub = HubDouble(information=_QUANTIZED, config=CONFIG, quantization=_QUANTIZATION)
    hub.etags = ("information", "config", "quantization")
    with running_hub(hub):
        first = fetch(hub.url)
        again = fetch(hub.url, cached=first)
        hub.documents["quantization"] = {"quantization": {"quant_algo": "FP8"}}
        changed = fetch(hub.url, cached=again)

    assert again is first
    assert hub.sent[3:6] == [304, 304, 304]
    assert changed.metadata.quantization == {"quantization": {"quant_algo": "FP8"}}
    assert changed.version is not first.version


def test_a_known_quantization_is_requested_with_the_other_documents() -> None:
    """Each response waits until all three requests have arrived."""
    with running_hub(HubDouble(information=_QUANTIZED, config=CONFIG, quantization=_QUANTIZATION)) as hub:
        first = fetch(hub.url)
    arrived: list[str] = []

    def answer(request: Seen) -> Say:
        arrived.append(request.path)
        for _ in range(300):
            if len(arrived) == 3:
                break
            time.sleep(0.01)
        if request.path.startswith("/api/"):
            return say(_QUANTIZED)
        return say(_QUANTIZATION if "quant" in request.path else CONFIG)

    with loopback(answer) as server:
        found = fetch(server.url, cached=first)

    assert len(arrived) == 3
    assert found.metadata == first.metadata


_PARAMS = {"dim": 5120, "n_layers": 40}


def test_params_json_is_fetched_where_there_is_no_config_json() -> None:
    hub = HubDouble(information=INFORMATION, config=None, params=_PARAMS)
    found = fetched(hub)

    assert (found.metadata.config, found.metadata.params) == (None, _PARAMS)
    assert hub.paths()[2:] == ["/org/name/resolve/main/params.json"]


@pytest.mark.parametrize(
    "information",
    [
        {**INFORMATION, "library_name": "diffusers"},
        {**INFORMATION, "gguf": {"total": 10**9}},
        {**INFORMATION, "pipeline_tag": "sentence-similarity"},
    ],
    ids=["diffusers", "gguf", "embeddings"],
)
def test_other_repositories_without_a_config_json_cost_no_third_request(information: object) -> None:
    hub = HubDouble(information=information, config=None, params=_PARAMS)

    assert fetched(hub).metadata.params is None
    assert len(hub.seen) == 2


def test_a_repository_may_have_neither_config_json_nor_params_json() -> None:
    found = fetched(HubDouble(information=INFORMATION, config=None))

    assert (found.metadata.config, found.metadata.params) == (None, None)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Say(status=500), HubUnreachable),
        (Say(status=429), HubRateLimited),
        (Say(body=b"<html>"), HubBadResponse),
        (Say(body=b"[]"), HubBadResponse),
        (Say(body=b"{" + b" " * 3 * 1024**2), HubBadResponse),
        (misbehaviour.hang_up, HubUnreachable),
        (Say(status=401, headers={"X-Error-Code": "GatedRepo"}), ModelGated),
    ],
    ids=["500", "429", "html", "list", "too large", "hang up", "gated"],
)
def test_errors_of_params_json_are_those_of_the_model(
    fault: Say | Misbehave, expected: type[RequestError]
) -> None:
    """Without it a repository that vLLM serves would be refused."""
    found = error(HubDouble(information=INFORMATION, config=None, faults={"params": fault}))

    assert isinstance(found, expected)
    assert found.details["document"] == "params.json"


@pytest.mark.parametrize("fault", [None, Say(status=500), Say(body=b"<html>"), misbehaviour.hang_up])
def test_next_to_a_config_json_params_json_is_not_needed(fault: Say | Misbehave | None) -> None:
    """Devstral 2 has both, and versions that read one of them only."""
    config = {"architectures": ["Ministral3ForCausalLM"]}
    faults: dict[Part, Say | Misbehave] = {} if fault is None else {"params": fault}
    found = fetched(HubDouble(information=INFORMATION, config=config, params=_PARAMS, faults=faults))

    assert found.metadata.config == config
    assert found.metadata.params == (_PARAMS if fault is None else None)


def test_params_json_is_not_waited_for_beyond_the_deadline() -> None:
    hub = HubDouble(information=INFORMATION, config=None, faults={"params": misbehaviour.silence})

    assert isinstance(error(hub, seconds=0.5), HubUnreachable)


def test_an_unchanged_params_json_is_not_transferred_again() -> None:
    hub = HubDouble(information=INFORMATION, config=None, params=_PARAMS)
    hub.etags = ("params",)
    with running_hub(hub):
        first = fetch(hub.url)
        again = fetch(hub.url, cached=first)

    assert 304 in hub.sent[3:]
    assert again.metadata == first.metadata
    assert again.params is first.params


def test_the_size_of_all_documents_counts() -> None:
    in_mistral_format = fetched(HubDouble(information=INFORMATION, config=None, params=_PARAMS))
    found = fetched(HubDouble(information=_QUANTIZED, config=CONFIG, quantization=_QUANTIZATION))

    assert in_mistral_format.params is not None
    assert in_mistral_format.size_bytes == (
        in_mistral_format.information.size_bytes + in_mistral_format.params.size_bytes
    )
    assert found.quantization is not None
    assert found.size_bytes == (
        found.information.size_bytes + found.config.size_bytes + found.quantization.size_bytes
    )
    assert found.quantization.size_bytes > 0
