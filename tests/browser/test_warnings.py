"""What the service says about values that a person changed, at the field and without haste."""

import re

from playwright.sync_api import expect
from support.run_page import RunPage

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def test_a_warning_stands_at_the_field_that_was_changed(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    answer = run_page.answer_after(lambda: run_page.field("concurrency").fill("5000"))

    assert answer["warning_codes"] == ["requests_queue"]
    expect(run_page.field("concurrency")).to_have_accessible_description(answer["warnings"][0])
    expect(run_page.field("max_model_len")).to_have_accessible_description("")


def test_the_warning_goes_with_its_cause(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.answer_after(lambda: run_page.field("max_model_len").fill("40000"))
    expect(run_page.field("max_model_len")).to_have_accessible_description(re.compile("40,000"))
    run_page.field("max_model_len").fill("32768")

    expect(run_page.field("max_model_len")).to_have_accessible_description("")


def test_the_service_is_asked_once_the_typing_has_stopped(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    asked = run_page.questions()
    run_page.page.clock.install()
    run_page.page.clock.pause_at(run_page.page.evaluate("Date.now() + 1000"))
    run_page.field("concurrency").fill("")
    for key in "5000":
        run_page.field("concurrency").press(key)
        run_page.page.clock.run_for(100)
    assert asked == []
    with run_page.page.expect_request("**/api/v1/recommend?*"):
        run_page.page.clock.run_for(1000)

    assert ["concurrency=5000" in question.url for question in asked] == [True]


def test_what_follows_from_a_change_is_offered_at_the_other_fields(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.xlarge")
    answer = run_page.answer_after(lambda: run_page.field("input_sequence_length").fill("4096"))
    follows = str(answer["concurrency"])
    run_page.button(f"Use {follows}").click()

    expect(run_page.field("concurrency")).to_have_value(follows)


def test_the_form_submits_whatever_the_warnings_say(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.answer_after(lambda: run_page.field("max_model_len").fill("400000"))

    assert run_page.request_body()["max_model_len"] == 400_000
