"""The embedded Hub's server and program."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from local.embedded.hub import EmbeddedHub, SeenRequest
from local.embedded.snapshot import load_snapshot

ROOT = Path(__file__).parents[3]
PUBLIC_API = "/api/models/Qwen/Qwen3-8B"
GATED_FILE = "/meta-llama/Llama-3.1-8B-Instruct/resolve/main/config.json"
SNAPSHOT = load_snapshot()


def test_requests_are_recorded_in_order_without_their_tokens() -> None:
    with EmbeddedHub(SNAPSHOT) as hub, urllib3.PoolManager(retries=False) as pool:
        pool.request("GET", f"{hub.url}{PUBLIC_API}?expand=gated")
        pool.request("GET", f"{hub.url}{GATED_FILE}", headers={"Authorization": "Bearer hf_member"})

        assert hub.requests[:2] == [
            SeenRequest(path=PUBLIC_API, query="expand=gated"),
            SeenRequest(path=GATED_FILE, query=""),
        ]
    assert "hf_member" not in repr(hub.requests)


def test_a_file_is_reached_through_redirects_with_the_callers_token() -> None:
    with EmbeddedHub(SNAPSHOT) as hub:
        headers = {"Authorization": "Bearer hf_member"}
        response = urllib3.request("GET", f"{hub.url}{GATED_FILE}", headers=headers)

    assert (response.status, response.json()["num_hidden_layers"]) == (200, 32)


def test_one_connection_serves_many_requests() -> None:
    with EmbeddedHub(SNAPSHOT) as hub, urllib3.PoolManager(retries=False) as pool:
        for target in (PUBLIC_API, "/api/models/nobody/nothing", GATED_FILE, "/nowhere"):
            pool.request("GET", hub.url + target, redirect=False)

        assert pool.connection_from_url(hub.url).num_connections == 1


def test_a_stopped_hub_closes_connections_and_frees_its_port() -> None:
    with urllib3.PoolManager(retries=False) as pool:
        with EmbeddedHub(SNAPSHOT) as hub:
            assert pool.request("GET", hub.url + PUBLIC_API).status == 200

        with pytest.raises(urllib3.exceptions.HTTPError):
            pool.request("GET", hub.url + PUBLIC_API)
        with EmbeddedHub(SNAPSHOT, port=int(hub.url.rpartition(":")[2])) as again:
            assert pool.request("GET", again.url + PUBLIC_API).status == 200


def program(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program with literal arguments
        [sys.executable, "-m", "local.embedded.hub", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "src"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_program_prints_its_url_and_ends_with_its_standard_input() -> None:
    with program() as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        status = urllib3.request("GET", url + PUBLIC_API).status

        output, errors = running.communicate(timeout=60)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert (status, output, errors, running.returncode) == (200, "", "", 0)


def test_the_program_reports_a_port_in_use_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with program("--port", str(port)) as running:
            output, errors = running.communicate(timeout=60)

    assert (running.returncode, output) == (1, "")
    assert re.fullmatch(rf"The embedded Hub cannot listen on 127\.0\.0\.1:{port}: .+\n", errors)
