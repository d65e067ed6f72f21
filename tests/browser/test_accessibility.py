"""The page with axe, at every width, in dark mode, with forced colors, and with the keyboard only.

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


def stale(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.instance_type.select_option("g5.xlarge")


def advanced(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.page.get_by_text("Advanced", exact=True).click()
    run_page.response_after(lambda: run_page.page.get_by_label("Max Num Seqs").fill("16"))


def invalid(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.field("max_model_len").fill("-5")


def too_large(run_page: RunPage) -> None:
    run_page.token.fill("hf_valid")
    run_page.suggest("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")


def neuron(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "inf2.xlarge")


def submitted(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.submit()


_STATES: Mapping[str, Callable[[RunPage], None]] = {
    state.__name__: state
    for state in (
        idle,
        model_list,
        filled,
        options,
        checkpoints,
        warnings,
        error,
        advanced,
        stale,
        invalid,
        too_large,
        neuron,
        submitted,
    )
}

# The screenshots in the README: name, color scheme and width of a state.
_SCREENSHOTS = {
    "idle": [("idle", "light", 1440)],
    "filled": [("filled", "light", 1440), ("narrow", "light", 360)],
    "options": [("options", "light", 1440)],
    "warnings": [("warnings", "light", 1440)],
    "checkpoints": [("dark", "dark", 1440)],
}


@pytest.mark.parametrize("state", _STATES)
def test_axe_finds_no_serious_violations_in_any_color_scheme(open_page: OpenPage, state: str) -> None:
    run_page = open_page(viewport={"width": 1440, "height": 900})
    _STATES[state](run_page)
    _take_screenshots(run_page, state)
    violations = {}
    for scheme in ("light", "dark"):
        run_page.page.emulate_media(color_scheme=scheme)
        violations[scheme] = _violations(run_page)
    run_page.page.emulate_media(color_scheme="light", forced_colors="active")
    violations["forced colors"] = _violations(run_page)

    assert violations == {"light": [], "dark": [], "forced colors": []}
    assert _borderless_buttons(run_page) == []


@pytest.mark.parametrize("state", _STATES)
def test_the_page_has_two_columns_on_wide_screens_and_never_scrolls_sideways(
    open_page: OpenPage, state: str
) -> None:
    run_page = open_page(viewport={"width": 1440, "height": 900})
    _STATES[state](run_page)

    for width in (1440, 1100, 1099, 768, 360, 320):
        run_page.page.set_viewport_size({"width": width, "height": 900})
        assert run_page.page.evaluate("document.scrollingElement.scrollWidth") == width
        assert _has_two_columns(run_page) == (width >= 1100)


def _has_two_columns(run_page: RunPage) -> bool:
    form = run_page.button("Suggest Config").bounding_box()
    result = run_page.result.bounding_box()
    assert form is not None
    assert result is not None
    return form["x"] + form["width"] < result["x"]


def test_the_parameters_are_visible_next_to_the_result(open_page: OpenPage) -> None:
    run_page = open_page(viewport={"width": 1440, "height": 900})
    run_page.suggest(MISTRAL, "g5.12xlarge")
    dataset = run_page.page.get_by_label("Dataset").bounding_box()

    assert dataset is not None
    assert dataset["y"] + dataset["height"] <= 900
    expect(run_page.panel).to_be_in_viewport()


def test_the_parameters_come_before_the_reasons_on_narrow_screens(open_page: OpenPage) -> None:
    run_page = open_page(viewport={"width": 360, "height": 800})
    run_page.suggest(MISTRAL, "g5.12xlarge")
    controls = [run_page.button(name) for name in ("Suggest Config", "See why", "Run Benchmark")]
    tops = [box["y"] for box in (each.bounding_box() for each in (*controls, run_page.panel)) if box]
    run_page.button("See why").click()

    assert len(tops) == 4
    assert tops == sorted(tops)
    expect(run_page.panel.get_by_role("heading", level=2)).to_be_in_viewport()


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
    _tab_to(run_page, run_page.field("concurrency"))
    run_page.response_after(lambda: keyboard.type("5"))
    _tab_to(run_page, run_page.button("Run Benchmark"))
    keyboard.press("Enter")
    body = run_page.previewed_request()
    _tab_to(run_page, run_page.button("Hide explanation"))
    keyboard.press("Space")
    expect(run_page.button("Show explanation")).to_be_focused()

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


def _borderless_buttons(run_page: RunPage) -> list[str]:
    """The names of visible buttons that forced colors leave without an outline."""
    names: list[str] = run_page.page.evaluate(
        """() => [...document.querySelectorAll("button")]
            .filter(button => button.offsetParent && !button.className.includes("underline"))
            .filter(button => {
                const {borderTopStyle, borderTopWidth} = getComputedStyle(button);
                return borderTopStyle !== "solid" || parseFloat(borderTopWidth) < 1;
            })
            .map(button => button.textContent)"""
    )
    return names


def _take_screenshots(run_page: RunPage, state: str) -> None:
    """Save screenshots of the whole page in 256 colors, which halves the file size."""
    if not os.environ.get("UPDATE_SCREENSHOTS"):
        return
    page = run_page.page
    page.mouse.move(0, 0)
    _SCREENSHOTS_FOLDER.mkdir(exist_ok=True)
    for name, scheme, width in _SCREENSHOTS.get(state, []):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        # The result scrolls if it is higher than the window.
        height = run_page.result.evaluate("element => element.scrollHeight + 200")
        page.set_viewport_size({"width": width, "height": max(900, height if width >= 1100 else 0)})
        screenshot = Image.open(BytesIO(page.screenshot(full_page=True)))
        screenshot.convert("RGB").quantize().save(_SCREENSHOTS_FOLDER / f"{name}.png", optimize=True)
    page.set_viewport_size({"width": 1440, "height": 900})
