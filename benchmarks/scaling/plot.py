"""Calls of the Hub's API against requests a second as an SVG picture, both axes logarithmic."""

import math
from collections.abc import Iterable, Iterator
from html import escape

from benchmarks.scaling.prices import HUB_CALLS_ANONYMOUS, HUB_CALLS_WITH_TOKEN
from benchmarks.scaling.traffic import behind_a_shared_cache, load

_WIDTH, _HEIGHT, _MARGIN = 560, 420, 90
_FONT = 'font-family="sans-serif" font-size="13"'
_RATES = (0, 5)  # powers of ten
_CALLS = (1, 7)
_STEPS = 10  # points for each power of ten
_OWN_COLOUR, _SHARED_COLOUR, _LIMIT_COLOUR = "#d95f02", "#1f77b4", "#888888"


def plot(warm_seconds: float) -> str:
    """The calls where each environment remembers by itself, and behind one cache in front."""
    rates = [10 ** (step / _STEPS) for step in range(_STEPS * _RATES[0], _STEPS * _RATES[1] + 1)]
    own = [(rate, load(rate, warm_seconds).hub_calls_per_window) for rate in rates]
    shared = [(rate, load(behind_a_shared_cache(rate), warm_seconds).hub_calls_per_window) for rate in rates]
    width, height = _WIDTH + 2 * _MARGIN, _HEIGHT + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_FONT}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_grid(),
        *_limit(HUB_CALLS_ANONYMOUS, "500: without a token", 16),
        *_limit(HUB_CALLS_WITH_TOKEN, "1,000: with a free account's token", -6),
        _curve(own, _OWN_COLOUR),
        _curve(shared, _SHARED_COLOUR),
        *_legend(("each environment by itself", _OWN_COLOUR), ("behind a shared cache", _SHARED_COLOUR)),
        _text(width / 2, height - 34, "requests a second", "middle"),
        f'<g transform="rotate(-90 18 {height / 2})">'
        + _text(18, height / 2, "calls of the Hub's API in 5 minutes", "middle")
        + "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid() -> Iterator[str]:
    for power in range(_RATES[0], _RATES[1] + 1):
        yield _line((10**power, 10 ** _CALLS[0]), (10**power, 10 ** _CALLS[1]), "#e0e0e0")
        yield _text(_x(10**power), _MARGIN + _HEIGHT + 18, f"{10**power:,}", "middle")
    for power in range(_CALLS[0], _CALLS[1] + 1):
        yield _line((10 ** _RATES[0], 10**power), (10 ** _RATES[1], 10**power), "#e0e0e0")
        yield _text(_MARGIN - 8, _y(10**power) + 4, f"{10**power:,}", "end")


def _limit(calls: int, name: str, below: int) -> Iterator[str]:
    yield _line((10 ** _RATES[0], calls), (10 ** _RATES[1], calls), _LIMIT_COLOUR, ' stroke-dasharray="5 4"')
    yield _text(_MARGIN + _WIDTH - 6, _y(calls) + below, name, "end")


def _curve(points: Iterable[tuple[float, float]], colour: str) -> str:
    places = " ".join(f"{_x(rate):.1f},{_y(calls):.1f}" for rate, calls in points)
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _legend(*entries: tuple[str, str]) -> Iterator[str]:
    for row, (name, colour) in enumerate(entries):
        y = _MARGIN + 22 + 22 * row
        yield f'<rect x="{_MARGIN + 14}" y="{y - 3}" width="22" height="3" fill="{colour}"/>'
        yield _text(_MARGIN + 44, y + 4, name, "start")


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, style: str = "") -> str:
    (x1, y1), (x2, y2) = start, end
    ends = f'x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" x2="{_x(x2):.1f}" y2="{_y(y2):.1f}"'
    return f'<line {ends} stroke="{colour}"{style}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _x(rate: float) -> float:
    return _MARGIN + _WIDTH * _position(rate, _RATES)


def _y(calls: float) -> float:
    return _MARGIN + _HEIGHT * (1 - _position(calls, _CALLS))


def _position(value: float, powers: tuple[int, int]) -> float:
    return (math.log10(value) - powers[0]) / (powers[1] - powers[0])
