"""The Compare page: the comparison, filters, order, plot and links, with mouse and keyboard."""

import os
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from support.compare_page import ComparePage
from support.page_checks import NO_VIOLATIONS, borderless_buttons, save_screenshot, tab_to, violations
from support.run_page import RunPage

QWEN_8B, LLAMA_70B = "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-70B-Instruct"
GATED, EMBEDDING = "meta-llama/Llama-3.1-8B-Instruct", "sentence-transformers/all-MiniLM-L6-v2"

OpenCompare = Callable[..., ComparePage]


@pytest.fixture
def open_compare(open_page: Callable[..., RunPage]) -> OpenCompare:
    """Open the Compare page in a fresh browser context."""

    def open_at(query: str = "", **context_options: object) -> ComparePage:
        run_page = open_page(**context_options)
        run_page.page.goto(f"/compare{query}")
        return ComparePage(run_page.page, run_page.monitor)

    return open_at


@pytest.fixture
def compare_page(open_compare: OpenCompare) -> ComparePage:
    """The page with the default context options."""
    return open_compare()


def _query(page: ComparePage) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.page.url).query)


def test_the_table_has_the_rows_of_the_response(compare_page: ComparePage) -> None:
    rows = compare_page.compare(QWEN_8B)["instances"]

    assert compare_page.instances() == [row["instance_type"] for row in rows]
    expect(compare_page.count).to_have_text(f"{len(rows)} of {len(rows)} instances")
    first = compare_page.table.get_by_role("row").nth(1)
    expect(first).to_contain_text(f"{rows[0]['max_model_len']:,}")
    expect(first).to_contain_text(f"${rows[0]['usd_per_hour']:,.2f}")


def test_prices_are_shown_with_region_and_date(compare_page: ComparePage) -> None:
    rows = compare_page.compare(QWEN_8B)["instances"]
    priced = next(row for row in rows if "usd_per_hour" in row)
    year = priced["price_date"][:4]

    expect(
        compare_page.page.get_by_text(f"On-demand Linux prices in {priced['price_region']}")
    ).to_contain_text(year)


def test_an_instance_opens_on_the_run_page_with_the_same_values(compare_page: ComparePage) -> None:
    rows = compare_page.compare(QWEN_8B)["instances"]
    row = next(row for row in rows if row["feasible"] and row["accelerator_count"] == 4)
    run_page = RunPage(compare_page.page, compare_page.monitor)
    link = compare_page.table.get_by_role("link", name=row["instance_type"], exact=True)
    response = run_page.response_after(link.click)

    run_page.expect_values(response)
    assert response["tensor_parallel_degree"] == row["tensor_parallel_degree"]
    assert response["max_model_len"] == row["max_model_len"]
    expect(run_page.instance_type.locator("visible=true")).to_have_value(row["instance_type"])
    compare_page.page.go_back()
    expect(compare_page.table).to_be_visible()


def test_a_workload_changes_the_rows_and_is_taken_along_to_the_run_page(compare_page: ComparePage) -> None:
    compare_page.field("Input Length").fill("6000")
    compare_page.field("Max Model Length").fill("8192")
    compare_page.field("Quantization").select_option("FP8")
    compare_page.field("vLLM Version").fill("0.19.0")
    rows = compare_page.compare(QWEN_8B)["instances"]
    expect(
        compare_page.page.get_by_text(
            "Requests of 6,000 input and 256 output tokens, a context of 8,192 tokens, weights in FP8"
        )
    ).to_be_visible()
    compare_page.page.reload()
    expect(compare_page.field("Input Length")).to_have_value("6000")
    row = next(row for row in rows if row["feasible"] and row["concurrency"] < 64)
    compare_page.table.get_by_role("link", name=row["instance_type"], exact=True).click()
    run_page = RunPage(compare_page.page, compare_page.monitor)

    expect(run_page.panel).to_contain_text("Your Configuration")
    expect(run_page.panel).to_have_attribute("aria-busy", "false")
    run_page.expect_values({**row, "input_sequence_length": 6000, "output_sequence_length": 256})
    assert {"max_model_len": ["8192"], "vllm_version": ["0.19.0"]}.items() <= _query(compare_page).items()


def test_a_shared_link_opens_with_model_filters_and_order(open_compare: OpenCompare) -> None:
    page = open_compare(f"?model={QWEN_8B}&gpu=L4&sort=-max_concurrent_requests&native_only=true")
    expect(page.heading("Requests at once")).to_have_attribute("aria-sort", "descending")
    shown = page.instances()
    page.page.reload()

    expect(page.table).to_be_visible()
    assert page.instances() == shown
    assert shown[0] == "g6.48xlarge"
    assert all(name.startswith(("g6.", "gr6.")) for name in shown)


