"""The figures in docs/benchmarks.md and docs/scaling.md are those of measured.json."""

import re
from pathlib import Path

import pytest

from benchmarks.results import DOCUMENT, measured, with_part
from benchmarks.scaling import scaling
from benchmarks.speed import calculation, cold, warm


def part(document: Path, name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", document.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("bench", [cold, warm, calculation], ids=["cold", "warm", "calculation"])
def test_the_benchmarks_shown_are_the_measured_ones(bench: object) -> None:
    name = bench.__name__.rpartition(".")[2]  # type: ignore[attr-defined]

    assert part(DOCUMENT, name) == bench.text(measured(name))  # type: ignore[attr-defined]


def test_the_scale_shown_follows_from_what_was_measured() -> None:
    reckoned = scaling.parts(scaling.latencies())

    assert set(reckoned) == {"latencies", "costs", "traffic", "simulated", "limits"}
    assert reckoned == {name: part(scaling.DOCUMENT, name) for name in reckoned}


def test_the_picture_of_the_scale_is_the_one_that_is_drawn() -> None:
    assert scaling.PICTURE.read_text() == scaling.picture(scaling.latencies())


def test_a_part_is_replaced_and_the_rest_is_kept() -> None:
    document = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"

    assert with_part(document, "x", r"new \1") == "a\n<!-- x -->\nnew \\1\n<!-- end of x -->\nb\n"


def test_a_part_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="no part between <!-- y -->"):
        with_part("a", "y", "new")
