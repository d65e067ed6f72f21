"""Measures the first answer with a Hub and a table of 100 ms latency: `make bench-first`.

A cold request needs two documents from the Hub, and the table: three round trips in sequence, one when they
are concurrent, two where the Hub redirects files, as huggingface.co does. Each run has a new service with
empty caches.

    python -m benchmarks.speed.first_answer [--runs 30] [--latency-ms 100]
"""

import argparse
import json
import platform
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3

from handler.catalog import CLIENT_CONFIG, Catalog
from handler.hub.client import HubClient
from handler.hub.hub import Hub
from handler.routes import Application
from local.embedded.instance_records import shipped_items
from local.embedded.snapshot import load_snapshot
from local.runtime.environment import isolate
from local.runtime.gateway import LambdaContext, event, recommend_target

_MODEL, _INSTANCE = "mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge"
_TABLE, _FILE, _MOVED, _API = (
    "/",
    f"/{_MODEL}/resolve/main/config.json",
    "/api/resolve-cache/",
    "/api/models/",
)


def main() -> None:
    """Print medians with their spread, and the ratio to one round trip."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.first_answer", description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--latency-ms", type=float, default=100)
    options = parser.parse_args()
    isolate()
    latency = options.latency_ms / 1000
    print(
        f"{options.runs} runs, {options.latency_ms:.0f} ms latency, {platform.machine()},"
        f" Python {platform.python_version()}"
    )
    print(f"\n{'ms':34}{'median':>8}{'p10':>8}{'p90':>8}")
    with _servers(latency) as (hub_url, table_url):
        trip = _measured("one round trip", options.runs, lambda: _round_trip_ms(hub_url))
        cold = _measured("cold request", options.runs, lambda: _cold_ms(hub_url, table_url))
    with _servers(latency, redirects_files=True) as (hub_url, table_url):
        _measured("cold request, files redirected", options.runs, lambda: _cold_ms(hub_url, table_url))
    with _servers(0) as (hub_url, table_url):
        compute = _measured("cold request, no latency", options.runs, lambda: _cold_ms(hub_url, table_url))
    print(f"{'three round trips in sequence':34}{3 * trip + compute:8.1f}")
    print(f"\n{'cold request / one round trip':34}{cold / trip:8.2f}")
    print(f"{'the same less the compute':34}{(cold - compute) / trip:8.2f}")


def _measured(name: str, runs: int, run_ms: Callable[[], float]) -> float:
    """Print the median of `runs` with its spread; returns the median."""
    times = [run_ms() for _ in range(runs)]
    tenths = statistics.quantiles(times, n=10)
    print(f"{name:34}{statistics.median(times):8.1f}{tenths[0]:8.1f}{tenths[-1]:8.1f}")
    return statistics.median(times)


def _round_trip_ms(url: str) -> float:
    """One document over a new connection, with the service's own client."""
    client = HubClient(url)
    started = time.perf_counter()
    client.get(f"{url}/api/models/{_MODEL}", None, deadline=time.monotonic() + 10)
    return (time.perf_counter() - started) * 1000


def _cold_ms(hub_url: str, table_url: str) -> float:
    """The first request to a new service; creating the service does not count."""
    client = boto3.client("dynamodb", config=CLIENT_CONFIG, endpoint_url=table_url)
    hub = Hub(hub_url, deadline_seconds=10, cache_seconds=60, cache_entries=8)
    app = Application(Catalog(client, "instance-types", cache_seconds=60), hub)
    request = event("GET", recommend_target(_MODEL, _INSTANCE))
    started = time.perf_counter()
    answer = app.resolve(request, LambdaContext.fresh())  # type: ignore[arg-type]
    elapsed = (time.perf_counter() - started) * 1000
    if answer["statusCode"] != HTTPStatus.OK:
        raise SystemExit(f"The request failed: {answer['body']}")
    return elapsed


@contextmanager
def _servers(latency: float, *, redirects_files: bool = False) -> Iterator[tuple[str, str]]:
    """A Hub and a table that answer after `latency` seconds; yields their URLs."""
    repo = load_snapshot().find(_MODEL)
    if repo is None:
        raise SystemExit(f"The snapshot does not know {_MODEL}.")
    config = repo.file("config.json") or b""
    information = json.dumps({"id": repo.id, **repo.info()}).encode()
    items = list(shipped_items())
    rows = json.dumps({"Items": items, "Count": len(items)}).encode()
    hub = {_API: information, _MOVED: config, _FILE: None if redirects_files else config}
    with _slow_server(hub, latency) as hub_url, _slow_server({_TABLE: rows}, latency) as table_url:
        yield hub_url, table_url


@contextmanager
def _slow_server(bodies: Mapping[str, bytes | None], latency: float) -> Iterator[str]:
    """A server that answers after `latency` seconds with the body of the path's prefix; `None` redirects."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body are sent in one write

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            time.sleep(latency)
            body = next(body for start, body in bodies.items() if self.path.startswith(start))
            self.send_response(HTTPStatus.TEMPORARY_REDIRECT if body is None else HTTPStatus.OK)
            if body is None:
                self.send_header("Location", _MOVED)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - typeshed's signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