def test_sorting_and_filtering_change_the_url_and_not_the_history(compare_page: ComparePage) -> None:
    rows = compare_page.compare(QWEN_8B)["instances"]
    entries = compare_page.page.evaluate("history.length")
    compare_page.sort_button("$ per hour").click()
    compare_page.page.get_by_label("Maximum $ per hour").fill("2")
    cheap = [row for row in rows if row.get("usd_per_hour", 3) <= 2]
    expect(compare_page.count).to_have_text(f"{len(cheap)} of {len(rows)} instances")
    shown = [next(row for row in cheap if row["instance_type"] == name) for name in compare_page.instances()]

    assert [row["usd_per_hour"] for row in shown] == sorted(row["usd_per_hour"] for row in cheap)
    assert _query(compare_page) == {"model": [QWEN_8B], "sort": ["usd_per_hour"], "max_usd_per_hour": ["2"]}
    assert compare_page.page.evaluate("history.length") == entries


def test_going_back_restores_the_comparison_before(compare_page: ComparePage) -> None:
    compare_page.compare(QWEN_8B)
    compare_page.compare("gpt2")
    compare_page.page.go_back()

    expect(compare_page.page.get_by_role("heading", level=2, name=QWEN_8B)).to_be_visible()
    expect(compare_page.model).to_have_value(QWEN_8B)


def test_no_point_of_the_plot_is_better_than_the_frontier(compare_page: ComparePage) -> None:
    rows = [row for row in compare_page.compare(QWEN_8B)["instances"] if "usd_per_hour" in row]
    marked = compare_page.table.get_by_role("rowheader", name="on the frontier").get_by_role("link")
    best = [row for row in rows if row["instance_type"] in marked.all_inner_texts()]

    assert len(best) > 2
    for row in rows:
        assert any(
            each["usd_per_hour"] <= row["usd_per_hour"]
            and each["max_concurrent_requests"] >= row["max_concurrent_requests"]
            for each in best
        )


def test_the_labels_of_the_plot_do_not_overlap_at_any_width(compare_page: ComparePage) -> None:
    compare_page.compare(QWEN_8B)
    for width in (1440, 768, 320):
        compare_page.page.set_viewport_size({"width": width, "height": 900})
        boxes = _label_boxes(compare_page)
        overlaps = [
            (a, b)
            for index, a in enumerate(boxes)
            for b in boxes[:index]
            if a["left"] < b["right"] and b["left"] < a["right"]
            # Boxes of text are higher than its letters.
            if a["top"] + 6 < b["bottom"] and b["top"] + 6 < a["bottom"]
        ]

        assert len(boxes) > 2
        assert overlaps == []


def _label_boxes(compare_page: ComparePage) -> list[dict[str, float]]:
    """The boxes of the labels, once the plot has been drawn for its width."""
    boxes: list[dict[str, float]] = compare_page.plot.evaluate(
        """async plot => {
            for (let frame = 0; frame < 5; frame += 1) {
                await new Promise(requestAnimationFrame);
            }
            const labels = [...plot.querySelectorAll("text[paint-order]")];
            return labels.map(label => label.getBoundingClientRect().toJSON());
        }"""
    )
    return boxes


def test_a_gated_model_is_compared_once_a_token_is_entered(compare_page: ComparePage) -> None:
    compare_page.monitor.allow_failed_requests = True
    error = compare_page.compare(GATED)
    expect(compare_page.page.get_by_role("alert")).to_have_text(error["error"])
    compare_page.token.fill("hf_valid")
    compare_page.page.get_by_role("button", name="Compare").click()
    expect(compare_page.table).to_be_visible()

    assert "hf_valid" not in compare_page.page.content()
    assert "hf_valid" not in compare_page.page.url
    compare_page.page.get_by_role("navigation").get_by_role("link", name="Run").click()
    expect(compare_page.token).to_have_value("hf_valid")


def test_the_page_can_be_used_with_the_keyboard_only(compare_page: ComparePage) -> None:
    page, keyboard = compare_page.page, compare_page.page.keyboard
    tab_to(page, compare_page.model)
    keyboard.type(QWEN_8B)
    keyboard.press("Enter")
    expect(compare_page.table).to_be_visible()
    tab_to(page, page.get_by_label("Native precision only"))
    keyboard.press("Space")
    expect(page.get_by_label("Native precision only")).to_be_checked()
    tab_to(page, compare_page.plot.locator("a[tabindex='0']"))
    expect(page.get_by_role("tooltip")).to_be_visible()
    first = page.locator(":focus").get_attribute("aria-label")
    keyboard.press("ArrowRight")
    assert page.locator(":focus").get_attribute("aria-label") != first
    keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    tab_to(page, compare_page.sort_button("$ per hour"))
    keyboard.press("Enter")
    expect(compare_page.heading("$ per hour")).to_have_attribute("aria-sort", "ascending")
    cheapest = compare_page.instances()[0]
    tab_to(page, compare_page.table.get_by_role("link", name=cheapest, exact=True))
    keyboard.press("Enter")
    run_page = RunPage(page, compare_page.monitor)

    expect(run_page.panel).to_be_visible()
    expect(run_page.panel).to_contain_text(cheapest)


