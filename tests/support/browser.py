"""A headless Chromium, and a watch over what a page does in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No sandbox, which a container's root cannot have; nothing that a browser does on its own account.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# A deadline for what hangs, on machines that do other things at the same time.
_PATIENCE_MS = 20_000

# What Chromium itself writes to the console for each answer from 400 on, and for each that does not come.
_FAILED_LOAD = "Failed to load resource"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The machine's Chromium, driven over its own protocol."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("Chromium is missing: install it with the system's package manager")
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass(kw_only=True)  # without slots: Playwright sets attributes of the owners of its handlers
class Watch:
    """Notes what a page must not do: complain on the console, fail, or speak to another origin."""

    origin: str
    may_be_refused: bool = False
    """Whether it is part of the test that the service refuses or is not there, which Chromium reports."""
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.set_default_timeout(_PATIENCE_MS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        is_own = message.location["url"].startswith(self.origin)
        is_expected = self.may_be_refused and is_own and message.text.startswith(_FAILED_LOAD)
        if message.type in {"error", "warning"} and not is_expected:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")
