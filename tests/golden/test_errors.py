"""One whole error of each kind, kept as it should read.

UPDATE_GOLDEN=1 make test     rewrites them; the difference is then to be read
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.faulty_hub import FaultyHub, faulty_hub
from support.instances import ITEMS
from support.loopback import Say
from support.service import Service
from support.table import Table

from handler.catalog import Catalog
from handler.errors import RequestError
from local.embedded.hub import EmbeddedHub, load_snapshot

_ERRORS = Path(__file__).parent / "errors"
_MISTRAL, _LLAMA = "mistralai/Mistral-7B-Instruct-v0.3", "meta-llama/Llama-3.1-8B-Instruct"

Reply = dict[str, Any]

OF_THE_CALLER: dict[str, Callable[[Service], Reply]] = {
    "invalid_request": lambda service: service.send("GET", f"/api/v1/recommend?model={_MISTRAL}"),
    "model_gated": lambda service: service.ask(_LLAMA, "g5.xlarge"),
    "hf_token_rejected": lambda service: service.ask(_LLAMA, "g5.xlarge", token="hf_denied"),
    "model_not_found": lambda service: service.ask("nobody/nothing", "g5.xlarge"),
    "instance_type_not_found": lambda service: service.ask(_MISTRAL, "g5.13xlarge"),
    "route_not_found": lambda service: service.send("GET", "/api/v2/recommend"),
    "method_not_allowed": lambda service: service.send("POST", "/api/v1/recommend"),
}
OF_THE_HUB = {
    "hub_unreachable": Say(status=503),
    "hub_rate_limited": Say(status=429, headers={"Retry-After": "120"}),
    "hub_bad_response": Say(body=b"<html>"),
}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with EmbeddedHub(load_snapshot()) as hub:
        yield Service(hub.url, _catalog(*ITEMS.values()))


@pytest.fixture
def hub() -> Iterator[FaultyHub]:
    with faulty_hub() as running:
        yield running


@pytest.mark.parametrize("code", OF_THE_CALLER)
def test_what_a_caller_is_refused_reads_as_it_should(service: Service, code: str) -> None:
    _compare(code, OF_THE_CALLER[code](service))


@pytest.mark.parametrize("code", OF_THE_HUB)
def test_what_the_hub_does_wrong_reads_as_it_should(hub: FaultyHub, code: str) -> None:
    hub.fault = OF_THE_HUB[code]

    _compare(code, Service(hub.url, _catalog(*ITEMS.values())).ask(_MISTRAL, "g5.xlarge"))


def test_an_empty_table_reads_as_it_should(hub: FaultyHub) -> None:
    _compare("catalog_unavailable", Service(hub.url, _catalog()).ask(_MISTRAL, "g5.xlarge"))


def test_there_is_one_of_each_kind() -> None:
    assert {path.stem for path in _ERRORS.iterdir()} == {
        error.code for error in RequestError.__subclasses__()
    }


def _catalog(*items: dict[str, Any]) -> Catalog:
    return Catalog(Table(items), "instance-types", cache_seconds=60)  # type: ignore[arg-type]


def _compare(code: str, reply: Reply) -> None:
    body = json.loads(reply["body"])
    path = _ERRORS / f"{code}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")

    assert body["code"] == code
    assert json.loads(path.read_text()) == body
