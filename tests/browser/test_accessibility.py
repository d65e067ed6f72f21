"""The page with axe, on a narrow screen, in dark mode, and with the keyboard only.

UPDATE_SCREENSHOTS=1 make test     retakes docs/screenshots; look at them before you commit them
"""

import os
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect
from support.run_page import RunPage

MISTRAL, QWEN_14B = "mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen2.5-14B-Instruct"
GATED = "meta-llama/Llama-3.1-8B-Instruct"

_ROOT = Path(__file__).parents[2]
_AXE = _ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_SCREENSHOTS_FOLDER = _ROOT / "docs" / "screenshots"

OpenPage = Callable[..., RunPage]


def idle(_: RunPage) -> None:
    pass


def model_list(run_page: RunPage) -> None:
    run_page.model.press_sequentially("mistral")
    models = run_page.page.get_by_role("listbox", name="Models")
    expect(models).to_be_visible()
    run_page.model.press("ArrowDown")
    expect(models.get_by_role("option", selected=True)).to_be_visible()


def filled(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")


def options(run_page: RunPage) -> None:
    run_page.suggest(QWEN_14B, "g6.xlarge")


def checkpoints(run_page: RunPage) -> None:
    run_page.token.fill("hf_valid")
    run_page.suggest(GATED, "g4dn.xlarge")


def warnings(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.response_after(lambda: run_page.field("max_model_len").fill("40000"))
    run_page.response_after(lambda: run_page.field("concurrency").fill("5000"))


def error(run_page: RunPage) -> None:
    run_page.select(GATED, "g5.xlarge")
    run_page.error_after(lambda: run_page.button("Suggest Config").click())


def neuron(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "inf2.xlarge")


def submitted(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.submit()


STATES: Mapping[str, Callable[[RunPage], None]] = {
    state.__name__: state
    for state in (idle, model_list, filled, options, checkpoints, warnings, error, neuron, submitted)
}
# The screenshots in the README, by state and color scheme.
_SCREENSHOTS = {
    ("idle", "light"): "idle",
    ("filled", "light"): "filled",
    ("options", "light"): "options",
    ("warnings", "light"): "warnings",
    ("checkpoints", "dark"): "dark",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_serious_violations(open_page: OpenPage, state: str, scheme: str) -> None:
    run_page = open_page(color_scheme=scheme, viewport={"width": 860, "height": 720})
    STATES[state](run_page)
    _take_screenshot(run_page, _SCREENSHOTS.get((state, scheme)))

    assert _violations(run_page) == []


@pytest.mark.parametrize("state", STATES)
def test_the_page_does_not_scroll_sideways_on_a_narrow_screen(open_page: OpenPage, state: str) -> None:
    run_page = open_page(viewport={"width": 320, "height": 640})
    STATES[state](run_page)
    _take_screenshot(run_page, "narrow" if state == "filled" else None)
    width, height = run_page.page.evaluate(
        "() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]"
    )

    assert width == 320
    assert height > 640


def test_the_page_can_be_used_with_the_keyboard_only(run_page: RunPage) -> None:
    keyboard = run_page.page.keyboard
    expect(run_page.model).to_be_visible()
    keyboard.press("Tab")
    expect(run_page.model).to_be_focused()
    keyboard.type("mistral-7b-instruct-v0.3")
    expect(run_page.page.get_by_role("option", name=MISTRAL, exact=True)).to_be_visible()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(run_page.model).to_have_value(MISTRAL)
    _tab_to(run_page, run_page.instance_type)
    keyboard.type("g5.12")
    expect(run_page.instance_type).to_have_value("g5.12xlarge")
    _tab_to(run_page, run_page.button("Suggest Config"))
    response = run_page.response_after(lambda: keyboard.press("Enter"))
    run_page.expect_values(response)
    _tab_to(run_page, run_page.button("Hide explanation"))
    keyboard.press("Space")
    expect(run_page.button("Show explanation")).to_be_focused()
    _tab_to(run_page, run_page.field("concurrency"))
    run_page.response_after(lambda: keyboard.type("5"))
    _tab_to(run_page, run_page.button("Run Benchmark"))
    keyboard.press("Enter")
    body = run_page.previewed_request()

    assert (body["model"], body["instance_type"]) == (MISTRAL, "g5.12xlarge")
    assert body["tensor_parallel_degree"] == response["tensor_parallel_degree"]


def _tab_to(run_page: RunPage, target: Locator) -> None:
    """Press Tab until `target` has the focus. Every focused element must match :focus-visible."""
    for _ in range(30):
        run_page.page.keyboard.press("Tab")
        focused = run_page.page.locator(":focus")
        assert focused.evaluate("element => element.matches(':focus-visible')")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")


def _violations(run_page: RunPage) -> list[str]:
    """The serious and critical axe violations, each with the affected elements."""
    run_page.page.evaluate(_AXE.read_text())  # a <script> would violate the content security policy
    violations = run_page.page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
    ]


def _take_screenshot(run_page: RunPage, name: str | None) -> None:
    """Save a screenshot of the whole page in 256 colors, which halves the file size."""
    if name is None or not os.environ.get("UPDATE_SCREENSHOTS"):
        return
    run_page.page.mouse.move(0, 0)
    _SCREENSHOTS_FOLDER.mkdir(exist_ok=True)
    screenshot = Image.open(BytesIO(run_page.page.screenshot(full_page=True)))
    screenshot.convert("RGB").quantize().save(_SCREENSHOTS_FOLDER / f"{name}.png", optimize=True)
