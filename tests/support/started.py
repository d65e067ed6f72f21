"""`make start` as a program, in an environment that would mislead it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from local.runtime.artifact import free_ports

ROOT = Path(__file__).parents[2]

_STOPPING_SECONDS = 20

# Credentials, endpoints and proxies that must not be used.
_MISLEADING = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "real",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


def environment(**overrides: str) -> dict[str, str]:
    return {**os.environ, **_MISLEADING, "PYTHONPATH": "src", "HUB": "snapshot", **overrides}


@contextmanager
def started(*, port: int = 0, **overrides: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running `make start` and its URL, on a free port unless one is given."""
    port = port or free_ports(1)[0]
    process = subprocess.Popen(
        [sys.executable, "-m", "local.start"],
        cwd=ROOT,
        env=environment(PORT=str(port), CATALOG_CACHE_SECONDS="300", **overrides),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _read_until(process, "serving")
        log = Thread(target=_read_on, args=(process,))
        log.start()
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=_STOPPING_SECONDS)
    log.join()


def _read_until(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(word):
            return
    raise AssertionError("it ended before it served")


def _read_on(process: "subprocess.Popen[str]") -> None:
    """Drain the pipe, which the log would fill after some hundred requests."""
    assert process.stderr is not None
    with process.stderr as log:
        for _ in log:
            pass
