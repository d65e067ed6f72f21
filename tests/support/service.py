"""The service, by itself and behind its HTTP front."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from handler.catalog import Catalog
from handler.hub.hub import Hub
from handler.routes import Application
from local.embedded.hub import EmbeddedHub
from local.embedded.snapshot import load_snapshot
from local.embedded.table import fill_table
from local.runtime.gateway import LambdaContext, event, recommend_target
from local.server.server import Handle, LocalServer
from support.dynamodb import TABLE, moto_client


@contextmanager
def seeded_catalog() -> Iterator[Catalog]:
    """The instance types of EC2's records, in a table of moto's."""
    with moto_client() as dynamodb:
        fill_table(dynamodb, TABLE)
        yield Catalog(dynamodb, TABLE, cache_seconds=60)


class Service:
    """The application over a Hub and a table; it takes events."""

    def __init__(
        self,
        hub_url: str,
        catalog: Catalog,
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
        self.app = Application(catalog, hub)

    def send(self, method: str, target: str, **headers: str) -> dict[str, Any]:
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.app.resolve(event(method, target, pairs), LambdaContext.fresh())  # type: ignore[arg-type]

    def ask(self, model: str, instance_type: str, *, token: str = "", **others: str) -> dict[str, Any]:
        headers = {"X_HF_Token": token} if token else {}
        return self.send("GET", recommend_target(model, instance_type, **others), **headers)


@contextmanager
def running_service() -> Iterator[LocalServer]:
    """A front that answers until the block ends."""
    with EmbeddedHub(load_snapshot()) as hub, service_of(hub.url) as front:
        yield front


@contextmanager
def service_of(hub_url: str) -> Iterator[LocalServer]:
    """The same with the Hub at an address."""
    with (
        seeded_catalog() as catalog,
        serving(LocalServer(Service(hub_url, catalog).app.resolve, port=0)) as front,
    ):
        yield front


@contextmanager
def serving(front: LocalServer) -> Iterator[LocalServer]:
    """Let `front` answer until the block ends."""
    with front:
        Thread(target=front.serve_forever, args=(0.02,), daemon=True).start()
        yield front
        front.shutdown()


def handler_of(hub_url: str, dynamodb: Any, *, cache_seconds: float = 60) -> Handle:
    """The function's handler with the Hub at an address and the table behind a client."""
    catalog = Catalog(dynamodb, TABLE, cache_seconds=cache_seconds)
    return Service(hub_url, catalog, cache_seconds=cache_seconds).app.resolve
