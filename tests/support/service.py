"""The service behind its HTTP front, on the embedded parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from catalog.records import shipped_items
from handler.catalog import Catalog
from handler.hub import Hub
from handler.routes import create_app
from importer.table import write_items
from local.front import Front
from local.hub import EmbeddedHub
from local.snapshot import load_snapshot
from support.dynamodb import TABLE, moto_client


@contextmanager
def running_service() -> Iterator[Front]:
    """A front that answers until the block ends."""
    with EmbeddedHub(load_snapshot()) as hub, moto_client() as dynamodb:
        write_items(dynamodb, TABLE, shipped_items())
        asking = Hub(hub.url, deadline_seconds=5, cache_seconds=60, cache_entries=8)
        app = create_app(Catalog(dynamodb, TABLE, cache_seconds=60), asking)
        with serving(Front(app.resolve, port=0)) as front:
            yield front


@contextmanager
def serving(front: Front) -> Iterator[Front]:
    """Let `front` answer until the block ends."""
    with front:
        Thread(target=front.serve_forever, args=(0.02,), daemon=True).start()
        yield front
        front.shutdown()
