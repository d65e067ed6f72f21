"""SVG charts with two logarithmic axes."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

_FONT = 'font-family="sans-serif" font-size="13"'
_GRID_COLOUR = "#e0e0e0"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChart:
    """The frame of a chart: size in pixels, range of each axis in powers of ten, titles."""

    width: int
    height: int
    margin: int
    x_powers: tuple[int, int]
    y_powers: tuple[int, int]
    x_title: str
    y_title: str

    def svg(self, marks: Iterable[str]) -> str:
        """The whole picture: background, grid, `marks` and the titles of the axes."""
        width, height = self.width + 2 * self.margin, self.height + 2 * self.margin
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_FONT}>',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *self._grid(),
            *marks,
            text(width / 2, height - 40, self.x_title, "middle"),
            f'<g transform="rotate(-90 20 {height / 2})">'
            + text(20, height / 2, self.y_title, "middle")
            + "</g>",
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def line(self, start: Point, end: Point, colour: str, style: str = "") -> str:
        """A straight line between two points in the chart's own units."""
        (x1, y1), (x2, y2) = start, end
        ends = f'x1="{self.x(x1):.1f}" y1="{self.y(y1):.1f}" x2="{self.x(x2):.1f}" y2="{self.y(y2):.1f}"'
        return f'<line {ends} stroke="{colour}"{style}/>'

    def x(self, value: float) -> float:
        """The horizontal position of `value` in pixels."""
        return self.margin + self.width * _share(value, self.x_powers)

    def y(self, value: float) -> float:
        """The vertical position of `value` in pixels."""
        return self.margin + self.height * (1 - _share(value, self.y_powers))

    def _grid(self) -> Iterator[str]:
        (left, right), (bottom, top) = self.x_powers, self.y_powers
        for value in (10**power for power in range(left, right + 1)):
            yield self.line((value, 10**bottom), (value, 10**top), _GRID_COLOUR)
            yield text(self.x(value), self.margin + self.height + 18, f"{value:,}", "middle")
        for value in (10**power for power in range(bottom, top + 1)):
            yield self.line((10**left, value), (10**right, value), _GRID_COLOUR)
            yield text(self.margin - 8, self.y(value) + 4, f"{value:,}", "end")


def text(x: float, y: float, content: str, anchor: str) -> str:
    """A text at a position in pixels; `anchor` is `start`, `middle` or `end`."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(content)}</text>'


def _share(value: float, powers: tuple[int, int]) -> float:
    lowest, highest = powers
    return (math.log10(value) - lowest) / (highest - lowest)
