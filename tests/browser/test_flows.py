"""Whole sessions. After each step form, panel, command and request preview have the same values."""

from playwright.sync_api import expect
from support.run_page import RunPage

MISTRAL, QWEN_14B = "mistralai/Mistral-7B-Instruct-v0.3", "Qwen/Qwen2.5-14B-Instruct"


def test_suggest_edit_suggest_again_apply_an_option_and_switch_the_instance(run_page: RunPage) -> None:
    response = run_page.suggest(QWEN_14B, "g6.xlarge")
    run_page.expect_values(response)
    run_page.expect_one_story()

    run_page.hint_after(lambda: run_page.field("concurrency").fill("20"))
    expect(run_page.panel.get_by_role("heading", level=2)).to_have_text("Your Configuration")
    run_page.expect_one_story()
    run_page.button("Reset Concurrency to 4").click()
    expect(run_page.panel.get_by_role("heading", level=2)).to_have_text("Recommended Configuration")
    run_page.expect_one_story()

    run_page.hint_after(lambda: run_page.field("max_model_len").fill("1024"))
    run_page.expect_one_story()
    again = run_page.response_after(lambda: run_page.button("Suggest Config").click())
    assert again == response
    run_page.expect_values(response)
    run_page.expect_one_story()

    run_page.field("concurrency").fill("2")
    run_page.button("Apply FP8 Config").click()
    run_page.expect_values(response["alternatives"]["quantization_option"])
    run_page.expect_one_story()

    larger = response["alternatives"]["larger_instance"]
    switched = run_page.response_after(lambda: run_page.button(f"Switch to {larger}").click())
    run_page.expect_values(switched)
    run_page.expect_one_story()


def test_suggest_edit_two_values_use_a_recommendation_and_select_another_instance(run_page: RunPage) -> None:
    response = run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.expect_one_story()

    hint = run_page.hint_after(lambda: run_page.field("tensor_parallel_degree").select_option("1"))
    run_page.expect_one_story()
    run_page.response_after(run_page.button(f"Use {hint['concurrency']}").click)
    expect(run_page.field("concurrency")).to_have_value(str(hint["concurrency"]))
    expect(run_page.field("concurrency")).to_have_accessible_description("")
    run_page.expect_one_story()

    run_page.button("Reset to Recommendation").click()
    run_page.expect_values(response)
    run_page.expect_one_story()

    run_page.instance_type.select_option("g5.xlarge")
    expect(run_page.page.get_by_text(f"These values are for {MISTRAL} on g5.12xlarge.")).to_be_visible()
    expect(run_page.panel).to_be_hidden()
    smaller = run_page.response_after(lambda: run_page.button("Suggest Config").click())
    run_page.expect_values(smaller)
    run_page.expect_one_story()


def test_applying_a_change_keeps_the_native_precision(run_page: RunPage) -> None:
    response = run_page.suggest("Qwen/Qwen3-14B", "g7.8xlarge")
    change = response["alternatives"]["changes"][0]
    applied = run_page.response_after(run_page.button_like("Apply --").first.click)

    assert applied["quantization"] is None
    assert applied["warning_codes"] == response["warning_codes"]
    run_page.expect_values(change)
    run_page.expect_one_story()
    assert run_page.command_words()[3:] == change["vllm_args"]
