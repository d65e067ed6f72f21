"""Background calls with a deadline."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import TIMEOUT_MAX, Thread
from typing import TypeVar

Result = TypeVar("Result")


def start(call: Callable[[], Result]) -> "Future[Result]":
    """Run `call` in a thread that does not keep the process alive."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the result is read
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def result(running: "Future[Result]", deadline: float) -> Result:
    """The result of `running`; raises what the call raised.

    Raises `TimeoutError` where there is none at `deadline`, a value of `time.monotonic`.
    """
    return running.result(timeout=min(TIMEOUT_MAX, max(0.0, deadline - time.monotonic())))
