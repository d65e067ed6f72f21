"""What the commands of this package share: the option `--publish`, and printing and recording figures."""

import argparse
from collections.abc import Callable
from typing import Any

from benchmarks.results import record

Figures = dict[str, Any]


def option_parser(module: str, description: str | None) -> argparse.ArgumentParser:
    """The options of a benchmark, of which `--publish` is one."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument(
        "--publish", action="store_true", help="record the figures, and rewrite docs/benchmarks.md"
    )
    return parser


def report(name: str, figures: Figures, text: Callable[[Figures], str], *, publish: bool) -> int:
    """Print the figures, and record them where `publish` is set."""
    print(text(figures))
    if publish:
        record(name, figures, text(figures))
    return 0


def header(figures: Figures) -> str:
    """When, where and on which Python the figures were measured."""
    return f"{figures['machine']}. The measured code ran on Python {figures['python']}."
