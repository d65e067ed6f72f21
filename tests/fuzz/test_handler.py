"""The function's handler, with a Hub and a table behind it of which none can be trusted."""

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
from fuzz.questions import Item, queries, rows
from fuzz.transport import Answer, answering
from hypothesis import strategies as st
from support.instances import ITEMS
from support.service import handler_of
from support.table import Table

from local.runtime.gateway import LambdaContext, event, recommend_target
from local.server.server import Handle
from recommender.model import HubMetadata

_GOOD_ROWS = [ITEMS[name] for name in ("g5.xlarge", "g5.48xlarge", "p5.48xlarge", "inf2.xlarge")]

# An answer that took longer, on a busy machine, may lack what came after one of the service's own deadlines.
_CERTAIN_SECONDS = 1.0

_headers = st.sampled_from([[], [("X-HF-Token", "hf_someone")], [("If-None-Match", '"0"')]])


@dataclass(slots=True)
class Fakes:
    """The handler, and what its Hub and table say next."""

    handle: Handle
    table: Table
    script: Callable[[str], Answer]


@pytest.fixture(scope="module")
def fakes() -> Iterator[Fakes]:
    """A handler that keeps nothing from one case to the next."""
    table = Table()
    handle = handler_of("http://hub.test", table, cache_seconds=0)
    made = Fakes(handle=handle, table=table, script=lambda _: (404, {}, b""))
    logging.disable()  # thousands of lines that nobody reads
    with answering(lambda url: made.script(url)):  # noqa: PLW0108 - the script changes
        yield made
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("share", shares(1000, of_hundred=10), ids=str)
def test_whatever_the_hub_and_the_table_say_the_caller_gets_a_documented_answer(
    fakes: Fakes, share: tuple[int, int], report: Any
) -> None:
    def check(
        metadata: HubMetadata,
        listed: list[tuple[Any, HubMetadata]],
        damaged: tuple[Callable[[bytes], bytes], ...],
        row: Item,
        query: dict[str, str],
        headers: list[tuple[str, str]],
    ) -> str:
        fakes.table.items = [*_GOOD_ROWS, row]
        fakes.script = _hub(metadata, listed, damaged)
        name = row.get("name", {}).get("S") or "g5.xlarge"
        target = recommend_target(_own_name(metadata), name, **query)
        began = time.perf_counter()
        first, second = (fakes.handle(event("GET", target, headers), LambdaContext.fresh()) for _ in "12")
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
    """A repository of its own for each case, so that nothing is remembered of another."""
    text = repr((metadata.information, metadata.config))
    return f"org/m{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:24]}"


def _hub(
    metadata: HubMetadata,
    listed: list[tuple[Any, HubMetadata]],
    damaged: tuple[Callable[[bytes], bytes], ...],
) -> Callable[[str], Answer]:
    of_information, of_config, of_list = damaged
    entries = [{"id": each.model_id, **each.information, **entry} for entry, each in listed]
    configs = {
        entry["id"]: each.config
        for entry, (_, each) in zip(entries, listed, strict=True)
        if isinstance(entry["id"], str)
    }

    def script(url: str) -> Answer:
        path = url.partition("?")[0]
        if path == "/api/models":
            return 200, {}, encoded(entries, of_list)
        if path.startswith("/api/models/"):
            return 200, {}, encoded(metadata.information, of_information)
        config = configs.get(
            path.removeprefix("/").removesuffix("/resolve/main/config.json"), metadata.config
        )
        if config is None:
            return 404, {"X-Error-Code": "EntryNotFound"}, b"Entry not found"
        return 200, {}, encoded(config, of_config)

    return script


def _outcome(answer: dict[str, Any]) -> str:
    status = answer["statusCode"]
    if status == 304:
        return "not modified"
    body = json.loads(answer["body"])
    if status != 200:
        check_failure(status, body)
        return f"{status} {body['code']}"
    check_body(body)
    return "feasible" if body["explanation"]["feasible"] else body["explanation"]["code"]
