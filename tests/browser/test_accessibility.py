"""The page with axe, at every width, in dark mode, with forced colors, and with the keyboard only.

UPDATE_SCREENSHOTS=1 make test     retakes docs/screenshots; look at them before you commit them
"""

import os
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import expect
from support.page_checks import NO_VIOLATIONS, borderless_buttons, save_screenshot, tab_to, violations
from support.run_page import RunPage

MISTRAL, QWEN_14B = "mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen2.5-14B-Instruct"
GATED = "meta-llama/Llama-3.1-8B-Instruct"

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


def changes(run_page: RunPage) -> None:
    run_page.suggest("Qwen/Qwen3-14B", "g7.8xlarge")
    run_page.response_after(run_page.button_like("Apply --").first.click)


def layouts(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.button_like("Command for").first.click()


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
        changes,
        layouts,
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

    assert violations(run_page.page) == NO_VIOLATIONS
    assert borderless_buttons(run_page.page) == []


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
    tab_to(run_page.page, run_page.model)
    keyboard.type("mistral-7b-instruct-v0.3")
    expect(run_page.page.get_by_role("option", name=MISTRAL, exact=True)).to_be_visible()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(run_page.model).to_have_value(MISTRAL)
    tab_to(run_page.page, run_page.instance_type)
    keyboard.type("g5.12")
    expect(run_page.instance_type).to_have_value("g5.12xlarge")
    tab_to(run_page.page, run_page.button("Suggest Config"))
    response = run_page.response_after(lambda: keyboard.press("Enter"))
    run_page.expect_values(response)
    tab_to(run_page.page, run_page.field("concurrency"))
    run_page.response_after(lambda: keyboard.type("5"))
    tab_to(run_page.page, run_page.button("Run Benchmark"))
    keyboard.press("Enter")
    body = run_page.previewed_request()
    tab_to(run_page.page, run_page.button("Hide explanation"))
    keyboard.press("Space")
    expect(run_page.button("Show explanation")).to_be_focused()

    assert (body["model"], body["instance_type"]) == (MISTRAL, "g5.12xlarge")
    assert body["tensor_parallel_degree"] == response["tensor_parallel_degree"]


def _take_screenshots(run_page: RunPage, state: str) -> None:
    """Save screenshots of the whole page."""
    if not os.environ.get("UPDATE_SCREENSHOTS"):
        return
    page = run_page.page
    page.mouse.move(0, 0)
    for name, scheme, width in _SCREENSHOTS.get(state, []):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        # The result scrolls if it is higher than the window.
        height = run_page.result.evaluate("element => element.scrollHeight + 200")
        page.set_viewport_size({"width": width, "height": max(900, height if width >= 1100 else 0)})
        save_screenshot(page, name)
    page.set_viewport_size({"width": 1440, "height": 900})
