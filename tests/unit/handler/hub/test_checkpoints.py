"""Asking the Hub for checkpoints that are quantized beforehand."""

import json
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from support.loopback import Say, Seen, loopback
from support.metadata import real

from handler.hub import checkpoints
from handler.hub.hub import Hub
from handler.token import HubToken
from local.embedded.hub import EmbeddedHub, load_snapshot
from recommender.planning.pre_quantized import Candidate
from recommender.vllm.quantization import QuantizationName

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
FORMER = "meta-llama/Meta-Llama-3.1-8B-Instruct"
AWQ = "hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4"
TOKEN = HubToken("hf_abcdefghijklmnop")


def hub(url: str) -> Hub:
    return Hub(url, deadline_seconds=5, cache_seconds=60, cache_entries=8)


def found(
    asked: Hub,
    names: Sequence[str] = (LLAMA,),
    wanted: Sequence[QuantizationName] = ("int4",),
    token: HubToken | None = None,
) -> tuple[Candidate, ...] | None:
    return asked.quantized_from(names, wanted, token, deadline=time.monotonic() + 5)


def listed(model_id: str, **given: Any) -> dict[str, Any]:
    return {"id": model_id, "downloads": 5, "gated": False, **real(AWQ).information, **given}


def say(document: object, status: int = 200) -> Say:
    return Say(status=status, body=json.dumps(document).encode())


def script(entries: object, config: Say | None = None) -> Any:
    def answer(request: Seen) -> Say:
        if request.path.startswith("/api/models?"):
            return say(entries)
        return config or say(real(AWQ).config)

    return answer


def test_the_list_and_what_looks_right_in_it_are_read() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        candidates = found(hub(embedded.url), wanted=("int8",))
        paths = [seen.path for seen in embedded.requests if "resolve-cache" not in seen.path]

    assert candidates is not None
    assert "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8" in {
        each.model.model_id for each in candidates
    }
    assert paths[0] == "/api/models"
    assert all(path.endswith("/resolve/main/config.json") for path in paths[1:])


def test_what_was_found_is_remembered() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        asked = hub(embedded.url)
        first = found(asked)
        before = len(embedded.requests)

        assert found(asked) == first
        assert len(embedded.requests) == before


def test_both_names_of_a_renamed_repository_are_asked_for() -> None:
    with loopback(script([])) as server:
        found(hub(server.url), names=(LLAMA, FORMER))

    assert sorted(seen.path.split("&")[0] for seen in server.seen) == [
        f"/api/models?filter=base_model:quantized:{LLAMA}",
        f"/api/models?filter=base_model:quantized:{FORMER}",
    ]


def test_the_token_goes_along_and_answers_stay_apart() -> None:
    with loopback(script([listed("org/name")])) as server:
        asked = hub(server.url)
        found(asked, token=TOKEN)
        with_token = len(server.seen)
        found(asked)

    assert {seen.headers.get("authorization") for seen in server.seen[:with_token]} == {TOKEN.authorization}
    assert {seen.headers.get("authorization") for seen in server.seen[with_token:]} == {None}


def test_a_gated_checkpoint_is_read_with_a_token_only() -> None:
    with loopback(script([listed("org/name", gated="auto")])) as server:
        assert found(hub(server.url)) == ()
        assert len(found(hub(server.url), token=TOKEN) or ()) == 1


@pytest.mark.parametrize("name", ["../../evil", "org/name?x=", "org//name", "a/b/c", ""])
def test_a_name_that_is_none_is_never_asked_for(name: str) -> None:
    with loopback(script([listed(name)])) as server:
        assert found(hub(server.url)) == ()

    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "config", [say({}, status=404), say({}, status=403), Say(body=b"{"), say([]), say({"model_type": 7})]
)
def test_a_file_that_is_refused_or_nonsense_costs_only_its_checkpoint(config: Say) -> None:
    with loopback(script([listed("org/name")], config)) as server:
        assert found(hub(server.url)) == ()


@pytest.mark.parametrize(
    "answer", [say({}, status=500), say({}), say("x"), Say(body=b"[{"), say({}, status=401)]
)
def test_a_list_that_fails_is_no_list_and_is_not_asked_for_again_at_once(answer: Say) -> None:
    with loopback(lambda _: answer) as server:
        asked = hub(server.url)
        assert found(asked) is None
        before = len(server.seen)

        assert found(asked) is None
        assert len(server.seen) == before


def test_a_hub_that_stalls_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stalls until this test is over."""
    monkeypatch.setattr(checkpoints, "_LONGEST_SECONDS", 0.1)

    def stall(_connection: BaseHTTPRequestHandler) -> None:
        server.stopping.wait()

    with loopback(lambda _: stall) as server:
        assert found(hub(server.url)) is None
