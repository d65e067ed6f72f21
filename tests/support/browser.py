"""A headless Chromium, and a monitor of what a page does in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

_EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The sandbox does not work as root in a container. The other flags stop Chromium's own network requests.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Long enough for a busy machine.
_TIMEOUT_MS = 20_000

# What Chromium logs to the console for each failed request and each response with a status of 400 or above.
_FAILED_REQUEST = "Failed to load resource"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the Chromium installed on this machine, or skip the test if there is none."""
    path = next((found for name in _EXECUTABLES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("Chromium is missing: install it with the system's package manager")
    expect.set_options(timeout=_TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@dataclass(
    kw_only=True
)  # without slots: Playwright sets attributes on the objects whose methods are handlers
class PageMonitor:
    """Records console errors, uncaught exceptions and requests to other origins."""

    origin: str
    allow_failed_requests: bool = False
    """Set by tests in which the service returns an error or is down, which Chromium logs to the console."""
    problems: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        page.set_default_timeout(_TIMEOUT_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        is_same_origin = message.location["url"].startswith(self.origin)
        is_failed_request = message.text.startswith(_FAILED_REQUEST)
        is_allowed = self.allow_failed_requests and is_same_origin and is_failed_request
        if message.type in {"error", "warning"} and not is_allowed:
            self.problems.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.problems.append(f"request to {request.url}")
