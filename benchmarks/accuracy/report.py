"""The comparison as text: a line for each run, and a table of the errors."""

from typing import Any

from benchmarks.accuracy.prediction import Prediction
from benchmarks.accuracy.summary import cache_error, tokens_error, weights_error


def run_text(prediction: Prediction) -> str:
    """A run in one line: predicted/logged, and the error in brackets."""
    run, ours = prediction.run, prediction.predicted
    weights = _compared(_gib(ours.weights_gib), _gib(run.weights_gib), _percent(weights_error(prediction)))
    cache = _compared(_gib(ours.kv_cache_gib), _gib(run.kv_cache_gib), _gib(cache_error(prediction)))
    tokens = _compared(_count(ours.kv_tokens), _count(run.kv_tokens), _percent(tokens_error(prediction)))
    return (
        f"{run.vllm_version[:8]:8} {run.gpu:12} TP{run.tp:<2} {(run.hub_id or run.model)[-44:]:44}"
        f" weights {weights:25} cache {cache:23} tokens {tokens:32} {ours.outcome or '-'}/{run.outcome}"
    )


def summary_text(summary: dict[str, dict[str, Any]]) -> str:
    """The errors as a table: median and 90th percentile of the absolute errors."""
    head = (
        f"{'clean runs':32} {'runs':>4} {'weights':>15} {'cache GiB':>12} {'tokens':>15}"
        f" {'plain formula':>15} {'>5% over':>9} {'outcome':>8}"
    )
    return "\n".join(["", head, *(_summary_line(name, errors) for name, errors in summary.items())])


def _summary_line(name: str, errors: dict[str, Any]) -> str:
    too_much = f"{errors['over_5_percent_too_many_tokens']}/{errors['runs_with_tokens']}"
    outcome = f"{errors['outcome_predicted']}/{errors['runs_with_outcome']}"
    return (
        f"{name:32} {errors['runs']:>4} {_pair(errors['weights'], percent=True):>15}"
        f" {_pair(errors['kv_cache_gib'], percent=False):>12} {_pair(errors['kv_tokens'], percent=True):>15}"
        f" {_pair(errors['kv_tokens_of_the_plain_formula'], percent=True):>15} {too_much:>9} {outcome:>8}"
    )


def _pair(errors: dict[str, float] | None, *, percent: bool) -> str:
    if errors is None:
        return "-"
    if percent:
        return f"{errors['median']:.2%} {errors['p90']:.1%}"
    return f"{errors['median']:.2f} {errors['p90']:.2f}"


def _compared(predicted: str, logged: str, error: str) -> str:
    return f"{predicted}/{logged}" + (f" ({error})" if error != "-" else "")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _count(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def _gib(size: float | None) -> str:
    return "-" if size is None else f"{size:.2f}"
