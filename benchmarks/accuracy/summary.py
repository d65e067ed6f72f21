"""Errors of the predictions, by group of runs.

Many runs differ from each other only in a flag, so each model has one vote per GPU and tensor parallel degree
in a group: the median of its runs.
"""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.accuracy.prediction import Prediction
from recommender.vllm.version import version_text

_SINCE = (0, 17)
_TOO_MUCH = 1.05

# A start-up log cannot show whether the server ran out of memory later, so only these outcomes are compared.
_COMPARED_OUTCOMES = frozenset({"served", "oom_load", "kv_too_small"})

Measure = Callable[[Prediction], float | None]


def summarize(predictions: Iterable[Prediction]) -> dict[str, dict[str, Any]]:
    """Errors of the clean runs: all of them, and those since 0.17 by GPU, kind of attention and version."""
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
    with_outcome = [each for each in group if each.run.outcome in _COMPARED_OUTCOMES]
    return {
        "runs": len(group),
        "weights": _median_and_p90(group, weights_error),
        "kv_cache_gib": _median_and_p90(group, cache_error),
        "kv_tokens": _median_and_p90(group, tokens_error),
        "kv_tokens_of_the_plain_formula": _median_and_p90(group, plain_formula_error),
        "over_5_percent_too_many_tokens": sum(_predicts_too_much(each) for each in with_tokens),
        "runs_with_tokens": len(with_tokens),
        "outcome_predicted": sum(_predicts_outcome(each) for each in with_outcome),
        "runs_with_outcome": len(with_outcome),
    }


def weights_error(prediction: Prediction) -> float | None:
    """Relative error of the weights."""
    return _relative(prediction.predicted.weights_gib, prediction.run.weights_gib)


def cache_error(prediction: Prediction) -> float | None:
    """Absolute error of the KV cache in GiB."""
    logged, predicted = prediction.run.kv_cache_gib, prediction.predicted.kv_cache_gib
    return None if logged is None or predicted is None else abs(predicted - logged)


def tokens_error(prediction: Prediction) -> float | None:
    """Relative error of the KV cache's tokens."""
    return _relative(prediction.predicted.kv_tokens, prediction.run.kv_tokens)


def plain_formula_error(prediction: Prediction) -> float | None:
    """Relative error of the plain formula's tokens."""
    return _relative(prediction.plain_tokens, prediction.run.kv_tokens)


def overestimate(prediction: Prediction) -> float:
    """By what share too many tokens are predicted; negative for too few, 0 where they cannot be compared."""
    logged, predicted = prediction.run.kv_tokens, prediction.predicted.kv_tokens
    return predicted / logged - 1 if logged and predicted is not None else 0


def _relative(predicted: float | None, logged: float | None) -> float | None:
    return abs(predicted / logged - 1) if predicted is not None and logged else None


def _predicts_too_much(prediction: Prediction) -> bool:
    return (prediction.predicted.kv_tokens or 0) > _TOO_MUCH * (prediction.run.kv_tokens or 0)


def _predicts_outcome(prediction: Prediction) -> bool:
    return (prediction.predicted.outcome == "served") == (prediction.run.outcome == "served")


def _median_and_p90(group: list[Prediction], measure: Measure) -> dict[str, float | int] | None:
    """Median and 90th percentile over the votes; `None` where no run states the figure."""
    by_vote: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for each in group:
        error = measure(each)
        if error is not None:
            run = each.run
            by_vote[run.hub_id or run.model, run.gpu, run.tp].append(error)
    votes = sorted(statistics.median(errors) for errors in by_vote.values())
    if not votes:
        return None
    p90 = votes[min(len(votes) - 1, int(len(votes) * 0.9))]
    return {"votes": len(votes), "median": round(statistics.median(votes), 4), "p90": round(p90, 4)}
