"""The Suggest Config button, the form that it fills, and the explanation panel."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Locator, expect
from support.run_page import RunPage

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def test_the_button_is_disabled_without_a_model_or_an_instance_type(run_page: RunPage) -> None:
    button = run_page.button("Suggest Config")
    expect(button).to_be_disabled()
    run_page.model.fill(MISTRAL)
    run_page.model.press("Tab")
    expect(button).to_be_disabled()
    run_page.instance_type.select_option("g5.12xlarge")
    expect(button).to_be_enabled()
    run_page.model.fill("")
    expect(button).to_be_disabled()


def test_the_button_is_as_wide_as_the_field_above_it(run_page: RunPage) -> None:
    button, field = _box(run_page.button("Suggest Config")), _box(run_page.instance_type)

    assert button["y"] >= field["y"] + field["height"]
    assert button["x"] == pytest.approx(field["x"], abs=1)
    assert button["width"] == pytest.approx(field["width"], abs=1)


def _box(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def test_a_recommendation_fills_the_form(run_page: RunPage) -> None:
    response = run_page.suggest(MISTRAL, "g5.12xlarge")

    run_page.expect_values(response)
    expect(run_page.field("tensor_parallel_degree")).to_have_value("4")
    expect(run_page.field("max_model_len")).to_have_value("32768")


def test_the_panel_explains_each_value(run_page: RunPage) -> None:
    response = run_page.suggest(MISTRAL, "g5.12xlarge")
    panel = run_page.panel

    expect(panel).to_contain_text(f"{MISTRAL} (7.2B params, BF16)")
    expect(panel).to_contain_text("g5.12xlarge (4 \N{MULTIPLICATION SIGN} A10G, 96 GiB)")
    for name in ("tensor_parallel_degree", "quantization", "max_model_len", "concurrency"):
        expect(panel).to_contain_text(response["explanation"][name])


def test_the_panel_is_open_at_first_and_can_be_hidden(run_page: RunPage) -> None:
    response = run_page.suggest(MISTRAL, "g5.12xlarge")
    reason = run_page.panel.get_by_text(response["explanation"]["concurrency"])

    expect(reason).to_be_visible()
    run_page.button("Hide explanation").click()
    expect(reason).to_be_hidden()
    run_page.button("Show explanation").click()
    expect(reason).to_be_visible()


def test_the_memory_table_has_the_figures_of_the_response(run_page: RunPage) -> None:
    memory = run_page.suggest(MISTRAL, "g5.xlarge")["memory"]
    rows = run_page.panel.get_by_role("table").get_by_role("row").all()[1:]
    cells = [row.get_by_role("cell").first.inner_text() for row in rows]
    runtime = memory["non_torch_gib"] + memory["cuda_graphs_gib"]
    parts = [memory["weights_gib"], memory["kv_cache_gib"], memory["activations_gib"], runtime]

    assert cells == [f"{gib:.1f} GiB" for gib in (*parts, memory["unused_gib"])]


def test_the_width_of_each_part_of_the_memory_bar_is_its_share(run_page: RunPage) -> None:
    memory = run_page.suggest(MISTRAL, "g5.xlarge")["memory"]
    widths = [_box(part)["width"] for part in run_page.panel.locator("[data-part] > rect").all()]

    assert len(widths) == 5
    assert widths[0] / sum(widths) == pytest.approx(memory["weights_gib"] / memory["visible_gib"], abs=0.02)


def test_copying_the_command_copies_what_is_shown(open_page: Callable[..., RunPage]) -> None:
    run_page = open_page(permissions=["clipboard-read", "clipboard-write"])
    response = run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.button("Copy command").click()
    expect(run_page.button("Copied")).to_be_visible()
    copied = run_page.page.evaluate("navigator.clipboard.readText()")

    assert copied == run_page.panel.locator("code").inner_text()
    assert copied.replace("\\\n", "").split() == ["vllm", "serve", MISTRAL, *response["vllm_args"]]


def test_clicking_the_button_while_loading_sends_no_second_request(run_page: RunPage) -> None:
    held = run_page.held_api_requests()
    run_page.select(MISTRAL, "g5.12xlarge")
    button = run_page.button("Suggest Config")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    button.click(force=True)
    for route in held:
        route.continue_()

    expect(run_page.panel).to_be_visible()
    expect(button).to_have_attribute("aria-busy", "false")
    assert len(held) == 1


def test_a_late_response_for_another_instance_type_is_ignored(run_page: RunPage) -> None:
    held = run_page.held_api_requests("instance_type=g5.xlarge")
    run_page.select(MISTRAL, "g5.xlarge")
    run_page.button("Suggest Config").click()
    run_page.instance_type.select_option("g5.12xlarge")
    response = run_page.response_after(lambda: run_page.button("Suggest Config").click())
    held[0].fulfill(json={**response, "concurrency": 1})
    run_page.page.wait_for_timeout(300)

    run_page.expect_values(response)
