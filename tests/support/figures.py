"""The numbers in a sentence."""

import re
from collections.abc import Iterable

_GIB = re.compile(r"(-?[\d,]+(?:\.\d+)?) GiB")
_NUMBER = re.compile(r"(?<![\w.-])(\d[\d,]*(?:\.\d+)?)(?![\w.]*[A-Za-z_])")
_VERSIONS = re.compile(
    r"\b(?:from|to|until|choose|vLLM|or|and) 0\.\d+(?:\.\d+)?(?: (?:to 0\.[\d.]+|or (?:later|earlier)))?"
)
_FLAGS = re.compile(r"--[a-z-]+(?: to)? \d+")
_PRICES = re.compile(r"\$[\d,.]+ per hour")


def gib_figures(sentence: str) -> list[float]:
    """The amounts of memory, in GiB."""
    return [float(figure.replace(",", "")) for figure in _GIB.findall(sentence)]


def names_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """For names with digits, the longest first."""
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))


def counts(sentence: str, names: re.Pattern[str]) -> list[float]:
    """All other numbers, but for those in names, versions, flags and prices."""
    for pattern in (names, _GIB, _VERSIONS, _FLAGS, _PRICES):
        sentence = pattern.sub("", sentence)
    return [float(number.replace(",", "").rstrip(".")) for number in _NUMBER.findall(sentence)]
