"""`make compare` as a program."""

import csv
import io
import json
import subprocess
import sys

import pytest
from support.started import ROOT, environment

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def compare(**options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "local.compare"]
    return subprocess.run(  # noqa: S603 - this repository's own module
        command, cwd=ROOT, env=environment(**options), capture_output=True, text=True, check=False
    )


def test_the_table_has_the_wanted_types_and_no_colors_where_it_is_not_a_terminal() -> None:
    run = compare(MODEL=MISTRAL, INSTANCES="g6e.xlarge, G5.xlarge")
    lines = run.stdout.splitlines()

    assert run.returncode == 0, run.stderr
    assert [line.split()[0] for line in lines[3:5]] == ["g5.xlarge", "g6e.xlarge"]
    assert "\x1b" not in run.stdout
    assert "us-east-1 of 2026-02-09" in lines[-1]


def test_csv_and_json_have_the_fields_of_the_api() -> None:
    options = {"MODEL": MISTRAL, "INSTANCES": "g5.xlarge", "QUERY": "concurrency=3"}
    as_csv, as_json = compare(**options, FORMAT="csv"), compare(**options, FORMAT="json")
    (line,) = csv.DictReader(io.StringIO(as_csv.stdout))
    (row,) = json.loads(as_json.stdout)["instances"]

    assert (line["instance_type"], line["concurrency"]) == ("g5.xlarge", "3")
    assert line["max_concurrent_requests"] == str(row["max_concurrent_requests"])
    assert line["usd_per_hour"] == str(row["usd_per_hour"])


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ({"MODEL": "nobody/nothing"}, "model_not_found"),
        ({}, "invalid_request"),
        ({"MODEL": MISTRAL, "INSTANCES": "g5.13xlarge,g5.xlarge"}, "Not in the table: g5.13xlarge."),
        ({"MODEL": MISTRAL, "FORMAT": "xml"}, "FORMAT is 'xml'"),
    ],
    ids=["model", "no model", "instance", "format"],
)
def test_what_cannot_be_answered_is_printed_and_fails(options: dict[str, str], output: str) -> None:
    run = compare(**options)

    assert run.returncode == 1
    assert output in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_a_token_is_passed_on_and_not_printed() -> None:
    options = {"MODEL": "meta-llama/Llama-3.1-8B-Instruct", "INSTANCES": "g5.xlarge"}
    run = compare(**options, HF_TOKEN="hf_secretsecret")

    assert run.returncode == 0
    assert "hf_secretsecret" not in run.stdout + run.stderr
