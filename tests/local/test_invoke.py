"""`python -m local.runtime.invoke`: what the function's process sees, and when an invocation is a success."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local.runtime.artifact import (
    ROOT,
    BuiltFunction,
    PrerequisiteMissingError,
    build_environment,
    free_ports,
    function_variables,
    lambda_variables,
)
from local.runtime.invoke import succeeded
from local.runtime.python313 import REMEDY, find_python

FUNCTION = BuiltFunction(artifact=Path("/built"), python=Path("/runtime/bin/python"), emulator=Path("/rie"))


@pytest.mark.parametrize("status", [200, 204, 304, 399])
def test_an_invocation_succeeds_below_400(status: int) -> None:
    assert succeeded({"statusCode": status})


@pytest.mark.parametrize(
    "answer",
    [{"statusCode": 400}, {"statusCode": 502}, {"statusCode": "200"}, {"errorMessage": "boom"}, "200", None],
    ids=str,
)
def test_an_error_or_an_answer_without_a_status_is_a_failure(answer: object) -> None:
    assert not succeeded(answer)


def test_the_function_sees_lambdas_variables_and_its_own_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    environment = FUNCTION.environment({"INSTANCE_TABLE": "t"}, home=Path("/home"))
    machine = {"PATH", "HOME", "LAMBDA_TASK_ROOT", "AWS_EC2_METADATA_DISABLED", "NO_PROXY"}
    assert set(environment) == {*lambda_variables(), *machine, "INSTANCE_TABLE"}


def test_a_variable_of_the_functions_own_wins_over_lambdas() -> None:
    assert FUNCTION.environment({"TZ": "UTC+1"}, home=Path("/home"))["TZ"] == "UTC+1"


def test_the_emulator_listens_on_loopback_only_and_runs_the_runtimes_python() -> None:
    command = FUNCTION.command(invoke_port=1, runtime_port=2)
    assert [part for part in command if ":" in part] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert command[-4:] == ["/runtime/bin/python", "-m", "awslambdaric", "handler.app.handle"]


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(8))) == 8


def python_stub(folder: Path, *, answer: str, status: int = 0) -> Path:
    """A program called python3.13 that prints `answer`."""
    folder.mkdir()
    stub = folder / "python3.13"
    stub.write_text(f"#!/bin/sh\necho {answer}\nexit {status}\n")
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    return stub


@pytest.fixture
def nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Python but those on PATH."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("local.runtime.python313.HOMEBREW", ())


@pytest.mark.usefixtures("nowhere_else")
def test_a_shim_that_leads_nowhere_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shim = python_stub(tmp_path / "shims", answer="'command not found'", status=127)
    other = python_stub(tmp_path / "other", answer="3.12")
    real = python_stub(tmp_path / "real", answer="3.13")
    monkeypatch.setenv("PATH", os.pathsep.join(str(each.parent) for each in (shim, other, real)))
    assert find_python() == real


@pytest.mark.usefixtures("nowhere_else")
def test_a_missing_python_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_python() is None
    with pytest.raises(PrerequisiteMissingError, match=r"Python 3\.13 with pip is needed.*install it"):
        build_environment({})


@pytest.mark.usefixtures("nowhere_else")
def test_the_build_sees_the_python_first_and_nothing_of_aws_or_make(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = python_stub(tmp_path / "real", answer="3.13")
    monkeypatch.setenv("PATH", str(real.parent))
    caller = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "MAKEFLAGS": "n",
        "PYTHONPATH": "src",
        "PIP_INDEX_URL": "https://pypi.example",
    }
    assert build_environment(caller) == {
        "PATH": f"{real.parent}{os.pathsep}/bin",
        "PIP_INDEX_URL": "https://pypi.example",
        "SAM_CLI_TELEMETRY": "0",
    }


def run_invoke(event: str, *others: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - this repository's own module
        [sys.executable, "-m", "local.runtime.invoke", event, *others],
        cwd=ROOT,
        env={**os.environ, "AWS_PROFILE": "no-such-profile", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_that_is_no_event_is_named() -> None:
    run = run_invoke("events/no-such.json")
    assert (run.returncode, run.stdout) == (1, "")
    assert "events/no-such.json is not a readable event" in run.stderr


@pytest.mark.skipif(find_python() is None, reason=REMEDY)
@pytest.mark.skipif(
    not (ROOT / ".venv-sam").exists(), reason=".venv-sam is missing: `make setup` installs it"
)
@pytest.mark.skipif(
    not (ROOT / ".venv-runtime").exists(), reason=".venv-runtime is missing: `make setup` installs it"
)
def test_one_command_prints_the_functions_answer_and_nothing_else(tmp_path: Path) -> None:
    # GIVEN addresses for the embedded parts that no other test uses
    hub_port, table_port = free_ports(2)
    variables = function_variables() | {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub_port}",
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{table_port}",
    }
    file = tmp_path / "env.json"
    file.write_text(json.dumps({"RecommendFunction": variables}))

    # WHEN one event is put through the built function
    run = run_invoke("events/feasible.json", "--env-vars", str(file))

    # THEN its answer is all that stands on standard output
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["statusCode"] == 200
