"""The embedded Hub with the latency of a remote one: each answer takes 100 ms longer.

Run as a program, it prints its URL and serves until its standard input ends, as `local.embedded.hub` does.
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
    """An embedded Hub that delays each answer, and serves any number of requests at once."""

    def respond(self, target: str, headers: Message) -> HttpResponse:
        """The embedded Hub's response, after the latency."""
        time.sleep(LATENCY_SECONDS)
        return super().respond(target, headers)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.distant_hub", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, picks a free one")
    with DistantHub(load_snapshot(), port=parser.parse_args().port) as hub:
        print(hub.url, flush=True)
        for _ in sys.stdin.buffer:
            pass


if __name__ == "__main__":
    main()
