"""`make recommend` as a program, in an environment that would mislead it."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.started import ROOT, environment

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def recommend(**options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.recommend"]
    return subprocess.run(  # noqa: S603 - this repository's own module
        command, cwd=ROOT, env=environment(**options), capture_output=True, text=True, check=False
    )


def test_the_response_is_all_that_it_prints_on_standard_output() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.12xlarge")

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["tensor_parallel_degree"] == 4


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MODEL": "nobody/nothing", "INSTANCE": "g5.xlarge"}, "model_not_found"),
        ({"MODEL": MISTRAL}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_an_error_is_printed_and_fails(options: dict[str, str], code: str) -> None:
    run = recommend(**options)

    assert (run.returncode, json.loads(run.stdout)["code"]) == (1, code)


def test_a_token_is_passed_on_and_not_printed() -> None:
    options = {"MODEL": "meta-llama/Llama-3.1-8B-Instruct", "INSTANCE": "g5.xlarge"}
    without, with_token = recommend(**options), recommend(**options, HF_TOKEN="hf_secretsecret")

    assert json.loads(without.stdout)["code"] == "model_gated"
    assert with_token.returncode == 0
    assert "hf_secretsecret" not in with_token.stdout + with_token.stderr


def test_powertools_debug_switches_do_not_print_the_token() -> None:
    switches = {
        "POWERTOOLS_DEV": "true",
        "POWERTOOLS_LOGGER_LOG_EVENT": "true",
        "POWERTOOLS_LOG_LEVEL": "DEBUG",
    }
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HF_TOKEN="hf_secretsecret", **switches)

    assert json.loads(run.stdout)["tensor_parallel_degree"] == 1
    assert "hf_secretsecret" not in run.stdout + run.stderr


def test_a_live_hub_that_cannot_be_reached_is_a_502() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="live", HF_ENDPOINT="http://127.0.0.1:9")

    assert (run.returncode, json.loads(run.stdout)["code"]) == (1, "hub_unreachable")


def test_without_a_choice_the_snapshot_replaces_a_hub_that_does_not_answer() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="", HF_ENDPOINT="http://127.0.0.1:9")

    assert run.returncode == 0
    assert re.search(r"snapshot at http://\S+, because http://127\.0\.0\.1:9 does not answer", run.stderr)


@pytest.mark.parametrize("endpoint", ["foo", "http://[", "ftp://x", "http://user:secret@127.0.0.1:9"])
def test_a_malformed_endpoint_is_one_sentence_without_its_password(endpoint: str) -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="live", HF_ENDPOINT=endpoint)

    assert (run.returncode, run.stdout) == (1, "")
    assert "HF_ENDPOINT" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr


def test_an_unknown_choice_of_hub_is_an_error() -> None:
    run = recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge", HUB="mirror")

    assert (run.returncode, run.stdout) == (1, "")
    assert "HUB is 'mirror'; it must be live, snapshot or unset" in run.stderr


def test_commands_that_start_together_use_different_ports() -> None:
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda _: recommend(MODEL=MISTRAL, INSTANCE="g5.xlarge"), range(3)))

    assert [run.returncode for run in runs] == [0, 0, 0]
