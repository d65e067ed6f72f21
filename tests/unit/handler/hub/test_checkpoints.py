"""The search for pre-quantized checkpoints on the Hub."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from support import misbehaviour
from support.hub import HubDouble, running_hub, say
from support.loopback import Say
from support.metadata import real

from handler.hub import checkpoints
from handler.hub.checkpoints import CheckpointSearch
from handler.hub.client import HubClient
from handler.token import HubToken
from local.embedded.hub import EmbeddedHub, load_snapshot
from recommender.planning.pre_quantized import Candidate
from recommender.vllm.quantization import QuantizationName

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
FORMER = "meta-llama/Meta-Llama-3.1-8B-Instruct"
AWQ = real("hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4")
TOKEN = HubToken("hf_abcdefghijklmnop")


def search(url: str) -> CheckpointSearch:
    return CheckpointSearch(url, HubClient(url), cache_seconds=60, cache_entries=8)


def find(
    asked: CheckpointSearch,
    names: Sequence[str] = (LLAMA,),
    wanted: Sequence[QuantizationName] = ("int4",),
    token: HubToken | None = None,
) -> tuple[Candidate, ...] | None:
    return asked.find(names, wanted, token, deadline=time.monotonic() + 5)


def listed(model_id: str, **given: Any) -> dict[str, Any]:
    return {"id": model_id, "downloads": 5, "gated": False, **AWQ.information, **given}


def hub(*entries: Any, config: Any = AWQ.config) -> HubDouble:
    return HubDouble(listed=list(entries), config=config)


def test_the_list_and_the_promising_entries_are_read() -> None:
    with EmbeddedHub(load_snapshot()) as embedded:
        found = find(search(embedded.url), wanted=("int8",))
        paths = [seen.path for seen in embedded.requests if "resolve-cache" not in seen.path]

    assert found is not None
    assert "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8" in {each.model.model_id for each in found}
    assert paths[0] == "/api/models"
    assert all(path.endswith("/resolve/main/config.json") for path in paths[1:])


def test_a_result_is_cached() -> None:
    with running_hub(hub(listed("org/name"))) as double:
        asked = search(double.url)
        first = find(asked)
        requests = len(double.seen)

        assert find(asked) == first
        assert len(double.seen) == requests


def test_both_names_of_a_renamed_repository_are_searched() -> None:
    with running_hub(hub()) as double:
        find(search(double.url), names=(LLAMA, FORMER))

    assert sorted(seen.path.split("&")[0] for seen in double.seen) == [
        f"/api/models?filter=base_model:quantized:{LLAMA}",
        f"/api/models?filter=base_model:quantized:{FORMER}",
    ]


def test_the_token_is_sent_and_results_are_cached_for_their_own_caller() -> None:
    with running_hub(hub(listed("org/name"))) as double:
        asked = search(double.url)
        find(asked, token=TOKEN)
        requests = len(double.seen)
        find(asked)

    headers = [seen.headers.get("authorization") for seen in double.seen]
    assert set(headers[:requests]) == {TOKEN.authorization}
    assert set(headers[requests:]) == {None}


def test_a_gated_checkpoint_is_read_with_a_token_only() -> None:
    with running_hub(hub(listed("org/name", gated="auto"))) as double:
        assert find(search(double.url)) == ()
        assert len(find(search(double.url), token=TOKEN) or ()) == 1


@pytest.mark.parametrize("name", ["../../evil", "org/name?x=", "org//name", "a/b/c", ""])
def test_an_invalid_id_in_the_list_is_never_requested(name: str) -> None:
    with running_hub(hub(listed(name))) as double:
        assert find(search(double.url)) == ()

    assert len(double.seen) == 1


@pytest.mark.parametrize(
    "config",
    [None, b"{", [], {"model_type": 7}, {**(AWQ.config or {}), "x": "x" * 256 * 1024}],
    ids=["missing", "cut", "list", "type", "large"],
)
def test_an_unusable_config_excludes_only_its_checkpoint(config: Any) -> None:
    double = hub(listed("org/bad"), listed("org/good"))
    double.configs["org/bad"] = config
    with running_hub(double):
        found = find(search(double.url))

    assert [each.model.model_id for each in found or ()] == ["org/good"]


@pytest.mark.parametrize(
    "answer",
    [
        say({}, status=500),
        say({}),
        say("x"),
        Say(body=b"[{"),
        say({}, status=401),
        say(["x" * 1024**2]),
    ],
    ids=["500", "object", "string", "cut", "401", "large"],
)
def test_a_failed_search_has_no_result_and_is_not_repeated_at_once(answer: Say) -> None:
    with running_hub(HubDouble(fault=answer)) as double:
        asked = search(double.url)
        assert find(asked) is None
        requests = len(double.seen)

        assert find(asked) is None
        assert len(double.seen) == requests


def test_a_slow_hub_is_given_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_LONGEST_SECONDS", 0.1)
    with running_hub(HubDouble(fault=misbehaviour.silence)) as double:
        assert find(search(double.url)) is None
