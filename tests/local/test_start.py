"""`make start` as a program, in an environment that would mislead it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.started import ROOT, environment, started

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TARGET = f"/api/v1/recommend?model={MISTRAL}&instance_type=g5.xlarge"


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def services(process: "subprocess.Popen[str]") -> dict[str, int]:
    """The process ids of its embedded services by module, from /proc."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if re.search(rf"^PPid:\s{process.pid}$", status.read_text(), flags=re.MULTILINE):
                command = (status.parent / "cmdline").read_text().split("\0")
                found[command[command.index("-m") + 1]] = int(status.parent.name)
    return found


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_it_serves_until_it_is_interrupted_and_stops_its_services() -> None:
    with started() as (process, url):
        assert get(url + TARGET)[0] == 200
        running = services(process)

    assert set(running) == {"local.embedded.hub", "local.embedded.table"}
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in running.values())


def test_services_end_with_a_parent_that_is_killed() -> None:
    with started() as (process, _):
        running = services(process)
        process.kill()
        process.wait()
        for _ in range(100):
            alive = [pid for pid in running.values() if is_running(pid)]
            if not alive:
                break
            time.sleep(0.05)

    assert not alive


def test_it_serves_the_lists_of_the_page() -> None:
    with started() as (_, url):
        instance_types = get(url + "/local/instance-types")
        models = get(url + "/local/models?search=mistral-7b-instruct-v0.3")

    assert instance_types[0] == 200
    assert "g5.xlarge" in {row["name"] for row in instance_types[1]}
    assert models[0] == 200
    assert MISTRAL in models[1]


@pytest.mark.parametrize(
    ("stopped", "status", "code"),
    [
        ("local.embedded.table", 503, "catalog_unavailable"),
        ("local.embedded.hub", 502, "hub_unreachable"),
    ],
)
def test_a_service_that_stops_is_an_error_of_the_api(stopped: str, status: int, code: str) -> None:
    with started() as (process, url):
        os.kill(services(process)[stopped], signal.SIGKILL)
        response = get(url + TARGET)

    assert (response[0], response[1]["code"]) == (status, code)


@pytest.mark.parametrize("port", ["many", "70000", "-1"])
def test_an_invalid_port_is_refused(port: str) -> None:
    command = [sys.executable, "-m", "local.start"]
    run = subprocess.run(  # noqa: S603 - this repository's own module
        command, cwd=ROOT, env=environment(PORT=port), capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stdout) == (1, "")
    assert f"PORT is '{port}'" in run.stderr
