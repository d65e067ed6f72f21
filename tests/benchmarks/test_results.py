"""The figures in docs/benchmarks.md and docs/scaling.md are those recorded in measured.json."""

import platform
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.machine import machine
from benchmarks.results import DOCUMENT, dated, measured, target_text, with_part
from benchmarks.scaling import document as scaling
from benchmarks.scaling.costs import measured_latencies
from benchmarks.speed import calculation, cold, warm
from benchmarks.speed.command import Figures


def part(document: Path, name: str) -> str:
    found = re.search(f"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", document.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("name", "text"), [("cold", cold.text), ("warm", warm.text), ("calculation", calculation.text)]
)
def test_the_benchmarks_document_shows_the_recorded_figures(
    name: str, text: Callable[[Figures], str]
) -> None:
    assert part(DOCUMENT, name) == text(measured(name))


def test_the_scaling_document_follows_from_the_recorded_figures() -> None:
    expected = scaling.parts(measured_latencies())

    assert set(expected) == {"latencies", "costs", "monthly", "traffic", "simulated", "limits"}
    assert expected == {name: part(scaling.DOCUMENT, name) for name in expected}


def test_the_scaling_picture_follows_from_the_recorded_figures() -> None:
    assert scaling.PICTURE.read_text() == scaling.picture(measured_latencies())


def test_a_part_is_replaced_and_the_rest_of_the_document_is_kept() -> None:
    document = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"

    assert with_part(document, "x", r"new \1") == "a\n<!-- x -->\nnew \\1\n<!-- end of x -->\nb\n"


def test_a_missing_part_is_an_error() -> None:
    with pytest.raises(ValueError, match="no part between <!-- y -->"):
        with_part("a", "y", "new")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.25, "target: at most 1.25, met"), (1.26, "target: at most 1.25, **missed**")],
    ids=["met", "missed"],
)
def test_a_missed_target_is_marked(value: float, expected: str) -> None:
    assert target_text(value, 1.25) == expected


def test_figures_are_dated_with_the_machine_and_the_python_that_ran_the_code() -> None:
    figures = dated({"runs": 2}, python="3.13.0")

    assert re.fullmatch(r"\d{4}-\d\d-\d\d", figures["date"])
    assert figures["machine"].partition(", load")[0] == machine().partition(", load")[0]
    assert (figures["python"], figures["runs"]) == ("3.13.0", 2)


def test_a_machine_is_described_by_its_cores_and_system() -> None:
    assert re.search(rf", \d+ cores, \d+ GiB, load \d+\.\d, {platform.system()} ", machine())
