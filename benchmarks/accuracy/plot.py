"""Predicted against logged tokens as an SVG picture, both axes logarithmic."""

import math
from collections.abc import Iterable
from html import escape

from benchmarks.accuracy.prediction import Prediction

_SIDE, _MARGIN = 520, 100
_LOWEST, _HIGHEST = 3, 7  # powers of ten
_FONT = 'font-family="sans-serif" font-size="13"'
_COLOURS = {"full": "#1f77b4", "windowed": "#d95f02", "latent": "#2ca02c", "recurrent": "#9467bd"}
_NAMES = {
    "full": "full attention",
    "windowed": "with windows",
    "latent": "latent attention",
    "recurrent": "linear attention",
}


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
    size = _SIDE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" {_FONT}>',
        f'<rect width="{size}" height="{size}" fill="white"/>',
        *_grid(),
        _line(10**_LOWEST, 10**_LOWEST, 10**_HIGHEST, 10**_HIGHEST, "#888888"),
        *(_dot(*dot) for dot in dots),
        *_legend([kind for kind in _NAMES if any(dot[0] == kind for dot in dots)]),
        _text(size / 2, size - 40, "KV-cache tokens that vLLM logged", "middle"),
        f'<g transform="rotate(-90 22 {size / 2})">'
        + _text(22, size / 2, "KV-cache tokens predicted", "middle")
        + "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid() -> Iterable[str]:
    for power in range(_LOWEST, _HIGHEST + 1):
        tokens = 10**power
        yield _line(tokens, 10**_LOWEST, tokens, 10**_HIGHEST, "#e0e0e0")
        yield _line(10**_LOWEST, tokens, 10**_HIGHEST, tokens, "#e0e0e0")
        yield _text(_x(tokens), _MARGIN + _SIDE + 18, f"{tokens:,}", "middle")
        yield _text(_MARGIN - 8, _y(tokens) + 4, f"{tokens:,}", "end")


def _legend(kinds: list[str]) -> Iterable[str]:
    for row, kind in enumerate(kinds):
        y = _MARGIN + 20 + 22 * row
        yield f'<circle cx="{_MARGIN + 20}" cy="{y}" r="5" fill="{_COLOURS[kind]}"/>'
        yield _text(_MARGIN + 32, y + 4, _NAMES[kind], "start")


def _dot(attention: str, logged: int, predicted: int) -> str:
    title = f"<title>{logged:,} logged, {predicted:,} predicted</title>"
    place = f'cx="{_x(logged):.1f}" cy="{_y(predicted):.1f}"'
    return f'<circle {place} r="4" fill="{_COLOURS[attention]}" fill-opacity="0.6">{title}</circle>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    ends = f'x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" x2="{_x(x2):.1f}" y2="{_y(y2):.1f}"'
    return f'<line {ends} stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _x(tokens: float) -> float:
    return _MARGIN + _SIDE * _share(tokens)


def _y(tokens: float) -> float:
    return _MARGIN + _SIDE * (1 - _share(tokens))


def _share(tokens: float) -> float:
    return (math.log10(tokens) - _LOWEST) / (_HIGHEST - _LOWEST)
