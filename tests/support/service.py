"""The service, called with events or behind the local server."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Thread
from typing import Any

from handler.catalog import Catalog
from handler.hub.hub import Hub
from handler.routes import Application
from local.embedded.hub import EmbeddedHub
from local.embedded.snapshot import load_snapshot
from local.runtime.gateway import LambdaContext, compare_target, event, recommend_target
from local.server.server import LocalServer
from support.table import TableDouble

_LONG_SECONDS = 1e9


@cache
def full_catalog() -> Catalog:
    """EC2's instance types, read once."""
    return TableDouble().catalog(cache_seconds=_LONG_SECONDS)


class Service:
    """The application over a Hub and a table; it takes events."""

    def __init__(
        self,
        hub_url: str,
        catalog: Catalog | None = None,
        *,
        deadline_seconds: float = 5,
        cache_seconds: float = 60,
        stale_seconds: float = 0,
    ) -> None:
        hub = Hub(
            hub_url,
            deadline_seconds=deadline_seconds,
            cache_seconds=cache_seconds,
            cache_entries=8,
            stale_seconds=stale_seconds,
        )
        self.app = Application(catalog or full_catalog(), hub)

    def handle(self, sent: Any) -> dict[str, Any]:
        """The response to an event."""
        return self.app.resolve(sent, LambdaContext.fresh())  # type: ignore[arg-type]

    def send(self, method: str, target: str, **headers: str) -> dict[str, Any]:
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.handle(event(method, target, pairs))

    def ask(self, model: str, instance_type: str, *, token: str = "", **others: str) -> dict[str, Any]:
        headers = {"X_HF_Token": token} if token else {}
        return self.send("GET", recommend_target(model, instance_type, **others), **headers)

    def compare(self, model: str, *, token: str = "", **others: str) -> dict[str, Any]:
        headers = {"X_HF_Token": token} if token else {}
        return self.send("GET", compare_target(model, **others), **headers)


@contextmanager
def running_service() -> Iterator[LocalServer]:
    """The local server over the embedded Hub, until the block ends."""
    with EmbeddedHub(load_snapshot()) as hub, service_of(hub.url) as front:
        yield front


@contextmanager
def service_of(hub_url: str) -> Iterator[LocalServer]:
    """The local server over the Hub at `hub_url`, until the block ends."""
    with serving(LocalServer(Service(hub_url).app.resolve, port=0)) as front:
        yield front


@contextmanager
def serving(front: LocalServer) -> Iterator[LocalServer]:
    """Let `front` answer until the block ends."""
    with front:
        Thread(target=front.serve_forever, args=(0.02,), daemon=True).start()
        yield front
        front.shutdown()
