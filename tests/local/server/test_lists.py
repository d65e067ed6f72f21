"""The lists that the Run page offers, over real sockets."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from support.client import Client
from support.instances import ALL
from support.loopback import Say, Seen, loopback
from support.service import serving

from handler.errors import CatalogUnavailable
from local.embedded.hub import EmbeddedHub
from local.embedded.snapshot import load_snapshot
from local.server.lists import Lists
from local.server.server import LocalServer
from recommender.hardware.instance import Instance

UNREACHABLE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def hub() -> Iterator[EmbeddedHub]:
    with EmbeddedHub(load_snapshot()) as running:
        yield running


@contextmanager
def client_of(hub_url: str, instances: Callable[[], Iterable[Instance]] = lambda: ALL) -> Iterator[Client]:
    def handle(_event: Any, _context: Any) -> dict[str, Any]:
        raise AssertionError("the function must not be called")

    with serving(LocalServer(handle, port=0, routes=[Lists(instances, hub_url=hub_url)])) as server:
        yield Client(server)


def models(client: Client, search: str) -> list[str]:
    response, body = client.request("GET", f"/local/models?search={quote(search)}")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    found: list[str] = json.loads(body)
    return found


def test_every_instance_type_of_the_table_is_listed_once() -> None:
    with client_of(UNREACHABLE) as client:
        response, body = client.request("GET", "/local/instance-types")
    rows = {row["name"]: row for row in json.loads(body)}

    assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    assert len(json.loads(body)) == len(rows) == len(ALL)
    assert rows["g5.12xlarge"] == {
        "name": "g5.12xlarge",
        "family": "g5",
        "accelerator_type": "gpu",
        "accelerator_name": "A10G",
        "accelerator_count": 4,
        "accelerator_memory_gib": 96,
    }
    assert rows["inf2.xlarge"]["accelerator_type"] == "neuron"


def test_families_are_sorted_by_name_and_their_types_by_size() -> None:
    with client_of(UNREACHABLE) as client:
        rows = json.loads(client.request("GET", "/local/instance-types")[1])
    families = [row["family"] for row in rows]

    assert families == sorted(families)
    assert [row["name"] for row in rows if row["family"] == "g5"] == [
        f"g5.{size}xlarge" for size in ("", 2, 4, 8, 12, 16, 24, 48)
    ]


def test_a_table_that_cannot_be_read_is_a_503() -> None:
    def down() -> Iterable[Instance]:
        raise CatalogUnavailable("The table cannot be read.")

    with client_of(UNREACHABLE, down) as client:
        response, body = client.request("GET", "/local/instance-types")

    assert response.status == 503
    assert json.loads(body) == {"error": "The table cannot be read.", "code": "catalog_unavailable"}


@pytest.mark.parametrize("text", ["mistral-7b-instruct", " MISTRAL-7B-INSTRUCT "])
def test_models_are_found_by_a_part_of_their_id(hub: EmbeddedHub, text: str) -> None:
    """Mistral's own repositories have no `pipeline_tag`."""
    with client_of(hub.url) as client:
        found = models(client, text)

    assert "mistralai/Mistral-7B-Instruct-v0.3" in found
    assert all("mistral-7b-instruct" in name.lower() for name in found)


@pytest.mark.parametrize("text", ["", "qwen"])
def test_at_most_twenty_models_are_listed(hub: EmbeddedHub, text: str) -> None:
    with client_of(hub.url) as client:
        found = models(client, text)

    assert len(found) == len(set(found)) == 20


def test_a_search_without_results_is_an_empty_list(hub: EmbeddedHub) -> None:
    with client_of(hub.url) as client:
        assert models(client, "no such model & more") == []


def test_models_that_do_not_generate_text_come_last() -> None:
    tags = {"a/embedder": "feature-extraction", "b/writer": "text-generation", "c/untagged": None}
    listed = [{"id": name, **({"pipeline_tag": tag} if tag else {})} for name, tag in tags.items()]

    with loopback(lambda _: Say(body=json.dumps(listed).encode())) as hub, client_of(hub.url) as client:
        assert models(client, "x") == ["b/writer", "c/untagged", "a/embedder"]


@pytest.mark.parametrize("search", ["gpt2", "GPT2"])
def test_exact_names_come_first_and_then_names_that_begin_with_the_text(search: str) -> None:
    names = ["other/my-gpt2", "gpt2-lab/model", "org/gpt2-large", "openai-community/gpt2", "gpt2"]
    listed = [{"id": name} for name in names]

    with loopback(lambda _: Say(body=json.dumps(listed).encode())) as hub, client_of(hub.url) as client:
        assert models(client, search) == [
            "openai-community/gpt2",
            "gpt2",
            "org/gpt2-large",
            "gpt2-lab/model",
            "other/my-gpt2",
        ]


def test_the_hub_is_asked_for_the_most_downloaded_without_a_token() -> None:
    with loopback(lambda _: Say(body=b"[]")) as hub, client_of(hub.url) as client:
        client.request("GET", "/local/models?search=a%2Fb", {"X-HF-Token": "hf_secret"})
    (seen,) = hub.seen

    assert seen.path.startswith("/api/models?search=a%2Fb&sort=downloads&limit=")
    assert "hf_secret" not in str(seen)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Say(body=b"<html>"), "hub_bad_response"),
        (Say(body=b'{"id": "a/b"}'), "hub_bad_response"),
        (Say(status=404, body=b"[]"), "hub_bad_response"),
        (Say(body=b"[]", promised=9), "hub_bad_response"),
    ],
    ids=["not JSON", "not a list", "not found", "incomplete"],
)
def test_a_hub_that_does_not_send_a_list_is_a_502(said: Say, code: str) -> None:
    with loopback(lambda _: said) as hub, client_of(hub.url) as client:
        response, body = client.request("GET", "/local/models?search=x")

    assert (response.status, json.loads(body)["code"]) == (502, code)
    assert set(json.loads(body)) == {"error", "code"}


def test_a_hub_that_cannot_be_reached_is_a_502() -> None:
    with client_of(UNREACHABLE) as client:
        response, body = client.request("GET", "/local/models?search=x")

    assert (response.status, json.loads(body)["code"]) == (502, "hub_unreachable")


def test_a_hub_that_hangs_is_a_502() -> None:
    def silent(_: Seen) -> Any:
        return lambda _connection: hub.stopping.wait(timeout=30)

    with loopback(silent) as hub, client_of(hub.url) as client:
        response, body = client.request("GET", "/local/models?search=x")
        hub.stopping.set()

    assert (response.status, json.loads(body)["code"]) == (502, "hub_unreachable")


def test_entries_without_an_id_are_ignored() -> None:
    listed = [{"id": "a/b"}, {"id": 7}, "c/d", {}]

    with loopback(lambda _: Say(body=json.dumps(listed).encode())) as hub, client_of(hub.url) as client:
        assert models(client, "x") == ["a/b"]
