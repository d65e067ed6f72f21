"""Add releases of vLLM to the calculator's facts: `make vllm-facts VERSION=0.34.0`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.vllm_facts.distributions import published, sources
from tools.vllm_facts.document import compress, expand, read, render
from tools.vllm_facts.extract import extract
from tools.vllm_facts.sources import ExtractionError

FACTS = Path(__file__).resolve().parents[2] / "src" / "recommender" / "vllm" / "facts.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the releases and write the facts; nothing is written where a fact is missing."""
    parser = argparse.ArgumentParser(prog="python -m tools.vllm_facts", description=main.__doc__)
    parser.add_argument("releases", nargs="*", help="such as 0.34.0; all that PyPI has where none is named")
    asked: list[str] = parser.parse_args(arguments).releases or os.environ.get("VERSION", "").split()
    try:
        FACTS.write_text(render(compress({**(expand(read(FACTS)) if asked else {}), **_extracted(asked)})))
    except ExtractionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _extracted(asked: Sequence[str]) -> dict[str, dict[str, Any]]:
    on_pypi = published()
    missing = [release for release in asked if release not in on_pypi]
    if missing:
        raise ExtractionError(f"PyPI has no vLLM {', '.join(missing)}; the newest is {list(on_pypi)[-1]}")
    facts: dict[str, dict[str, Any]] = {}
    for release in asked or on_pypi:
        print(f"Reading vLLM {release}", file=sys.stderr)
        facts[release] = extract(sources(on_pypi[release]))
    return facts


if __name__ == "__main__":
    sys.exit(main())
