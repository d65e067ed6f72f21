"""How well the calculator predicts what real vLLM servers logged: `make accuracy`.

    python -m benchmarks.accuracy.accuracy [--runs FILE] [--hub DIR] [--json FILE] [--svg FILE]

Prints a row per run and a summary. Many runs are one model with another flag or on another GPU, so summaries
give each model one vote, the median of its runs.
"""

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.accuracy.plot import scatter
from benchmarks.accuracy.prediction import Prediction, predict
from benchmarks.accuracy.runs import RUNS, metadata_in, read_runs
from recommender.vllm.version import version_text

_SINCE = (0, 17)
_TOO_MUCH = 1.05

# A server that runs out of memory later cannot be told from one that does not by its start-up.
_JUDGED = frozenset({"served", "oom_load", "kv_too_small"})

Measure = Callable[[Prediction], float | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print rows and summary, and write them as JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.accuracy", description=main.__doc__)
    parser.add_argument("--runs", type=Path, default=RUNS, help="one JSON object a line")
    parser.add_argument("--hub", type=Path, help="<org>/<name>/config.json and api.json")
    parser.add_argument("--json", type=Path, help="where to write rows and summary")
    parser.add_argument("--svg", type=Path, help="where to draw predicted against logged tokens")
    options = parser.parse_args(arguments)
    metadata = metadata_in(options.hub)
    predictions = [predict(run, metadata) for run in read_runs(options.runs)]
    for prediction in predictions:
        print(row_text(prediction))
    found = summary(predictions)
    print(summary_text(found))
    if options.json is not None:
        document = {"rows": [row(each) for each in predictions], "summary": found}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.svg is not None:
        options.svg.write_text(scatter(predictions), encoding="utf-8")
    return 0


def row(prediction: Prediction) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "id": prediction.run.id,
        "model": prediction.run.model,
        "predicted": asdict(prediction.predicted),
        "logged": asdict(prediction.logged),
        "recommended_max_model_len": prediction.recommended_max_model_len,
    }


def summary(predictions: Iterable[Prediction]) -> dict[str, dict[str, Any]]:
    """Errors of the clean runs: all, and since 0.17 by GPU, kind of attention and version."""
    clean = [each for each in predictions if each.run.clean and each.predicted.outcome is not None]
    recent = [each for each in clean if (each.run.version or _SINCE) >= _SINCE]
    older = [each for each in clean if each not in recent]
    groups = {"all": clean, "since 0.17": recent, "before 0.17": older}
    for label, key in (
        ("GPU", lambda each: each.run.gpu),
        ("attention", lambda each: each.attention),
        ("vLLM", lambda each: version_text((each.run.version or ())[:2])),
    ):
        for value in sorted({key(each) for each in recent}):
            groups[f"since 0.17, {label} {value}"] = [each for each in recent if key(each) == value]
    return {name: _errors(group) for name, group in groups.items()}


def _errors(group: list[Prediction]) -> dict[str, Any]:
    with_tokens = [each for each in group if each.run.kv_tokens and each.predicted.kv_tokens is not None]
    judged = [each for each in group if each.run.outcome in _JUDGED]
    return {
        "runs": len(group),
        "weights": _votes(group, weights_error),
        "kv_cache_gib": _votes(group, cache_error),
        "kv_tokens": _votes(group, tokens_error),
        "kv_tokens_of_the_plain_formula": _votes(group, plain_error),
        "promised_over_5_percent_too_much": sum(_promised_too_much(each) for each in with_tokens),
        "runs_with_tokens": len(with_tokens),
        "told_served_from_failed": sum(_told_right(each) for each in judged),
        "runs_served_or_failed": len(judged),
    }


def weights_error(prediction: Prediction) -> float | None:
    """Relative error of the weights."""
    return _relative(prediction.predicted.weights_gib, prediction.run.weights_gib)


def cache_error(prediction: Prediction) -> float | None:
    """Absolute error of the cache's memory, GiB."""
    logged, predicted = prediction.run.kv_cache_gib, prediction.predicted.kv_cache_gib
    return None if logged is None or predicted is None else abs(predicted - logged)


