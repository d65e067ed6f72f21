"""Background calls with a deadline."""

import threading
import time

import pytest

from handler.background import result, start


def test_the_result_of_a_call_is_returned() -> None:
    assert result(start(lambda: 7), time.monotonic() + 5) == 7


def test_an_exception_of_the_call_is_raised_where_its_result_is_read() -> None:
    def fail() -> None:
        raise LookupError("missing")

    with pytest.raises(LookupError, match="missing"):
        result(start(fail), time.monotonic() + 5)


def test_waiting_ends_at_the_deadline() -> None:
    finish = threading.Event()
    running = start(finish.wait)
    with pytest.raises(TimeoutError):
        result(running, time.monotonic() + 0.05)
    finish.set()

    assert result(running, float("inf")) is True


def test_a_finished_call_has_its_result_after_the_deadline() -> None:
    running = start(lambda: 7)
    result(running, time.monotonic() + 5)

    assert result(running, time.monotonic() - 1) == 7


def test_calls_do_not_keep_the_process_alive() -> None:
    finish = threading.Event()
    running = start(lambda: finish.wait() and threading.current_thread().daemon)
    finish.set()

    assert result(running, time.monotonic() + 5) is True
