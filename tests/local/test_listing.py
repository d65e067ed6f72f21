"""What the Run page offers to choose from, over real sockets."""

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
from local.server.lists import Listing
from local.server.server import Front
from recommender.hardware.instance import Instance

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def hub() -> Iterator[EmbeddedHub]:
    with EmbeddedHub(load_snapshot()) as running:
        yield running


@contextmanager
def listing(hub_url: str, instances: Callable[[], Iterable[Instance]] = lambda: ALL) -> Iterator[Client]:
    def unasked(_event: Any, _context: Any) -> dict[str, Any]:
        raise AssertionError("the function is not asked")

    with serving(Front(unasked, port=0, rooms=[Listing(instances, hub_url=hub_url)])) as front:
        yield Client(front)


def models(client: Client, search: str) -> list[str]:
    response, body = client.request("GET", f"/local/models?search={quote(search)}")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    found: list[str] = json.loads(body)
    return found


def test_every_instance_type_of_the_table_is_listed_once() -> None:
    with listing(NOWHERE) as client:
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


def test_families_are_in_order_and_sizes_from_the_smallest_on() -> None:
    with listing(NOWHERE) as client:
        rows = json.loads(client.request("GET", "/local/instance-types")[1])
    families = [row["family"] for row in rows]

    assert families == sorted(families)
    assert [row["name"] for row in rows if row["family"] == "g5"] == [
        f"g5.{size}xlarge" for size in ("", 2, 4, 8, 12, 16, 24, 48)
    ]


def test_a_table_that_cannot_be_read_is_said_to_be_down() -> None:
    def down() -> Iterable[Instance]:
        raise CatalogUnavailable("The table cannot be read.")

    with listing(NOWHERE, down) as client:
        response, body = client.request("GET", "/local/instance-types")

    assert response.status == 503
    assert json.loads(body) == {"error": "The table cannot be read.", "code": "catalog_unavailable"}


@pytest.mark.parametrize("text", ["mistral-7b-instruct", " MISTRAL-7B-INSTRUCT "])
def test_models_are_found_by_a_part_of_their_name(hub: EmbeddedHub, text: str) -> None:
    """Mistral's own repositories have no `pipeline_tag`."""
    with listing(hub.url) as client:
        found = models(client, text)

    assert "mistralai/Mistral-7B-Instruct-v0.3" in found
    assert all("mistral-7b-instruct" in name.lower() for name in found)


@pytest.mark.parametrize("text", ["", "qwen"])
def test_no_more_than_twenty_models_are_offered(hub: EmbeddedHub, text: str) -> None:
    with listing(hub.url) as client:
        found = models(client, text)

    assert len(found) == len(set(found)) == 20


def test_a_search_that_finds_nothing_is_an_empty_list(hub: EmbeddedHub) -> None:
    with listing(hub.url) as client:
        assert models(client, "no such model & more") == []


def test_what_generates_no_text_comes_last_however_often_it_is_downloaded() -> None:
    tags = {"a/embedder": "feature-extraction", "b/writer": "text-generation", "c/untagged": None}
    listed = [{"id": name, **({"pipeline_tag": tag} if tag else {})} for name, tag in tags.items()]

    with loopback(lambda _: Say(body=json.dumps(listed).encode())) as hub, listing(hub.url) as client:
        assert models(client, "x") == ["b/writer", "c/untagged", "a/embedder"]


def test_the_hub_is_asked_for_the_most_downloaded_and_sees_no_token() -> None:
    with loopback(lambda _: Say(body=b"[]")) as hub, listing(hub.url) as client:
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
    ids=["no json", "no list", "not found", "broken off"],
)
def test_a_hub_that_sends_no_list_is_a_502(said: Say, code: str) -> None:
    with loopback(lambda _: said) as hub, listing(hub.url) as client:
        response, body = client.request("GET", "/local/models?search=x")

    assert (response.status, json.loads(body)["code"]) == (502, code)
    assert set(json.loads(body)) == {"error", "code"}


def test_a_hub_that_is_not_there_is_a_502() -> None:
    with listing(NOWHERE) as client:
        response, body = client.request("GET", "/local/models?search=x")

    assert (response.status, json.loads(body)["code"]) == (502, "hub_unreachable")


def test_a_hub_that_does_not_answer_is_not_waited_for() -> None:
    def silent(_: Seen) -> Any:
        return lambda _connection: hub.stopping.wait(timeout=30)

    with loopback(silent) as hub, listing(hub.url) as client:
        response, body = client.request("GET", "/local/models?search=x")
        hub.stopping.set()

    assert (response.status, json.loads(body)["code"]) == (502, "hub_unreachable")


def test_entries_without_a_name_are_passed_over() -> None:
    listed = [{"id": "a/b"}, {"id": 7}, "c/d", {}]

    with loopback(lambda _: Say(body=json.dumps(listed).encode())) as hub, listing(hub.url) as client:
        assert models(client, "x") == ["a/b"]