def tokens_error(prediction: Prediction) -> float | None:
    """Relative error of the cache's tokens."""
    return _relative(prediction.predicted.kv_tokens, prediction.run.kv_tokens)


def plain_error(prediction: Prediction) -> float | None:
    """Relative error of the plain formula's tokens."""
    return _relative(prediction.plain_tokens, prediction.run.kv_tokens)


def _relative(predicted: float | None, logged: float | None) -> float | None:
    return abs(predicted / logged - 1) if predicted is not None and logged else None


def _promised_too_much(prediction: Prediction) -> bool:
    return (prediction.predicted.kv_tokens or 0) > _TOO_MUCH * (prediction.run.kv_tokens or 0)


def _told_right(prediction: Prediction) -> bool:
    return (prediction.predicted.outcome == "served") == (prediction.run.outcome == "served")


def _votes(group: list[Prediction], measure: Measure) -> dict[str, float | int] | None:
    """Median and 90th percentile over models."""
    votes: dict[str, list[float]] = defaultdict(list)
    for each in group:
        error = measure(each)
        if error is not None:
            votes[each.run.hub_id or each.run.model].append(error)
    medians = sorted(statistics.median(errors) for errors in votes.values())
    if not medians:
        return None
    ninth = medians[min(len(medians) - 1, int(len(medians) * 0.9))]
    return {"votes": len(medians), "median": round(statistics.median(medians), 4), "p90": round(ninth, 4)}


def row_text(prediction: Prediction) -> str:
    """A run in one line: predicted / logged, and the error in brackets."""
    run, ours = prediction.run, prediction.predicted
    weights = _compared(_gib(ours.weights_gib), _gib(run.weights_gib), _percent(weights_error(prediction)))
    cache = _compared(_gib(ours.kv_cache_gib), _gib(run.kv_cache_gib), _gib(cache_error(prediction)))
    tokens = _compared(_count(ours.kv_tokens), _count(run.kv_tokens), _percent(tokens_error(prediction)))
    return (
        f"{run.vllm_version[:8]:8} {run.gpu:12} TP{run.tp:<2} {(run.hub_id or run.model)[-44:]:44}"
        f" weights {weights:25} cache {cache:23} tokens {tokens:32} {ours.outcome or '-'}/{run.outcome}"
    )


def _compared(predicted: str, logged: str, error: str) -> str:
    return f"{predicted}/{logged}" + (f" ({error})" if error != "-" else "")


def summary_text(found: dict[str, dict[str, Any]]) -> str:
    """The summary as a table: median and 90th percentile of the absolute errors."""
    head = (
        f"{'clean runs':32} {'runs':>4} {'weights':>15} {'cache GiB':>12} {'tokens':>15}"
        f" {'plain formula':>15} {'>5 % much':>9} {'served?':>8}"
    )
    return "\n".join(["", head, *(_summary_line(name, errors) for name, errors in found.items())])


def _summary_line(name: str, errors: dict[str, Any]) -> str:
    too_much = f"{errors['promised_over_5_percent_too_much']}/{errors['runs_with_tokens']}"
    told_right = f"{errors['told_served_from_failed']}/{errors['runs_served_or_failed']}"
    return (
        f"{name:32} {errors['runs']:>4} {_pair(errors['weights'], percent=True):>15}"
        f" {_pair(errors['kv_cache_gib'], percent=False):>12} {_pair(errors['kv_tokens'], percent=True):>15}"
        f" {_pair(errors['kv_tokens_of_the_plain_formula'], percent=True):>15} {too_much:>9} {told_right:>8}"
    )


def _pair(votes: dict[str, float] | None, *, percent: bool) -> str:
    if votes is None:
        return "-"
    if percent:
        return f"{votes['median']:.2%} {votes['p90']:.1%}"
    return f"{votes['median']:.2f} {votes['p90']:.2f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _count(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _gib(size: float | None) -> str:
    return "-" if size is None else f"{size:.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
