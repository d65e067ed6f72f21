"""Reports how many cases were tried, their outcomes, and the slowest."""

from collections import Counter
from typing import Any

import pytest
from fuzz.effort import CASES, SEED, Tally


@pytest.fixture
def report(record_property: Any) -> Any:
    """Passes the tally of a test to the summary, also from a worker's process."""

    def record(tally: Tally) -> None:
        record_property("tally", (tally.cases, tally.slowest_seconds, tally.outcomes))

    return record


def pytest_report_header() -> str:
    return f"fuzz: {CASES or 'the default number of'} cases from seed {SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each fuzzed test and its outcomes."""
    tried: dict[str, list[Any]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, tally in report.user_properties:
            if name == "tally":
                tried.setdefault(report.nodeid.partition("[")[0], []).append(tally)
    for test, tallies in sorted(tried.items()):
        outcomes = sum((Counter(outcomes) for _, _, outcomes in tallies), Counter())
        cases, slowest = sum(each[0] for each in tallies), max(each[1] for each in tallies)
        terminalreporter.write_line(f"{test}: {cases:,} cases from seed {SEED}, the slowest {slowest:.2f} s")
        for outcome, number in outcomes.most_common():
            terminalreporter.write_line(f"{number:>10,} {outcome}")
