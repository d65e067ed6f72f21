"""The function's handler with a Hub and a table that cannot be trusted."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fuzz.bodies import damages, encoded, entries
from fuzz.documents import documents
from fuzz.effort import shares, try_cases
from fuzz.promises import check_body, check_failure
from fuzz.requests import Item, queries, rows
from hypothesis import strategies as st
from support.hub import HubDouble, in_process
from support.instances import ITEMS
from support.service import Service
from support.table import TableDouble

from local.runtime.gateway import event, recommend_target
from recommender.model import HubMetadata

_GOOD_ROWS = [ITEMS[name] for name in ("g5.xlarge", "g5.48xlarge", "p5.48xlarge", "inf2.xlarge")]

# On a busy machine a slower answer may lack what came after one of the service's own deadlines.
_CERTAIN_SECONDS = 1.0

_LARGEST_BODY_BYTES = 64 * 1024

_headers = st.sampled_from([[], [("X-HF-Token", "hf_someone")], [("If-None-Match", '"0"')]])


@dataclass(slots=True)
class Doubles:
    """The service, and the doubles of its Hub and table."""

    service: Service
    hub: HubDouble
    table: TableDouble


@pytest.fixture(scope="module")
def doubles() -> Iterator[Doubles]:
    """A service that caches nothing from one case to the next."""
    hub, table = HubDouble(), TableDouble()
    logging.disable()  # thousands of lines of no interest
    with in_process(hub) as url:
        service = Service(url, table.catalog(cache_seconds=0), cache_seconds=0)
        yield Doubles(service=service, hub=hub, table=table)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("share", shares(1000, of_hundred=10), ids=str)
def test_every_response_of_hub_and_table_leads_to_a_documented_answer(
    doubles: Doubles, share: tuple[int, int], report: Any
) -> None:
    def check(
        metadata: HubMetadata,
        listed: list[tuple[Any, HubMetadata]],
        damaged: tuple[Callable[[bytes], bytes], ...],
        row: Item,
        query: dict[str, str],
        headers: list[tuple[str, str]],
    ) -> str:
        doubles.table.items = [*_GOOD_ROWS, row]
        _set_documents(doubles.hub, metadata, listed, damaged)
        name = row.get("name", {}).get("S") or "g5.xlarge"
        target = recommend_target(_own_name(metadata), name, **query)
        began = time.perf_counter()
        first, second = (doubles.service.handle(event("GET", target, headers)) for _ in "12")
        if time.perf_counter() - began < _CERTAIN_SECONDS:
            assert (first["statusCode"], first["body"]) == (second["statusCode"], second["body"])
        return _outcome(first)

    tally = try_cases(
        share,
        check,
        metadata=documents(),
        listed=st.lists(st.tuples(entries, documents()), max_size=3),
        damaged=st.tuples(damages, damages, damages),
        row=rows(),
        query=queries,
        headers=_headers,
    )

    report(tally)


def _own_name(metadata: HubMetadata) -> str:
    """A repository of its own for each case, so that nothing is cached from another."""
    text = repr((metadata.information, metadata.config, metadata.params))
    return f"org/m{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:24]}"


def _set_documents(
    hub: HubDouble,
    metadata: HubMetadata,
    listed: list[tuple[Any, HubMetadata]],
    damaged: tuple[Callable[[bytes], bytes], ...],
) -> None:
    of_information, of_config, of_list = damaged
    entries = [{"id": each.model_id, **each.information, **entry} for entry, each in listed]
    hub.documents = {
        "information": encoded(metadata.information, of_information),
        "config": _config(metadata, of_config),
        "quantization": encoded(metadata.quantization, of_config) if metadata.quantization else None,
        "params": encoded(metadata.params, of_config) if metadata.params else None,
        "list": encoded(entries, of_list),
    }
    hub.configs = {
        entry["id"]: _config(each, of_config)
        for entry, (_, each) in zip(entries, listed, strict=True)
        if isinstance(entry["id"], str)
    }


def _config(metadata: HubMetadata, damage: Callable[[bytes], bytes]) -> bytes | None:
    return None if metadata.config is None else encoded(metadata.config, damage)


def _outcome(answer: dict[str, Any]) -> str:
    status = answer["statusCode"]
    if status == 304:
        return "not modified"
    assert len(answer["body"]) <= _LARGEST_BODY_BYTES
    body = json.loads(answer["body"])
    if status != 200:
        check_failure(status, body)
        return f"{status} {body['code']}"
    check_body(body)
    return "feasible" if body["explanation"]["feasible"] else body["explanation"]["code"]
