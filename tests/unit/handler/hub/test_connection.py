"""Responses end at their deadline, however slowly a server sends them."""

import time
from collections.abc import Iterator

import pytest
import urllib3
from support import misbehaviour
from support.hub import HubDouble, running_hub
from support.loopback import Misbehave, Say
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from handler.hub.connection import POOLS

# Far above the time-out, for a busy machine, and far below the time that the servers would go on.
PATIENCE_SECONDS = 8


@pytest.fixture
def pool() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as made:
        made.pool_classes_by_scheme = POOLS
        yield made


def read(pool: urllib3.PoolManager, url: str, seconds: float) -> bytes:
    timeout = Timeout(connect=5, read=seconds)
    return pool.request("GET", f"{url}/x", timeout=timeout, retries=False).data


@pytest.mark.parametrize(
    "misbehave",
    [
        misbehaviour.silence,
        misbehaviour.drip_head,
        misbehaviour.drip_body,
        misbehaviour.drip_chunk,
        misbehaviour.stop_half_way,
    ],
)
def test_a_slow_response_ends_with_an_error(pool: urllib3.PoolManager, misbehave: Misbehave) -> None:
    started = time.monotonic()
    with running_hub(HubDouble(fault=misbehave)) as hub, pytest.raises(HTTPError):
        read(pool, hub.url, 0.3)

    assert time.monotonic() - started < PATIENCE_SECONDS


def test_a_response_in_time_is_read(pool: urllib3.PoolManager) -> None:
    with running_hub(HubDouble(fault=Say(body=b"x" * 200_000))) as hub:
        assert read(pool, hub.url, 5) == b"x" * 200_000


def test_a_connection_is_kept_and_each_response_has_a_deadline_of_its_own(pool: urllib3.PoolManager) -> None:
    with running_hub(HubDouble(fault=Say(body=b"x"))) as hub:
        for _ in range(3):
            assert read(pool, hub.url, 0.4) == b"x"
            time.sleep(0.2)
        connections = pool.connection_from_url(hub.url).num_connections

    assert connections == 1
