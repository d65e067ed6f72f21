"""`make recommend` and `make start` as programs, in an environment that would lead them astray."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.started import ROOT, environment, started

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TARGET = f"/api/v1/recommend?model={MISTRAL}&instance_type="


def recommend(**overrides: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.recommend"]
    return subprocess.run(  # noqa: S603 - this repository's own module
        command, cwd=ROOT, env=environment(**overrides), capture_output=True, text=True, check=False
    )


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def children(process: "subprocess.Popen[str]") -> dict[str, int]:
    """The embedded parts by module, from /proc."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if re.search(rf"^PPid:\s{process.pid}$", status.read_text(), flags=re.MULTILINE):
                command = (status.parent / "cmdline").read_text().split("\0")
                found[command[command.index("-m") + 1]] = int(status.parent.name)
    return found


def test_recommend_prints_the_answer_and_nothing_else() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.12xlarge")

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["tensor_parallel_degree"] == 4


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"MODEL": "nobody/nothing", "INSTANCE": "g5.xlarge"}, "model_not_found"),
        ({"MODEL": MISTRAL}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_recommend_prints_an_error_and_fails(overrides: dict[str, str], code: str) -> None:
    run = recommend(**overrides)

    assert (run.returncode, json.loads(run.stdout)["code"]) == (1, code)


def test_recommend_passes_a_token_on_and_shows_it_nowhere() -> None:
    overrides = {"MODEL": "meta-llama/Llama-3.1-8B-Instruct", "INSTANCE": "g5.xlarge"}
    without, with_token = recommend(**overrides), recommend(**overrides, TOKEN="hf_secretsecret")

    assert json.loads(without.stdout)["code"] == "model_gated"
    assert with_token.returncode == 0
    assert "hf_secretsecret" not in with_token.stdout + with_token.stderr


def test_a_live_hub_that_is_not_there_is_a_502() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="live", HF_ENDPOINT="http://127.0.0.1:9")

    assert (run.returncode, json.loads(run.stdout)["code"]) == (1, "hub_unreachable")


def test_without_a_choice_the_snapshot_stands_in_for_a_hub_that_does_not_answer() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="", HF_ENDPOINT="http://127.0.0.1:9")

    assert run.returncode == 0
    assert "snapshot, because http://127.0.0.1:9 does not answer" in run.stderr


@pytest.mark.parametrize("endpoint", ["foo", "http://[", "ftp://x", "http://user:secret@127.0.0.1:9"])
def test_an_impossible_endpoint_is_one_sentence_without_its_secrets(endpoint: str) -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="live", HF_ENDPOINT=endpoint)

    assert (run.returncode, run.stdout) == (1, "")
    assert "HF_ENDPOINT" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr


def test_commands_that_start_together_do_not_fight_over_ports() -> None:
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda _: recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge"), range(3)))

    assert [run.returncode for run in runs] == [0, 0, 0]


def test_powertools_own_switches_do_not_print_the_token() -> None:
    switches = {
        "POWERTOOLS_DEV": "true",
        "POWERTOOLS_LOGGER_LOG_EVENT": "true",
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
    }
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", TOKEN="hf_secretsecret", **switches)

    assert json.loads(run.stdout)["tensor_parallel_degree"] == 1
    assert "hf_secretsecret" not in run.stdout + run.stderr


def test_an_unknown_choice_of_hub_is_named() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="mirror")

    assert (run.returncode, run.stdout) == (1, "")
    assert "HUB is 'mirror'; it must be live, snapshot or unset" in run.stderr


def test_start_serves_until_it_is_interrupted_and_leaves_nothing_behind() -> None:
    with started() as (process, url):
        assert get(url + TARGET + "g5.xlarge")[0] == 200
        parts = children(process)

    assert set(parts) == {"local.embedded.hub", "local.embedded.table"}
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in parts.values())


def test_start_lists_what_the_page_offers_to_choose_from() -> None:
    with started() as (_, url):
        instance_types = get(url + "/local/instance-types")
        models = get(url + "/local/models?search=mistral-7b-instruct-v0.3")

    assert instance_types[0] == 200
    assert "g5.xlarge" in {row["name"] for row in instance_types[1]}
    assert models[0] == 200
    assert MISTRAL in models[1]


def test_parts_that_stop_are_said_to_be_down() -> None:
    with started() as (process, url):
        parts = children(process)
        os.kill(parts["local.embedded.hub"], signal.SIGKILL)
        os.kill(parts["local.embedded.table"], signal.SIGKILL)
        without_table = get(url + TARGET + "g5.xlarge")

    assert (without_table[0], without_table[1]["code"]) == (503, "catalog_unavailable")


def test_a_hub_that_stops_is_said_to_be_down() -> None:
    with started() as (process, url):
        os.kill(children(process)["local.embedded.hub"], signal.SIGKILL)
        without_hub = get(url + TARGET + "g5.xlarge")

    assert (without_hub[0], without_hub[1]["code"]) == (502, "hub_unreachable")


def test_parts_end_with_a_parent_that_is_killed() -> None:
    with started() as (process, _):
        parts = children(process)
        process.kill()
        process.wait()
        for _ in range(100):
            alive = [pid for pid in parts.values() if _is_running(pid)]
            if not alive:
                break
            time.sleep(0.05)

    assert not alive


def _is_running(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


@pytest.mark.parametrize("port", ["many", "70000", "-1"])
def test_start_refuses_a_port_that_is_none(port: str) -> None:
    command = [sys.executable, "-m", "local.server.start"]
    run = subprocess.run(  # noqa: S603 - this repository's own module
        command, cwd=ROOT, env=environment(PORT=port), capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stdout) == (1, "")
    assert f"PORT is '{port}'" in run.stderr
