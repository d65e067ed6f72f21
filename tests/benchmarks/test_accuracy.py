"""The comparison with real servers: what it reads and writes, and how close the predictions are."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.evidence import BEGIN, END, evidence
from benchmarks.accuracy.golden import PREDICTIONS, table
from benchmarks.accuracy.prediction import Prediction, predict
from benchmarks.accuracy.runs import metadata_in, read_runs
from benchmarks.accuracy.summary import summarize

_METADATA = metadata_in(None)


@pytest.fixture(scope="module")
def predictions() -> list[Prediction]:
    return [predict(run, _METADATA) for run in read_runs()]


def test_every_clean_run_has_a_model_of_the_snapshot() -> None:
    assert all(run.hub_id and _METADATA(run.hub_id) for run in read_runs() if run.clean)


def test_every_run_names_its_source() -> None:
    assert all(run.source for run in read_runs())


def test_predictions_since_0_17_are_close(predictions: list[Prediction]) -> None:
    """One vote per model, GPU and degree; median and 90th percentile of the absolute errors."""
    errors = summarize(predictions)["since 0.17"]

    assert errors["weights"]["median"] <= 0.001
    assert errors["weights"]["p90"] <= 0.015
    assert errors["kv_cache_gib"]["median"] <= 0.05
    assert errors["kv_cache_gib"]["p90"] <= 0.35
    assert errors["kv_tokens"]["median"] <= 0.003
    assert errors["kv_tokens"]["p90"] <= 0.04
    assert errors["over_5_percent_too_many_tokens"] <= 0.02 * errors["runs_with_tokens"]
    assert errors["outcome_predicted"] >= 0.98 * errors["runs_with_outcome"]


def test_the_predictions_are_those_in_the_table(predictions: list[Prediction]) -> None:
    """`make accuracy` rewrites the table; the difference shows which runs a change moves."""
    assert table(predictions) == PREDICTIONS.read_text(encoding="utf-8")


def test_the_evidence_in_the_documentation_is_that_of_the_runs(predictions: list[Prediction]) -> None:
    document = Path("docs/memory-model.md").read_text(encoding="utf-8")

    assert BEGIN + evidence(predictions) + END in document


def test_the_recommended_context_never_exceeds_what_a_server_held(predictions: list[Prediction]) -> None:
    """With default flags: the recommended context is at most the tokens that the server's cache had."""
    held = [
        (each.run.id, each.recommended_max_model_len, each.run.kv_tokens)
        for each in predictions
        if each.run.clean
        and each.attention == "full"
        and (each.run.version or (0, 0)) >= (0, 17)
        and each.recommended_max_model_len is not None
        and each.run.kv_tokens is not None
        and (each.run.gpu_memory_utilization or 0.9) >= 0.9
    ]

    assert held
    assert not [row for row in held if row[1] > row[2]]


def test_runs_and_documents_can_come_from_files(tmp_path: Path) -> None:
    # GIVEN one run, and a folder with the documents of its model
    documents = _METADATA("Qwen/Qwen3-8B")
    assert documents is not None
    folder = tmp_path / "hub" / "Qwen" / "Qwen3-8B"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(documents.config))
    (folder / "api.json").write_text(json.dumps(documents.information))
    facts: dict[str, Any] = {
        "id": "one",
        "model": "Qwen/Qwen3-8B",
        "hub_id": "Qwen/Qwen3-8B",
        "gpu": "H100-80GB",
        "tp": 1,
        "vllm_version": "0.19.0",
        "gpu_memory_utilization": 0.95,
        "max_model_len": 8192,
        "kv_tokens": 418_688,
        "outcome": "served",
        "clean": True,
        "notes": None,
    }
    (tmp_path / "runs.jsonl").write_text(json.dumps(facts) + "\n")

    # WHEN it is compared
    arguments = [
        "--runs",
        tmp_path / "runs.jsonl",
        "--hub",
        tmp_path / "hub",
        "--json",
        tmp_path / "out.json",
    ]
    status = main([str(each) for each in arguments])
    written = json.loads((tmp_path / "out.json").read_text())

    # THEN the row has the prediction and the log
    assert status == 0
    assert set(written) == {"rows", "summary"}
    (row,) = written["rows"]
    assert set(row) == {"id", "model", "predicted", "logged", "recommended_max_model_len"}
    assert row["logged"]["kv_tokens"] == 418_688
    assert row["predicted"]["kv_tokens"] == pytest.approx(418_688, rel=0.005)
    assert row["predicted"]["outcome"] == "served"


def test_a_refused_model_and_an_unknown_one_have_no_prediction(
    predictions: list[Prediction],
) -> None:
    without = [each for each in predictions if each.predicted.outcome is None]

    assert {"refused", "unknown"} == {each.attention for each in without}
    assert all(each.predicted.kv_tokens is None for each in without)
