"""Estimates what the service costs and which limit it reaches first as requests grow: `make scaling`.

Everything follows from the latencies in `measured.json`, AWS's prices and a model of the traffic.
"""

from benchmarks.results import with_part
from benchmarks.scaling.costs import measured_latencies
from benchmarks.scaling.document import DOCUMENT, PICTURE, parts, picture


def main() -> int:
    """Print the tables, and rewrite docs/scaling.md and its picture."""
    latencies = measured_latencies()
    document = DOCUMENT.read_text()
    for name, text in parts(latencies).items():
        print(text, end="\n\n")
        document = with_part(document, name, text)
    DOCUMENT.write_text(document)
    PICTURE.write_text(picture(latencies))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
