"""The prediction of every run in a table, so that a review shows what a change moves."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.accuracy.prediction import Prediction

PREDICTIONS = Path(__file__).parent / "predictions.tsv"

_COLUMNS = ("id", "weights_gib", "kv_cache_gib", "kv_tokens", "outcome", "recommended_max_model_len")


def table(predictions: Iterable[Prediction]) -> str:
    """A line for each run; the columns of a run without a prediction are empty."""
    return "".join("\t".join(line) + "\n" for line in (_COLUMNS, *map(_line, predictions)))


def _line(prediction: Prediction) -> tuple[str, ...]:
    figures = prediction.predicted
    return (
        prediction.run.id,
        _gib(figures.weights_gib),
        _gib(figures.kv_cache_gib),
        _text(figures.kv_tokens),
        _text(figures.outcome),
        _text(prediction.recommended_max_model_len),
    )


def _gib(size: float | None) -> str:
    return "" if size is None else f"{size:.3f}"


def _text(value: float | str | None) -> str:
    return "" if value is None else str(value)
