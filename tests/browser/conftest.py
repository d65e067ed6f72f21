"""A real headless Chromium, on the real local service with the built page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser
from support.browser import Watch, running_chromium
from support.run_page import RunPage
from support.started import started

from local.server.page import BUILT_PAGE

OpenPage = Callable[..., RunPage]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="session")
def service_url() -> Iterator[str]:
    if not (BUILT_PAGE / "index.html").exists():
        pytest.skip("the page is not built: `make start` and `make test` build it")
    with started() as (_, url):
        yield url


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens the page in a browser that remembers nothing; afterwards it must not have misbehaved."""
    watches = []

    def open_at(url: str | None = None, **overrides: Any) -> RunPage:
        origin = url or request.getfixturevalue("service_url")
        context = stack.enter_context(
            browser.new_context(base_url=origin, reduced_motion="reduce", **overrides)
        )
        watches.append(Watch(origin=origin))
        page = context.new_page()
        watches[-1].over(page)
        page.goto("/")
        return RunPage(page, watches[-1])

    with ExitStack() as stack:
        yield open_at
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.fixture
def run_page(open_page: OpenPage) -> RunPage:
    """The page as most people see it."""
    return open_page()
