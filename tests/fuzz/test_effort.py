"""The fuzzing reports failures and repeats its cases."""

import pytest
from fuzz import effort
from fuzz.effort import CaseHangsError, shares, try_cases
from hypothesis import strategies as st


def test_every_case_is_counted_with_its_outcome() -> None:
    tally = try_cases((1, 50), lambda number: "even" if number % 2 == 0 else "odd", number=st.integers())

    assert tally.cases >= 50
    assert sum(tally.outcomes.values()) == tally.cases
    assert set(tally.outcomes) == {"even", "odd"}


def test_the_same_seed_repeats_the_cases() -> None:
    tried: list[list[int]] = []

    def note(number: int) -> str:
        tried[-1].append(number)
        return "noted"

    for start in (1, 1, 2):
        tried.append([])
        try_cases((start, 50), note, number=st.integers())

    assert tried[0] == tried[1] != tried[2]


def test_a_failing_case_is_shown_at_its_smallest() -> None:
    def refuse(number: int) -> str:
        assert number < 1000
        return "small"

    with pytest.raises(AssertionError) as caught:
        try_cases((1, 200), refuse, number=st.integers())

    assert "The case: {'number': 1000}" in caught.value.__notes__


def test_a_case_that_does_not_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "_HANGING_SECONDS", 0.05)

    def hang(number: int) -> str:
        while number >= 0:
            pass
        return "ended"

    with pytest.raises(CaseHangsError, match="processor time"):
        try_cases((1, 3), hang, number=st.just(1))


def test_cases_are_divided_into_runs_of_different_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "CASES", 10_000)
    monkeypatch.setattr(effort, "SEED", 7)

    assert shares(3000, of_hundred=90) == [(7, 2500), (8, 2500), (9, 2500), (10, 1500)]


def test_the_default_number_is_tried_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "CASES", 0)
    monkeypatch.setattr(effort, "SEED", 0)

    assert shares(3000, of_hundred=90) == [(0, 2500), (1, 500)]
