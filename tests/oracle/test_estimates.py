"""The estimate of an architecture that is not modelled promises at most what vLLM gives.

UPDATE_ORACLE=1 pytest tests/oracle     rewrites how much less it promises
"""

import os
import sys
from pathlib import Path

import pytest

from oracle.estimates import Estimate, estimates, table

_TABLE = Path(__file__).with_name("estimates.txt")

# Where it promises more, and why. The keys do not show it.
_PROMISES_MORE = {
    "defaults/longcat_flash": "two blocks of attention and two of feed-forward in each layer",
}


@pytest.fixture(scope="module")
def found() -> list[Estimate]:
    return list(estimates())


def test_the_estimate_promises_at_most_what_vllm_gives(found: list[Estimate]) -> None:
    assert {each.model for each in found if each.promises_more} == set(_PROMISES_MORE)


def test_most_models_have_an_estimate(found: list[Estimate]) -> None:
    assert len({each.model for each in found}) > 250


def test_the_table_says_how_much_less_it_promises(found: list[Estimate]) -> None:
    text = table(found)
    sys.stdout.write(text)
    if os.environ.get("UPDATE_ORACLE"):
        _TABLE.write_text(text, encoding="utf-8")

    assert _TABLE.read_text(encoding="utf-8") == text
