"""Emulators of DynamoDB: moto, which is lenient, and dynalite, which refuses what DynamoDB refuses."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.embedded.table import create_table
from support.table import TABLE

__all__ = ["TABLE", "dynalite_client", "moto_client"]

DYNALITE = Path(__file__).parents[2] / ".node/node_modules/dynalite/cli.js"


@contextmanager
def moto_client() -> Iterator[Any]:
    with mock_aws():
        yield _with_table(boto3.client("dynamodb"))


@contextmanager
def dynalite_client() -> Iterator[Any]:
    if not DYNALITE.exists():
        pytest.skip("dynalite is missing: `make setup` installs it")
    port = _free_port()
    command = ["node", str(DYNALITE), "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "1"]
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(port, process)
        yield _with_table(boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}"))
    finally:
        process.kill()
        process.wait()


def _with_table(client: Any) -> Any:
    create_table(client, TABLE)
    return client


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "dynalite did not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("dynalite does not listen")
