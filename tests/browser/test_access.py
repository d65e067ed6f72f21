"""Whether everybody can use the page: by keyboard, on a narrow screen, with a screen reader, in the dark.

UPDATE_SCREENSHOTS=1 make test     rewrites docs/screenshots, which are then to be looked at
"""

import json
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
_PICTURES_FOLDER = _ROOT / "docs" / "screenshots"

OpenPage = Callable[..., RunPage]


def idle(_: RunPage) -> None:
    pass


def choosing(run_page: RunPage) -> None:
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
    run_page.token.fill("hf_somebody")
    run_page.suggest(GATED, "g4dn.xlarge")


def warned(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.answer_after(lambda: run_page.field("max_model_len").fill("40000"))
    run_page.answer_after(lambda: run_page.field("concurrency").fill("5000"))


def refused(run_page: RunPage) -> None:
    run_page.choose(GATED, "g5.xlarge")
    run_page.refused_after(lambda: run_page.button("Suggest Config").click())


def on_neuron(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "inf2.xlarge")


def submitted(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.request_body()


STATES: Mapping[str, Callable[[RunPage], None]] = {
    state.__name__: state
    for state in (idle, choosing, filled, options, checkpoints, warned, refused, on_neuron, submitted)
}
# What the README shows, by the name of the picture.
_PICTURES = {
    ("idle", "light"): "idle",
    ("filled", "light"): "filled",
    ("options", "light"): "options",
    ("warned", "light"): "warnings",
    ("checkpoints", "dark"): "dark",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(open_page: OpenPage, state: str, scheme: str) -> None:
    run_page = open_page(color_scheme=scheme, viewport={"width": 860, "height": 720})
    STATES[state](run_page)
    _picture(run_page, _PICTURES.get((state, scheme)))

    assert _violations(run_page) == []


@pytest.mark.parametrize("state", STATES)
def test_a_narrow_screen_need_not_be_scrolled_sideways(open_page: OpenPage, state: str) -> None:
    run_page = open_page(viewport={"width": 320, "height": 640})
    STATES[state](run_page)
    _picture(run_page, "narrow" if state == "filled" else None)
    wide, tall = run_page.page.evaluate(
        "() => [document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]"
    )

    assert wide == 320
    assert tall > 640


def test_the_keyboard_alone_leads_from_the_first_field_to_the_request(run_page: RunPage) -> None:
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
    answer = run_page.answer_after(lambda: keyboard.press("Enter"))
    run_page.expect_values(answer)
    _tab_to(run_page, run_page.button("Hide explanation"))
    keyboard.press("Space")
    expect(run_page.button("Show explanation")).to_be_focused()
    _tab_to(run_page, run_page.field("concurrency"))
    run_page.answer_after(lambda: keyboard.type("5"))
    _tab_to(run_page, run_page.button("Run Benchmark"))
    keyboard.press("Enter")
    body = json.loads(run_page.page.get_by_role("region", name="Request body").locator("pre").inner_text())

    assert (body["model"], body["instance_type"]) == (MISTRAL, "g5.12xlarge")
    assert body["tensor_parallel_degree"] == answer["tensor_parallel_degree"]


def _tab_to(run_page: RunPage, target: Locator) -> None:
    """Press Tab until `target` has the focus; what has it is to be seen on the way."""
    for _ in range(30):
        run_page.page.keyboard.press("Tab")
        focused = run_page.page.locator(":focus")
        assert focused.evaluate("element => element.matches(':focus-visible')")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def _violations(run_page: RunPage) -> list[str]:
    """What axe calls serious or critical, each with the elements that it is about."""
    run_page.page.evaluate(_AXE.read_text())  # the page's policy keeps a script of another source out
    found = run_page.page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def _picture(run_page: RunPage, name: str | None) -> None:
    """Keep a picture of the whole page under `name`, in 256 colours, which halves its size."""
    if name is None or not os.environ.get("UPDATE_SCREENSHOTS"):
        return
    run_page.page.mouse.move(0, 0)
    _PICTURES_FOLDER.mkdir(exist_ok=True)
    taken = Image.open(BytesIO(run_page.page.screenshot(full_page=True)))
    taken.convert("RGB").quantize().save(_PICTURES_FOLDER / f"{name}.png", optimize=True)
