"""The services under load: the local server as a process, and the built artifact under Lambda's emulator."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.embedded.services import table_process
from local.runtime.artifact import (
    LOOPBACK,
    ROOT,
    BuiltFunction,
    InvocationError,
    function_variables,
    run_artifact,
)
from local.runtime.environment import isolated
from local.runtime.gateway import event

_STARTING_SECONDS = 60
_STOPPING_SECONDS = 10
_ANSWER_SECONDS = 60

Send = Callable[[str], str]
"""Sends a request for a path and query; returns the outcome: `200`, `404 model_not_found`, `no answer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A running service."""

    name: str
    process_id: int
    """The process that answers."""
    connect: Callable[[], AbstractContextManager[Send]]
    """Opens a connection for one caller."""


class LoadError(Exception):
    """A service did not start; the message says why."""


@contextmanager
def local_server(hub_url: str) -> Iterator[Target]:
    """`make start` on a free port, with the Hub at `hub_url`."""
    variables = {"HUB": "live", "HF_ENDPOINT": hub_url, "PORT": "0", "PYTHONPATH": f"{ROOT / 'src'}"}
    command = [sys.executable, "-m", "local.start"]
    with tempfile.NamedTemporaryFile("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command, cwd=ROOT, env={**isolated(os.environ), **variables}, stderr=log, start_new_session=True
        )
        try:
            port = _port(process, Path(log.name))
            yield Target(name="server", process_id=process.pid, connect=lambda: _http_caller(port))
        finally:
            process.terminate()
            process.wait(_STOPPING_SECONDS)


@contextmanager
def artifact(function: BuiltFunction, hub_url: str) -> Iterator[Target]:
    """The artifact under the emulator; callers queue, because the emulator fails on concurrent events."""
    with table_process() as table_url:
        endpoints = {"HF_ENDPOINT": hub_url, "AWS_ENDPOINT_URL_DYNAMODB": table_url}
        with run_artifact(function, function_variables() | endpoints) as invoke:
            invoke(event("GET", "/"))  # the emulator starts the function at the first event
            with ThreadPoolExecutor(max_workers=1) as queue:

                def send(target: str) -> str:
                    return queue.submit(_invoked, invoke, target).result()

                yield Target(
                    name="artifact", process_id=_runtime(function), connect=lambda: nullcontext(send)
                )


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port that the server prints once it serves."""
    deadline = time.monotonic() + _STARTING_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if found := re.search(rf"serving http://{LOOPBACK}:(\d+)/", log.read_text()):
            return int(found[1])
        time.sleep(0.05)
    raise LoadError(f"The local server did not start: {log.read_text()[-500:]}")


@contextmanager
def _http_caller(port: int) -> Iterator[Send]:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_ANSWER_SECONDS)) as connection:

        def send(target: str) -> str:
            try:
                connection.request("GET", target)
                response = connection.getresponse()
                return _outcome(response.status, response.read())
            except (OSError, http.client.HTTPException):
                connection.close()
                return "no answer"

        yield send


def _invoked(invoke: Callable[[Mapping[str, Any]], Any], target: str) -> str:
    try:
        answer = invoke(event("GET", target))
    except InvocationError:
        return "no answer"
    return _outcome(answer.get("statusCode", 0), (answer.get("body") or "").encode())


def _outcome(status: int, body: bytes) -> str:
    document = json.loads(body or b"{}")
    return f"{status} {document['code']}" if "code" in document else str(status)


def _runtime(function: BuiltFunction) -> int:
    """The process that runs the function's code, a child of the emulator."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or belongs to another user
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if (folder / "cwd").readlink() == function.artifact and command[1:3] == [b"-m", b"awslambdaric"]:
                return int(folder.name)
    raise LoadError("The function's process was not found.")
