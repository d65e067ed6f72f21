"""Compares the calculator's predictions with what real vLLM servers logged: `make accuracy`.

python -m benchmarks.accuracy [--runs FILE] [--hub DIR] [--json FILE] [--svg FILE] [--predictions FILE]
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.accuracy.evidence import write_evidence
from benchmarks.accuracy.golden import table
from benchmarks.accuracy.plot import scatter
from benchmarks.accuracy.prediction import Prediction, predict
from benchmarks.accuracy.report import run_text, summary_text
from benchmarks.accuracy.runs import RUNS, metadata_in, read_runs
from benchmarks.accuracy.summary import summarize


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each run and a table of the errors; write them as JSON and SVG on request."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=main.__doc__)
    parser.add_argument("--runs", type=Path, default=RUNS, help="the logged runs, one JSON object per line")
    parser.add_argument("--hub", type=Path, help="a folder of <org>/<name>/config.json and api.json")
    parser.add_argument("--json", type=Path, help="file for the runs and the errors as JSON")
    parser.add_argument("--svg", type=Path, help="file for a plot of predicted against logged tokens")
    parser.add_argument("--evidence", type=Path, help="a document whose tables of the evidence are rewritten")
    parser.add_argument("--predictions", type=Path, help="file for a table of the predictions")
    options = parser.parse_args(arguments)
    metadata = metadata_in(options.hub)
    predictions = [predict(run, metadata) for run in read_runs(options.runs)]
    for prediction in predictions:
        print(run_text(prediction))
    summary = summarize(predictions)
    print(summary_text(summary))
    if options.json is not None:
        document = {"rows": [_as_json(each) for each in predictions], "summary": summary}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.svg is not None:
        options.svg.write_text(scatter(predictions), encoding="utf-8")
    if options.predictions is not None:
        options.predictions.write_text(table(predictions), encoding="utf-8")
    if options.evidence is not None:
        write_evidence(options.evidence, predictions)
    return 0


def _as_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "id": prediction.run.id,
        "model": prediction.run.model,
        "predicted": asdict(prediction.predicted),
        "logged": asdict(prediction.logged),
        "recommended_max_model_len": prediction.recommended_max_model_len,
    }


if __name__ == "__main__":
    raise SystemExit(main())
