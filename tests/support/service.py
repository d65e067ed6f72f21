"""The service behind its HTTP front, on the embedded parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from catalog.records import shipped_items
from handler.catalog import Catalog
from handler.hub import Hub
from handler.routes import create_app
from importer.table import write_items
from local.front import Front, Handle
from local.hub import EmbeddedHub
from local.snapshot import load_snapshot
from support.dynamodb import TABLE, moto_client


@contextmanager
def running_service() -> Iterator[Front]:
    """A front that answers until the block ends."""
    with EmbeddedHub(load_snapshot()) as hub, service_of(hub.url) as front:
        yield front


@contextmanager
def service_of(hub_url: str) -> Iterator[Front]:
    """The same with the Hub at an address."""
    with moto_client() as dynamodb:
        write_items(dynamodb, TABLE, shipped_items())
        with Front(handler_of(hub_url, dynamodb), port=0) as front:
            Thread(target=front.serve_forever, args=(0.02,), daemon=True).start()
            yield front
            front.shutdown()


def handler_of(hub_url: str, dynamodb: Any, *, cache_seconds: float = 60) -> Handle:
    """The function's handler with the Hub at an address and the table behind a client."""
    hub = Hub(hub_url, deadline_seconds=5, cache_seconds=cache_seconds, cache_entries=8)
    return create_app(Catalog(dynamodb, TABLE, cache_seconds=cache_seconds), hub).resolve
