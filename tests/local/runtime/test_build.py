"""Building the function: when, and in which environment."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.runtime import build
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


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The builds of a copy of the sources, each by its command; SAM itself is not run."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("first")
    (tmp_path / "template.yaml").write_text("Resources: {}")
    commands: list[str] = []

    @contextmanager
    def process_session(command: list[str], **_: Any) -> Iterator[Any]:
        commands.append(" ".join(command))
        (tmp_path / "build").mkdir(exist_ok=True)
        yield SimpleNamespace(wait=lambda: 0)

    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "process_session", process_session)
    monkeypatch.setattr(build, "build_environment", dict)
    monkeypatch.setattr(build, "_tool", Path)
    return commands


def test_the_function_is_built_only_if_its_sources_changed(builds: list[str], tmp_path: Path) -> None:
    def builds_after_another() -> int:
        build.build_function(tmp_path / "build")
        return len(builds)

    first, unchanged = builds_after_another(), builds_after_another()
    (tmp_path / "src/app.py").write_text("second")
    changed = builds_after_another()
    (tmp_path / "src/added.py").write_text("")
    added = builds_after_another()
    (tmp_path / "template.yaml").write_text("Resources: {A: {}}")
    configured = builds_after_another()

    assert [first, unchanged, changed, added, configured] == [1, 1, 2, 3, 4]
