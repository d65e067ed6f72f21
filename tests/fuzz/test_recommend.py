"""The calculator on documents, requests and items that cannot be trusted."""

from typing import Any

import pytest
from fuzz.documents import documents
from fuzz.effort import shares, try_cases
from fuzz.promises import check_body, check_plan
from fuzz.requests import Item, overrides, rows, versions
from hypothesis import strategies as st
from support.instances import ALL

from handler.instance_item import parse_item
from handler.response import as_json
from recommender.model import HubMetadata
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version

# Larger instances are sought among these: each kind of GPU once.
_TABLE = tuple({each.accelerator_name: each for each in ALL}.values())


@pytest.mark.parametrize("share", shares(3000, of_hundred=90), ids=str)
def test_every_request_for_any_documents_is_answered_or_refused(share: tuple[int, int], report: Any) -> None:
    tally = try_cases(
        share,
        _check,
        metadata=documents(),
        row=rows(),
        version=versions,
        asked=st.just(NO_OVERRIDES) | overrides,
    )

    report(tally)


def _check(metadata: HubMetadata, row: Item, version: Version | None, asked: Overrides) -> str:
    try:
        instance = parse_item(row)
    except ValueError:
        return "an item that is skipped"
    try:
        answer = recommend(metadata, instance, (*_TABLE, instance), behavior_of(version), asked)
    except ImplausibleMetadata:
        return "implausible metadata"
    check_body(as_json(answer))
    again = recommend(metadata, instance, (*_TABLE, instance), behavior_of(version), asked)
    assert as_json(answer) == as_json(again)
    if isinstance(answer, Feasible):
        check_plan(answer, asked)
        return "feasible"
    return answer.code
