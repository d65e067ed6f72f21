"""The environment in which SAM builds the function."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local.runtime.artifact import PrerequisiteMissingError
from local.runtime.build import build_environment


@pytest.mark.usefixtures("only_path")
def test_a_missing_python_is_an_error_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrerequisiteMissingError, match=r"Python 3\.13 with pip is needed.*install it"):
        build_environment({})


@pytest.mark.usefixtures("only_path")
def test_the_build_finds_the_python_first_and_no_variable_of_aws_or_make(
    monkeypatch: pytest.MonkeyPatch, make_python: Callable[..., Path]
) -> None:
    python = make_python("right", version="3.13")
    monkeypatch.setenv("PATH", str(python.parent))
    caller = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "MAKEFLAGS": "n",
        "PYTHONPATH": "src",
        "PIP_INDEX_URL": "https://pypi.example",
    }

    assert build_environment(caller) == {
        "PATH": f"{python.parent}{os.pathsep}/bin",
        "PIP_INDEX_URL": "https://pypi.example",
        "SAM_CLI_TELEMETRY": "0",
    }
