"""Warnings and updated recommendations at the fields that the user changes."""

import re

from playwright.sync_api import expect
from support.run_page import RunPage

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def test_a_warning_is_shown_at_the_changed_field(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.xlarge")
    response = run_page.response_after(lambda: run_page.field("concurrency").fill("200"))

    assert response["warning_codes"] == ["requests_queue", "little_host_memory"]
    expect(run_page.field("concurrency")).to_have_accessible_description(response["warnings"][0])
    expect(run_page.field("max_model_len")).to_have_accessible_description("")


def test_a_warning_disappears_with_its_cause(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.response_after(lambda: run_page.field("max_model_len").fill("40000"))
    expect(run_page.field("max_model_len")).to_have_accessible_description(re.compile("40,000"))
    run_page.field("max_model_len").fill("32768")

    expect(run_page.field("max_model_len")).to_have_accessible_description("")


def test_one_request_is_sent_after_the_user_stops_typing(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    requests = run_page.recorded_api_requests()
    run_page.page.clock.install()
    run_page.page.clock.pause_at(run_page.page.evaluate("Date.now() + 1000"))
    run_page.field("concurrency").fill("")
    for key in "5000":
        run_page.field("concurrency").press(key)
        run_page.page.clock.run_for(100)
    assert requests == []
    with run_page.page.expect_request("**/api/v1/recommend?*"):
        run_page.page.clock.run_for(1000)

    assert ["concurrency=5000" in request.url for request in requests] == [True]


def test_a_change_updates_the_recommendations_of_other_fields(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.xlarge")
    hint = run_page.hint_after(lambda: run_page.field("input_sequence_length").fill("4096"))
    updated = str(hint["concurrency"])
    run_page.button(f"Use {updated}").click()

    expect(run_page.field("concurrency")).to_have_value(updated)


def test_the_panel_and_the_command_have_the_values_of_the_form(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    response = run_page.response_after(lambda: run_page.field("tensor_parallel_degree").select_option("1"))

    run_page.expect_values(response)
    run_page.expect_panel_like_form()
    expect(run_page.button("Reset Tensor Parallel to 4")).to_be_visible()
    expect(run_page.field("concurrency")).to_have_accessible_description(re.compile("will queue"))


def test_handing_the_recommended_values_back_changes_nothing(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    panel = run_page.panel.inner_text()
    run_page.hint_after(lambda: run_page.field("concurrency").fill("7"))
    requests = run_page.recorded_api_requests()
    run_page.button("Reset to Recommendation").click()

    expect(run_page.panel).to_have_text(re.compile("^Recommended"))
    assert run_page.panel.inner_text() == panel
    assert requests == []


def test_warnings_do_not_prevent_the_form_from_submitting(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.response_after(lambda: run_page.field("max_model_len").fill("400000"))

    assert run_page.submit()["max_model_len"] == 400_000
