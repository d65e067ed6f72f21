"""Calls that run beside their caller, who waits for them until a deadline and no longer."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import TIMEOUT_MAX, Lock, Thread
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


def start(call: Callable[[], Answer]) -> "Future[Answer]":
    """Run `call` beside the caller, in a thread that does not keep the process alive."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def result(running: "Future[Answer]", deadline: float) -> Answer:
    """What `running` came to.

    Raises `TimeoutError` where that is not known at `deadline`, a value of `time.monotonic`.
    """
    return running.result(timeout=min(TIMEOUT_MAX, max(0.0, deadline - time.monotonic())))


class Flights(Generic[Key, Answer]):
    """Calls of which one at a time runs for each key; who comes meanwhile shares its outcome."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._running: dict[Key, Future[Answer]] = {}
        self._lock = Lock()

    def join(self, key: Key, call: Callable[[], Answer]) -> "tuple[Future[Answer], bool]":
        """The call that runs for `key`, `call` itself where there was none, and whether it is that."""
        with self._lock:
            running = self._running.get(key)
            if running is not None and not running.done():
                return running, False
            started = self._running[key] = start(call)
        started.add_done_callback(lambda done: self.leave(key, done))
        return started, True

    def leave(self, key: Key, running: "Future[Answer]") -> None:
        """Let nobody else join `running`. Those who did still get its outcome."""
        with self._lock:
            if self._running.get(key) is running:
                del self._running[key]
