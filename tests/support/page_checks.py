"""Checks of any page in the browser."""

from pathlib import Path

from playwright.sync_api import Locator, Page

_AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """The serious and critical axe violations, each with the affected elements."""
    page.evaluate(_AXE.read_text())  # a <script> would violate the content security policy
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']]}"
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]


def tab_to(page: Page, target: Locator, *, presses: int = 30) -> None:
    """Press Tab until `target` has the focus. Every focused element must match :focus-visible."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("element => element.matches(':focus-visible')")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")
