"""The embedded services as child processes."""

from collections.abc import Iterator

import pytest
from support.loopback import Say, loopback

from local.embedded.services import (
    ServiceFailedError,
    free_port,
    is_listening,
    services_at,
)
from local.runtime.artifact import free_ports

Urls = tuple[str, str]


@pytest.fixture
def urls() -> Urls:
    hub_port, table_port = free_ports(2)
    return f"http://127.0.0.1:{hub_port}", f"http://127.0.0.1:{table_port}"


@pytest.fixture
def stranger() -> Iterator[str]:
    """Another program's server."""
    with loopback(lambda _: Say(body=b"<html>")) as server:
        yield server.url


def test_services_are_started_where_nothing_listens_and_stopped_afterwards(urls: Urls) -> None:
    with services_at(*urls):
        running = [is_listening(url) for url in urls]

    assert running == [True, True]
    assert [is_listening(url) for url in urls] == [False, False]


def test_services_that_already_run_are_used_and_left_running(
    urls: Urls, capsys: pytest.CaptureFixture[str]
) -> None:
    with services_at(*urls):
        with services_at(*urls):
            pass
        still_running = [is_listening(url) for url in urls]

    assert still_running == [True, True]
    assert [line.rpartition(" ")[2] for line in capsys.readouterr().err.splitlines()] == [
        f"{url}." for url in urls
    ]


@pytest.mark.parametrize("position", [0, 1], ids=["hub", "table"])
def test_a_port_of_another_program_is_refused(urls: Urls, stranger: str, position: int) -> None:
    addresses = [*urls]
    addresses[position] = stranger
    with (
        pytest.raises(ServiceFailedError, match=f"Another program listens at {stranger}"),
        services_at(*addresses),
    ):
        pass


def test_an_address_on_another_host_is_refused(urls: Urls) -> None:
    with (
        pytest.raises(ServiceFailedError, match=r"not an address"),
        services_at("http://example.com:80", urls[1]),
    ):
        pass


def test_a_port_in_use_is_replaced_by_a_free_one(stranger: str) -> None:
    assert free_port(int(stranger.rpartition(":")[2])) == 0
