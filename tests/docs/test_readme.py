"""The README shows real answers, real figures and existing commands.

UPDATE_GOLDEN=1 pytest tests/docs/test_readme.py     rewrites the two answers; read the difference
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from support.instances import PRICED
from support.metadata import real

from benchmarks.accuracy.prediction import predict
from benchmarks.accuracy.runs import metadata_in, read_runs
from benchmarks.accuracy.summary import summarize
from handler.response import as_json
from local.embedded.snapshot import load_snapshot
from local.report import report_text
from recommender.recommend import recommend

_ROOT = Path(__file__).parents[2]
_PATH = _ROOT / "README.md"
_README = _PATH.read_text()
_COMMAND = r"make (?:-s )?recommend MODEL=(\S+) INSTANCE=(\S+)"
_JSON = re.compile(rf"{_COMMAND}\n```\n\n```json\n(?P<shown>.*?)\n```", re.DOTALL)
_REPORT = re.compile(rf"{_COMMAND} FORMAT=text\n(?P<shown>.*?)\n```", re.DOTALL)


def test_the_answer_in_the_readme_is_the_real_one() -> None:
    shown, answer, _ = _example(_JSON)

    _compare_or_rewrite(shown, _as_shown(answer), same=json.loads(shown) == answer)


def test_the_report_in_the_readme_is_the_real_one() -> None:
    shown, answer, asked = _example(_REPORT)
    report = report_text(answer, *asked).rstrip("\n")

    _compare_or_rewrite(shown, report, same=shown == report)


def _example(pattern: re.Pattern[str]) -> tuple[str, dict[str, Any], tuple[str, str]]:
    """What the README shows, the answer that the service gives, and the model and instance in question."""
    found = pattern.search(_README)
    assert found is not None
    model_id, instance_type = found[1], found[2]
    answer = as_json(recommend(real(model_id), PRICED[instance_type], tuple(PRICED.values())))
    return found["shown"], answer, (model_id, instance_type)


def _compare_or_rewrite(shown: str, expected: str, *, same: bool) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        _PATH.write_text(_PATH.read_text().replace(shown, expected))
    else:
        assert same, f"The README should show:\n{expected}"


def _as_shown(answer: dict[str, Any]) -> str:
    """Indented JSON with each list on one line."""
    text = json.dumps(answer, indent=2)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: json.dumps(json.loads(found[0])), text)


def test_every_command_is_a_target_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (_ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    commands = set(re.findall(r"(?:`|\$ )make (?:-s )?([a-z][a-z-]+)", _README))

    assert commands >= {"help", "recommend", "setup", "start", "check", "test"}
    assert commands <= targets


def test_every_picture_is_shown_and_small_enough_to_load() -> None:
    shown = set(re.findall(r'src="(docs/screenshots/[^"]+)"', _README))
    files = {path.relative_to(_ROOT).as_posix(): path for path in (_ROOT / "docs/screenshots").iterdir()}

    assert shown == files.keys()
    assert all(path.stat().st_size < 150_000 for path in files.values())


def test_the_embedded_hub_has_the_stated_number_of_models() -> None:
    assert f"{len(load_snapshot().repos)} real models" in " ".join(_README.split())


@pytest.fixture(scope="module")
def errors() -> dict[str, Any]:
    metadata = metadata_in(None)
    return summarize([predict(run, metadata) for run in read_runs()])["since 0.17"]


@pytest.mark.parametrize(
    ("row", "figure", "unit"),
    [
        ("weights", "weights", "%"),
        ("KV cache", "kv_cache_gib", "GiB"),
        ("KV-cache tokens", "kv_tokens", "%"),
        ("KV-cache tokens by parameters", "kv_tokens_of_the_plain_formula", "%"),
    ],
)
def test_the_accuracy_in_the_readme_is_the_measured_one(
    errors: dict[str, Any], row: str, figure: str, unit: str
) -> None:
    cells = re.search(rf"^\| {row}(?: [^|]*)? \| ([^|]+) \| ([^|]+) \|$", _README, re.MULTILINE)
    measured = errors[figure]

    assert cells is not None
    if unit == "%":
        assert cells.groups() == (
            f"{measured['median']:.2%}"[:-1] + " %",
            f"{measured['p90']:.1%}"[:-1] + " %",
        )
    else:
        assert cells.groups() == (f"{measured['median']:.2f} GiB", f"{measured['p90']:.2f} GiB")


def test_the_numbers_of_compared_runs_are_right(errors: dict[str, Any]) -> None:
    text = " ".join(_README.split())

    assert f"{sum(1 for _ in read_runs())} real vLLM servers" in text
    assert f"{errors['runs']} clean runs of vLLM 0.17 and later" in text
