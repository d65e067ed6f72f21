"""One complete error of each kind, compared with its file.

UPDATE_GOLDEN=1 make test     rewrites the files; review the difference
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hub import HubDouble, running_hub
from support.loopback import Say
from support.service import Service
from support.table import TableDouble

from handler.errors import RequestError
from local.embedded.hub import EmbeddedHub, load_snapshot

_ERRORS = Path(__file__).parent / "errors"
_MISTRAL, _LLAMA = "mistralai/Mistral-7B-Instruct-v0.3", "meta-llama/Llama-3.1-8B-Instruct"

Response = dict[str, Any]

OF_THE_CALLER: dict[str, Callable[[Service], Response]] = {
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
        yield Service(hub.url)


@pytest.mark.parametrize("code", OF_THE_CALLER)
def test_errors_of_the_caller_equal_their_files(service: Service, code: str) -> None:
    _compare(code, OF_THE_CALLER[code](service))


@pytest.mark.parametrize("code", OF_THE_HUB)
def test_errors_of_the_hub_equal_their_files(code: str) -> None:
    with running_hub(HubDouble(fault=OF_THE_HUB[code])) as hub:
        _compare(code, Service(hub.url).ask(_MISTRAL, "g5.xlarge"))


def test_the_error_of_an_empty_table_equals_its_file() -> None:
    with running_hub() as hub:
        _compare(
            "catalog_unavailable", Service(hub.url, TableDouble([]).catalog()).ask(_MISTRAL, "g5.xlarge")
        )


def test_every_kind_of_error_has_a_file() -> None:
    assert {path.stem for path in _ERRORS.iterdir()} == {
        error.code for error in RequestError.__subclasses__()
    }


def _compare(code: str, response: Response) -> None:
    body = json.loads(response["body"])
    path = _ERRORS / f"{code}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")

    assert body["code"] == code
    assert json.loads(path.read_text()) == body
