"""The embedded Hub as it is from afar: each answer takes a tenth of a second longer.

As a program it prints its URL and serves until its standard input ends, as `local.embedded.hub` does.
"""

import argparse
import sys
import time
from email.message import Message

from local.embedded.hub import EmbeddedHub
from local.embedded.snapshot import load_snapshot
from local.http_types import HttpResponse

LATENCY_SECONDS = 0.1


class DistantHub(EmbeddedHub):
    """Answers late, however many ask at once."""

    def respond(self, target: str, headers: Message) -> HttpResponse:
        """What the embedded Hub answers, after a while."""
        time.sleep(LATENCY_SECONDS)
        return super().respond(target, headers)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.hub", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    with DistantHub(load_snapshot(), port=parser.parse_args().port) as hub:
        print(hub.url, flush=True)
        for _ in sys.stdin.buffer:
            pass


if __name__ == "__main__":
    main()
