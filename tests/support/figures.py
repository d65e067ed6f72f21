"""The numbers in a sentence."""

import re
from collections.abc import Iterable

_GIB = re.compile(r"(-?[\d,]+(?:\.\d+)?) GiB")
_NUMBER = re.compile(r"(?<![\w.-])(\d[\d,]*(?:\.\d+)?)(?![\w.]*[A-Za-z_])")
_VERSIONS = re.compile(
    r"\b(?:from|to|until|choose|vLLM|or|and) 0\.\d+(?:\.\d+)?(?: (?:to 0\.[\d.]+|or (?:later|earlier)))?"
)
_PRICES = re.compile(r"\$[\d,.]+ per hour")


def gib_figures(sentence: str) -> list[float]:
    """The amounts of memory, in GiB."""
    return [float(figure.replace(",", "")) for figure in _GIB.findall(sentence)]


def counts(sentence: str, names: Iterable[str]) -> list[float]:
    """All other numbers, but for those in `names` (of models, instances and GPUs), versions and prices."""
    for name in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(name, "")
    for pattern in (_GIB, _VERSIONS, _PRICES):
        sentence = pattern.sub("", sentence)
    return [float(number.replace(",", "").rstrip(".")) for number in _NUMBER.findall(sentence)]
