"""Stand-ins for the Pythons of a machine."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MakePython = Callable[..., Path]


@pytest.fixture
def make_python(tmp_path: Path) -> MakePython:
    """Creates a program named python3.13, alone in its folder, that prints a version."""

    def make(folder: str, *, version: str, status: int = 0) -> Path:
        program = tmp_path / folder / "python3.13"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho {version}\nexit {status}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    return make


@pytest.fixture
def only_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Python except those on PATH."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("local.runtime.python313.HOMEBREW", ())
