"""`make invoke` as a program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.invoke import succeeded
from local.runtime.artifact import ROOT, free_ports, function_variables
from local.runtime.python313 import REMEDY, find_python


def invoke(event: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - this repository's own module
        [sys.executable, "-m", "local.invoke", event, *options],
        cwd=ROOT,
        env={**os.environ, "AWS_PROFILE": "no-such-profile", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("status", [200, 204, 304, 399])
def test_a_status_below_400_is_a_success(status: int) -> None:
    assert succeeded({"statusCode": status})


@pytest.mark.parametrize(
    "response",
    [{"statusCode": 400}, {"statusCode": 502}, {"statusCode": "200"}, {"errorMessage": "boom"}, "200", None],
    ids=str,
)
def test_an_error_or_a_response_without_a_status_is_a_failure(response: object) -> None:
    assert not succeeded(response)


def test_a_file_that_is_not_an_event_is_one_sentence() -> None:
    run = invoke("events/no-such.json")

    assert (run.returncode, run.stdout) == (1, "")
    assert "events/no-such.json is not a readable event" in run.stderr


@pytest.mark.skipif(find_python() is None, reason=REMEDY)
@pytest.mark.skipif(
    not (ROOT / ".venv-sam").exists(), reason=".venv-sam is missing: `make setup` installs it"
)
@pytest.mark.skipif(
    not (ROOT / ".venv-runtime").exists(), reason=".venv-runtime is missing: `make setup` installs it"
)
def test_the_response_is_all_that_it_prints_on_standard_output(tmp_path: Path) -> None:
    hub_port, table_port = free_ports(2)
    variables = function_variables() | {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub_port}",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{table_port}",
    }
    file = tmp_path / "env.json"
    file.write_text(json.dumps({"RecommendFunction": variables}))
    run = invoke("events/feasible.json", "--env-vars", str(file))

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["statusCode"] == 200