def idle(_: ComparePage) -> None:
    pass


def compared(page: ComparePage) -> None:
    page.compare(QWEN_8B)


def tooltip(page: ComparePage) -> None:
    page.compare(QWEN_8B)
    page.plot.locator("a[tabindex='0']").focus()
    expect(page.page.get_by_role("tooltip")).to_be_visible()


def sorted_and_filtered(page: ComparePage) -> None:
    page.compare(QWEN_8B)
    page.sort_button("Requests at once").click()
    page.page.get_by_label("Minimum context, in tokens").fill("32768")


def large_model(page: ComparePage) -> None:
    page.token.fill("hf_valid")
    page.compare(LLAMA_70B)


def no_match(page: ComparePage) -> None:
    page.compare(QWEN_8B)
    page.page.get_by_label("Maximum $ per hour").fill("0.01")
    expect(page.page.get_by_role("heading", name="No instance matches the filters")).to_be_visible()


def unsupported(page: ComparePage) -> None:
    page.compare(EMBEDDING)
    expect(page.page.get_by_role("heading", name=f"No instance type runs {EMBEDDING}")).to_be_visible()


def error(page: ComparePage) -> None:
    page.monitor.allow_failed_requests = True
    page.compare("nobody/nothing")
    expect(page.page.get_by_role("alert")).to_be_visible()


_STATES = {
    state.__name__: state
    for state in (idle, compared, tooltip, sorted_and_filtered, large_model, no_match, unsupported, error)
}


@pytest.mark.parametrize("state", _STATES)
def test_axe_finds_no_serious_violations_and_nothing_scrolls_sideways(
    open_compare: OpenCompare, state: str
) -> None:
    compare_page = open_compare(viewport={"width": 1440, "height": 900})
    page = compare_page.page
    _STATES[state](compare_page)
    _take_screenshots(compare_page, state)

    assert violations(page) == NO_VIOLATIONS
    assert borderless_buttons(page) == []
    for width in (1440, 768, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.scrollingElement.scrollWidth") == width
    assert violations(page) == NO_VIOLATIONS


def test_the_table_scrolls_in_a_region_that_can_be_focused(open_compare: OpenCompare) -> None:
    page = open_compare(f"?model={QWEN_8B}", viewport={"width": 800, "height": 900})
    region = page.page.get_by_role("region", name="Instances")
    expect(region).to_have_attribute("tabindex", "0")
    region.focus()
    for _ in range(30):
        page.page.keyboard.press("ArrowRight")
    region.evaluate("async () => { await new Promise(done => setTimeout(done, 300)); }")

    assert region.evaluate("region => region.scrollLeft + region.clientWidth >= region.scrollWidth - 1")


@pytest.mark.parametrize(
    ("width", "overflow"), [(1440, "clip"), (1280, "clip"), (768, "auto"), (320, "clip")]
)
def test_no_column_is_cut_off(open_compare: OpenCompare, width: int, overflow: str) -> None:
    page = open_compare(f"?model={QWEN_8B}", viewport={"width": width, "height": 900})
    region = page.page.get_by_role("region", name="Instances")
    expect(page.table).to_be_visible()
    is_wider = region.evaluate("region => region.scrollWidth > region.clientWidth")

    expect(region).to_have_css("overflow-x", overflow)
    assert is_wider == (overflow == "auto")


def test_the_headings_stay_in_view(open_compare: OpenCompare) -> None:
    page = open_compare(f"?model={QWEN_8B}", viewport={"width": 1440, "height": 900})
    page.table.get_by_role("row").nth(40).scroll_into_view_if_needed()

    expect(page.heading("Context")).to_be_in_viewport()


def test_rows_are_cards_on_narrow_screens_and_stay_a_table(open_compare: OpenCompare) -> None:
    page = open_compare(f"?model={QWEN_8B}", viewport={"width": 320, "height": 900})
    row = page.table.get_by_role("row").nth(1)
    expect(row).to_be_visible()
    cells = row.get_by_role("cell").all()
    lefts = {box["x"] for box in (cell.bounding_box() for cell in cells) if box}

    assert len(cells) == 8
    assert len(lefts) == 2
    expect(row.get_by_text("Requests at once")).to_be_visible()


def _take_screenshots(compare_page: ComparePage, state: str) -> None:
    """Save the README's picture, down to the first rows of the table."""
    if os.environ.get("UPDATE_SCREENSHOTS") and state == "compared":
        page = compare_page.page
        page.set_viewport_size({"width": 1440, "height": 1500})
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        save_screenshot(page, "compare", full_page=False)
        page.set_viewport_size({"width": 1440, "height": 900})
