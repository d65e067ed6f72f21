"""A real headless Chromium, and the local service with the built page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser
from support.browser import PageMonitor, running_chromium
from support.run_page import RunPage
from support.started import started

from local.server.page import BUILT_PAGE

OpenPage = Callable[..., RunPage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def built_page() -> None:
    """Skip all tests if the page is not built."""
    if not (BUILT_PAGE / "index.html").exists():
        pytest.skip("the page is not built: `make start` and `make test` build it")


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    with started() as (_, url):
        yield url


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open the page in a fresh browser context. Fails the test if a monitor recorded a problem."""
    monitors = []

    def open_at(url: str | None = None, **context_options: Any) -> RunPage:
        origin = url or request.getfixturevalue("service_url")
        context = stack.enter_context(
            browser.new_context(base_url=origin, reduced_motion="reduce", **context_options)
        )
        monitor = PageMonitor(origin=origin)
        monitors.append(monitor)
        page = context.new_page()
        monitor.attach(page)
        page.goto("/")
        return RunPage(page, monitor)

    with ExitStack() as stack:
        yield open_at
    assert [problem for monitor in monitors for problem in monitor.problems] == []


@pytest.fixture
def run_page(open_page: OpenPage) -> RunPage:
    """The page with the default context options."""
    return open_page()
