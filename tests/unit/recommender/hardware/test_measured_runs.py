"""How many logged start-ups stand behind the figures of each GPU."""

from collections import Counter

import pytest
from support.instances import instance

from benchmarks.accuracy.evidence import CATALOGUE_NAMES, clean_recent
from benchmarks.accuracy.runs import read_runs
from recommender.hardware.measured_runs import MEASURED_RUNS, measured_runs


def test_the_numbers_are_those_of_the_logged_runs() -> None:
    counted = Counter(CATALOGUE_NAMES.get(run.gpu) for run in read_runs() if clean_recent(run))
    del counted[None]

    assert counted == MEASURED_RUNS


@pytest.mark.parametrize(("name", "expected"), [("g6.12xlarge", MEASURED_RUNS["L4"]), ("g4dn.xlarge", 0)])
def test_an_instance_has_the_runs_of_its_gpu(name: str, expected: int) -> None:
    assert measured_runs(instance(name)) == expected
