"""Calls beside their caller."""

import threading
import time

import pytest

from handler.background import Flights, result, start


def test_what_a_call_raises_is_raised_where_its_result_is_wanted() -> None:
    def fail() -> None:
        raise LookupError("so")

    with pytest.raises(LookupError, match="so"):
        result(start(fail), time.monotonic() + 5)


def test_nobody_waits_beyond_the_deadline() -> None:
    finish = threading.Event()
    running = start(finish.wait)
    with pytest.raises(TimeoutError):
        result(running, time.monotonic() + 0.05)
    finish.set()

    assert result(running, float("inf")) is True


def test_who_comes_while_a_call_runs_shares_it_and_who_comes_later_does_not() -> None:
    flights: Flights[str, int] = Flights()
    finish = threading.Event()

    def first() -> int:
        finish.wait(5)
        return 1

    ours, is_ours = flights.join("a", first)
    theirs, is_theirs = flights.join("a", lambda: 2)
    other, _ = flights.join("b", lambda: 3)
    finish.set()
    results = [result(call, time.monotonic() + 5) for call in (ours, theirs, other)]
    later, _ = flights.join("a", lambda: 4)

    assert (is_ours, is_theirs) == (True, False)
    assert results == [1, 1, 3]
    assert result(later, time.monotonic() + 5) == 4


def test_a_call_that_is_left_is_joined_by_nobody_else() -> None:
    flights: Flights[str, int] = Flights()
    finish = threading.Event()
    left, _ = flights.join("a", lambda: 1 if finish.wait(5) else 0)
    flights.leave("a", left)
    another, is_its_own = flights.join("a", lambda: 2)
    finish.set()

    assert is_its_own
    assert [result(call, time.monotonic() + 5) for call in (left, another)] == [1, 2]
