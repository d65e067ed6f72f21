"""SnapStart's runtime hooks. tests/runtime/test_snapshot.py runs them on the built function."""

import random
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from handler import snapstart

if TYPE_CHECKING:
    from collections.abc import Callable


def test_outside_of_lambda_no_hook_is_registered() -> None:
    def renew() -> None:
        raise AssertionError

    snapstart.register_hooks(renew)


def test_clients_are_renewed_and_random_numbers_seeded_after_a_restore(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before: list[Callable[..., Any]] = []
    after: list[Callable[..., Any]] = []
    package = SimpleNamespace(register_before_snapshot=before.append, register_after_restore=after.append)
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", package)  # type: ignore[arg-type]

    def renew() -> None:
        pass

    snapstart.register_hooks(renew)

    assert before == [snapstart.warm_up]
    assert after == [random.seed, renew]


def test_warming_up_calculates_an_answer_without_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("connected")

    calculated: list[object] = []
    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr(snapstart, "as_json", calculated.append)
    snapstart.warm_up()

    assert len(calculated) == 1
