"""Predicted against logged KV-cache tokens, as a scatter plot."""

from collections.abc import Iterable, Iterator

from benchmarks.accuracy.prediction import Prediction
from benchmarks.chart import LogChart, text

_LOWEST, _HIGHEST = 3, 7  # powers of ten
_DIAGONAL_COLOUR = "#888888"
_COLOURS = {"full": "#1f77b4", "windowed": "#d95f02", "latent": "#2ca02c", "recurrent": "#9467bd"}
_NAMES = {
    "full": "full attention",
    "windowed": "sliding windows",
    "latent": "latent attention",
    "recurrent": "linear attention",
}
_CHART = LogChart(
    width=520,
    height=520,
    margin=100,
    x_powers=(_LOWEST, _HIGHEST),
    y_powers=(_LOWEST, _HIGHEST),
    x_title="KV-cache tokens that vLLM logged",
    y_title="KV-cache tokens predicted",
)


def scatter(predictions: Iterable[Prediction]) -> str:
    """A dot for each clean run since 0.17 that logged its tokens; the diagonal is a perfect prediction."""
    dots = sorted(
        {
            (each.attention, each.run.kv_tokens, each.predicted.kv_tokens)
            for each in predictions
            if each.run.clean
            and (each.run.version or (0, 0)) >= (0, 17)
            and each.run.kv_tokens
            and each.predicted.kv_tokens
        }
    )
    diagonal = _CHART.line((10**_LOWEST,) * 2, (10**_HIGHEST,) * 2, _DIAGONAL_COLOUR)
    kinds = [kind for kind in _NAMES if any(dot[0] == kind for dot in dots)]
    return _CHART.svg([diagonal, *(_dot(*dot) for dot in dots), *_legend(kinds)])


def _dot(attention: str, logged: int, predicted: int) -> str:
    title = f"<title>{logged:,} logged, {predicted:,} predicted</title>"
    place = f'cx="{_CHART.x(logged):.1f}" cy="{_CHART.y(predicted):.1f}"'
    return f'<circle {place} r="4" fill="{_COLOURS[attention]}" fill-opacity="0.6">{title}</circle>'


def _legend(kinds: list[str]) -> Iterator[str]:
    for row, kind in enumerate(kinds):
        y = _CHART.margin + 20 + 22 * row
        yield f'<circle cx="{_CHART.margin + 20}" cy="{y}" r="5" fill="{_COLOURS[kind]}"/>'
        yield text(_CHART.margin + 32, y + 4, _NAMES[kind], "start")
