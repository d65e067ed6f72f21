"""The calculator against vLLM's own answers, each difference with a named cause.

UPDATE_ORACLE=1 pytest tests/oracle     rewrites the known differences; what changed is then to be read
"""

import os
import sys
from collections import Counter

import pytest

from oracle.answers import answers, documents, versions
from oracle.comparison import Row, differing, rows
from oracle.deviations import UNEXPLAINED, listed, read_causes
from oracle.summary import PATH, summary
from oracle.update import update

_DEGREES = {1, 2, 4, 8}


@pytest.fixture(scope="module")
def compared() -> list[Row]:
    found = list(rows())
    if os.environ.get("UPDATE_ORACLE"):
        update(found)
    return found


def test_every_difference_from_vllm_is_a_known_one(compared: list[Row]) -> None:
    known = listed(read_causes())

    new = {name: text for name, text in differing(compared).items() if known.get(name) != text}

    assert new == {}


def test_every_known_difference_is_still_there(compared: list[Row]) -> None:
    found = differing(compared)

    gone = sorted(set(listed(read_causes())) - set(found))

    assert gone == []


def test_every_known_difference_has_one_named_cause() -> None:
    causes = read_causes()
    names = Counter(name for cause in causes for name in cause.rows)

    assert [name for name, count in names.items() if count > 1] == []
    assert [cause.name for cause in causes if not cause.source or not cause.change] == []
    assert UNEXPLAINED not in {cause.name for cause in causes}


def test_the_summary_is_what_the_comparison_gives(compared: list[Row]) -> None:
    table = summary(compared, read_causes())
    sys.stdout.write(table)

    assert PATH.read_text(encoding="utf-8") == table


@pytest.mark.parametrize("version", versions())
def test_a_version_has_answered_for_every_model_and_degree(version: str) -> None:
    answered = {answer.model: set(answer.degrees) for answer in answers(version)}
    configured = {name for name, metadata in documents().items() if metadata.config is not None}

    assert {name for name, degrees in answered.items() if degrees != _DEGREES} == set()
    assert set(answered) == configured
