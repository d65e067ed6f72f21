"""The Hub's API calls against requests per second, as a plot."""

from collections.abc import Iterable, Iterator

from benchmarks.chart import LogChart, text
from benchmarks.scaling.prices import HUB_CALLS_ANONYMOUS, HUB_CALLS_WITH_TOKEN
from benchmarks.scaling.traffic import behind_a_shared_cache, estimate

_FIRST_RATE, _LAST_RATE = 0, 5  # powers of ten
_POINTS_PER_POWER = 10
_OWN_COLOUR, _SHARED_COLOUR, _LIMIT_COLOUR = "#d95f02", "#1f77b4", "#888888"
_CHART = LogChart(
    width=560,
    height=420,
    margin=90,
    x_powers=(_FIRST_RATE, _LAST_RATE),
    y_powers=(1, 7),
    x_title="requests per second",
    y_title="Hub API calls in 5 minutes",
)


def plot(warm_seconds: float) -> str:
    """Two curves: with a cache in each environment, and behind one shared cache."""
    steps = range(_POINTS_PER_POWER * _FIRST_RATE, _POINTS_PER_POWER * _LAST_RATE + 1)
    rates = [10 ** (step / _POINTS_PER_POWER) for step in steps]
    own = [(rate, _hub_calls(rate, warm_seconds)) for rate in rates]
    shared = [(rate, _hub_calls(behind_a_shared_cache(rate), warm_seconds)) for rate in rates]
    return _CHART.svg(
        [
            *_limit(HUB_CALLS_ANONYMOUS, "500: anonymous", 16),
            *_limit(HUB_CALLS_WITH_TOKEN, "1,000: with a free account's token", -6),
            _curve(own, _OWN_COLOUR),
            _curve(shared, _SHARED_COLOUR),
            *_legend(
                ("a cache in each environment", _OWN_COLOUR), ("behind one shared cache", _SHARED_COLOUR)
            ),
        ]
    )


def _hub_calls(rate: float, warm_seconds: float) -> float:
    return estimate(rate, warm_seconds).hub_calls_per_window


def _limit(calls: int, name: str, below: int) -> Iterator[str]:
    start, end = (10**_FIRST_RATE, calls), (10**_LAST_RATE, calls)
    yield _CHART.line(start, end, _LIMIT_COLOUR, ' stroke-dasharray="5 4"')
    yield text(_CHART.margin + _CHART.width - 6, _CHART.y(calls) + below, name, "end")


def _curve(points: Iterable[tuple[float, float]], colour: str) -> str:
    places = " ".join(f"{_CHART.x(rate):.1f},{_CHART.y(calls):.1f}" for rate, calls in points)
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _legend(*entries: tuple[str, str]) -> Iterator[str]:
    for row, (name, colour) in enumerate(entries):
        y = _CHART.margin + 22 + 22 * row
        yield f'<rect x="{_CHART.margin + 14}" y="{y - 3}" width="22" height="3" fill="{colour}"/>'
        yield text(_CHART.margin + 44, y + 4, name, "start")
