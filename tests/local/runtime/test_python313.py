"""Finding a Python of the function's version."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from local.runtime.python313 import find_python


@pytest.mark.usefixtures("only_path")
def test_a_shim_without_a_python_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, make_python: Callable[..., Path]
) -> None:
    shim = make_python("shims", version="'command not found'", status=127)
    older = make_python("older", version="3.12")
    right = make_python("right", version="3.13")
    monkeypatch.setenv("PATH", os.pathsep.join(str(each.parent) for each in (shim, older, right)))

    assert find_python() == right


@pytest.mark.usefixtures("only_path")
def test_no_python_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_python() is None
