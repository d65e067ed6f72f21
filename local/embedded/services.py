"""The embedded Hub and table as child processes that end with their parent."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from local.runtime.artifact import function_variables
from local.runtime.environment import isolated

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"

_START_SECONDS = 60
_PROBE_SECONDS = 5
_STOP_SECONDS = 5


class ServiceFailedError(Exception):
    """An embedded service did not start; it has printed the reason on standard error."""


def hub_process(port: int = 0) -> AbstractContextManager[str]:
    """Run the embedded Hub on `port`, or on a free port if that is in use; yields its URL."""
    return service_process("local.embedded.hub", port)


def table_process(port: int = 0) -> AbstractContextManager[str]:
    """Run the embedded table, filled, in the same way."""
    return service_process("local.embedded.table", port)


@contextmanager
def service_process(module: str, port: int = 0) -> Iterator[str]:
    """Run a module that prints its URL and serves until its standard input, held open here, ends."""
    process, url = _started(module, port)
    try:
        yield url
    finally:
        _end(process)


@contextmanager
def services_at(hub_url: str, table_url: str) -> Iterator[None]:
    """The embedded Hub and table at these URLs, started unless they already run there.

    Raises `ServiceFailedError` if another program listens at one of them.
    """
    with ExitStack() as stack:
        for url, service, is_service in (
            (hub_url, hub_process, _is_hub),
            (table_url, table_process, _is_table),
        ):
            if not is_listening(url):
                stack.enter_context(service(_port(url)))
            elif is_service(url):
                print(f"Using the service that already runs at {url}.", file=sys.stderr)
            else:
                raise ServiceFailedError(
                    f"Another program listens at {url}. Stop it, or change the address in events/env.json."
                )
        yield


def is_listening(url: str) -> bool:
    """Whether a server accepts connections at the URL."""
    try:
        socket.create_connection((LOOPBACK, _port(url)), timeout=1).close()
    except OSError:
        return False
    return True


def _is_hub(url: str) -> bool:
    """Whether the server at the URL is an embedded Hub."""
    try:
        response = urllib3.request("GET", url, timeout=_PROBE_SECONDS, retries=False)
    except HTTPError:
        return False
    return response.headers.get("Server", "").startswith("EmbeddedHub")


def _is_table(url: str) -> bool:
    """Whether the server at the URL is a DynamoDB with the function's table."""
    name = function_variables()["INSTANCE_TABLE"]
    timeouts = Config(connect_timeout=_PROBE_SECONDS, read_timeout=_PROBE_SECONDS)
    session = boto3.Session("local", "local", region_name="us-east-1")
    client = session.client("dynamodb", endpoint_url=url, config=timeouts)
    try:
        response = client.describe_table(TableName=name)
    except (BotoCoreError, ClientError):
        return False
    return response.get("Table", {}).get("TableName") == name  # botocore reads HTML as an empty response


def free_port(wanted: int) -> int:
    """`wanted` if it is free, else 0, which lets the system choose."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError:
            return 0
    return wanted


def _port(url: str) -> int:
    parts = urlsplit(url)
    if parts.hostname != LOOPBACK or parts.port is None:
        raise ServiceFailedError(
            f"{url} is not an address for an embedded service; they listen on {LOOPBACK} only."
        )
    return parts.port


def _started(module: str, port: int) -> tuple[subprocess.Popen[str], str]:
    """The process and its URL; on a free port if another process took the wanted one in the meantime."""
    wanted = free_port(port)
    process = _start(module, wanted)
    try:
        return process, _first_line(process, module)
    except ServiceFailedError:
        _end(process)
        if not wanted:
            raise
    return _started(module, 0)


def _start(module: str, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, "--port", str(port)],
        cwd=ROOT,
        env={**isolated(os.environ), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches only the parent, which then stops its services in order
    )


def _first_line(process: subprocess.Popen[str], module: str) -> str:
    assert process.stdout is not None  # noqa: S101 - piped above
    timeout = Timer(_START_SECONDS, process.kill)
    timeout.start()
    try:
        line = process.stdout.readline().strip()
    finally:
        timeout.cancel()
    if not line:
        raise ServiceFailedError(f"{module} did not start; see its message above.")
    return line


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.communicate(timeout=_STOP_SECONDS)  # closes its standard input, at which it ends
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
