"""Checks of any page in the browser."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

_ROOT = Path(__file__).parents[2]
_AXE = _ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_SCREENSHOTS_FOLDER = _ROOT / "docs" / "screenshots"


def violations(page: Page) -> dict[str, list[str]]:
    """The serious and critical axe violations by color scheme, each with the affected elements."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = _axe_violations(page)
    page.emulate_media(color_scheme="light", forced_colors="active")
    found["forced colors"] = _axe_violations(page)
    return found


NO_VIOLATIONS: dict[str, list[str]] = {"light": [], "dark": [], "forced colors": []}


def _axe_violations(page: Page) -> list[str]:
    page.evaluate(_AXE.read_text())  # a <script> would violate the content security policy
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']]}"
        for violation in found
        if violation["impact"] in {"serious", "critical"}
    ]


def borderless_buttons(page: Page) -> list[str]:
    """The names of visible buttons that forced colors leave without an outline."""
    names: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button")]
            .filter(button => button.offsetParent && !button.className.includes("underline"))
            .filter(button => {
                const {borderTopStyle, borderTopWidth} = getComputedStyle(button);
                return borderTopStyle !== "solid" || parseFloat(borderTopWidth) < 1;
            })
            .map(button => button.textContent)"""
    )
    return names


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus. Every focused element must match :focus-visible."""
    # A page that is not rendered yet has nothing that Tab could focus.
    expect(target).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("element => element.matches(':focus-visible')")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")


def save_screenshot(page: Page, name: str, *, full_page: bool = True) -> None:
    """Save a screenshot for the README in 256 colors, which halves the file size."""
    _SCREENSHOTS_FOLDER.mkdir(exist_ok=True)
    screenshot = Image.open(BytesIO(page.screenshot(full_page=full_page)))
    screenshot.convert("RGB").quantize().save(_SCREENSHOTS_FOLDER / f"{name}.png", optimize=True)
