"""The command line and environment in which the built function runs."""

from pathlib import Path

import pytest

from local.runtime.artifact import BuiltFunction, free_ports, lambda_variables

FUNCTION = BuiltFunction(artifact=Path("/built"), python=Path("/runtime/bin/python"), emulator=Path("/rie"))


def test_the_function_sees_only_its_own_variables_and_lambdas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    environment = FUNCTION.environment({"INSTANCE_TABLE": "t"}, home=Path("/home"))
    machine = {"PATH", "HOME", "LAMBDA_TASK_ROOT", "AWS_EC2_METADATA_DISABLED", "NO_PROXY"}

    assert set(environment) == {*lambda_variables(), *machine, "INSTANCE_TABLE"}


def test_the_functions_own_variables_take_precedence() -> None:
    assert FUNCTION.environment({"TZ": "UTC+1"}, home=Path("/home"))["TZ"] == "UTC+1"


def test_the_emulator_listens_on_the_loopback_and_runs_the_runtimes_python() -> None:
    command = FUNCTION.command(invoke_port=1, runtime_port=2)

    assert [part for part in command if ":" in part] == ["127.0.0.1:1", "127.0.0.1:2"]
    assert command[-4:] == ["/runtime/bin/python", "-m", "awslambdaric", "handler.app.handle"]


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(8))) == 8
