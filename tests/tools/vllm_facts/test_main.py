"""The command that adds releases to the facts."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.vllm_facts import __main__ as command
from tools.vllm_facts.document import compress, read, render
from tools.vllm_facts.sources import ExtractionError

_ON_PYPI = ("0.32.0", "0.33.0", "0.34.0")


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of facts up to 0.33.0, and three releases on PyPI."""
    path = tmp_path / "facts.json"
    path.write_text(render(compress({"0.33.0": {"models": {"Llama": "llama", "Old": "old"}}})))
    monkeypatch.setattr(command, "FACTS", path)
    monkeypatch.setattr(command, "published", lambda: dict.fromkeys(_ON_PYPI))
    monkeypatch.setattr(command, "sources", lambda distribution: distribution)
    monkeypatch.setattr(command, "extract", lambda _: {"models": {"Llama": "llama"}})
    monkeypatch.delenv("VERSION", raising=False)
    return path


def _models(file: Path) -> Any:
    return json.loads(file.read_text())["models"]


def test_a_release_is_added_to_the_others(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERSION", "0.34.0")

    assert command.main([]) == 0
    assert _models(file) == {"Llama": {"0.33.0..": "llama"}, "Old": {"0.33.0..0.33.0": "old"}}


def test_without_a_release_all_are_read_again(file: Path) -> None:
    assert command.main([]) == 0
    assert _models(file) == {"Llama": {"0.32.0..": "llama"}}


def test_a_release_that_pypi_lacks_is_an_error(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_text()

    assert command.main(["0.35.0"]) == 1
    assert "PyPI has no vLLM 0.35.0; the newest is 0.34.0" in capsys.readouterr().err
    assert before == file.read_text()


def test_nothing_is_written_where_a_fact_is_missing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_text()

    def fail(_: object) -> None:
        raise ExtractionError("vLLM 0.34.0, vllm/envs.py: expected the file to exist")

    monkeypatch.setattr(command, "extract", fail)

    assert command.main(["0.34.0"]) == 1
    assert before == file.read_text()


def test_the_file_of_facts_is_as_the_command_writes_it() -> None:
    path = Path("src/recommender/vllm/facts.json").resolve()

    assert path.read_text() == render(read(path))
