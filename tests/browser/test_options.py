"""The ways out where a model does not fit as it is, each applied with its button."""

import pytest
from playwright.sync_api import expect
from support.run_page import RunPage

QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"
LLAMA_8B, LLAMA_70B = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-70B-Instruct"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TOKEN = "hf_somebody"


def test_both_options_stand_side_by_side_with_their_memory(run_page: RunPage) -> None:
    alternatives = run_page.suggest(QWEN_14B, "g6.xlarge")["alternatives"]
    quantized = run_page.banner.get_by_role("group", name="FP8")
    larger = run_page.banner.get_by_role("group", name=alternatives["larger_instance"])
    left, right = quantized.bounding_box(), larger.bounding_box()

    expect(quantized).to_contain_text(f"{alternatives['quantization_option']['estimated_mem_gib']:.1f} GiB")
    expect(larger).to_contain_text("27.5 GiB")
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


def test_the_quantized_configuration_is_applied_to_the_form(run_page: RunPage) -> None:
    answer = run_page.suggest(QWEN_14B, "g6.xlarge")
    run_page.field("quantization").select_option("int4")
    run_page.field("concurrency").fill("3")
    run_page.button("Apply FP8 Config").click()

    run_page.expect_values(answer["alternatives"]["quantization_option"])
    assert run_page.request_body()["quantization"] == "fp8"


def test_the_larger_instance_is_switched_to_and_asked_about(run_page: RunPage) -> None:
    larger = run_page.suggest(QWEN_14B, "g6.xlarge")["alternatives"]["larger_instance"]
    answer = run_page.answer_after(lambda: run_page.button(f"Switch to {larger}").click())

    expect(run_page.instance_type).to_have_value(larger)
    assert answer["quantization"] is None
    run_page.expect_values(answer)
    expect(run_page.banner).to_be_hidden()
    expect(run_page.panel).to_contain_text(larger)


def test_a_checkpoint_is_chosen_in_the_place_of_the_model(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    first = run_page.suggest(LLAMA_8B, "g4dn.xlarge")["checkpoints"][0]
    answer = run_page.answer_after(lambda: run_page.button(f"Use {first['model']}").click())

    expect(run_page.model).to_have_value(first["model"])
    run_page.expect_values(answer)
    expect(run_page.panel.locator("code")).to_contain_text(f"vllm serve {first['model']} ")
    assert run_page.request_body()["model"] == first["model"]


def test_what_fits_in_no_way_names_the_instance_that_holds_it(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    answer = run_page.suggest(LLAMA_70B, "g5.xlarge")
    larger = answer["alternatives"]["larger_instance"]

    expect(run_page.banner).to_contain_text(answer["explanation"]["reason"])
    expect(run_page.panel).to_be_hidden()
    expect(run_page.field("max_model_len")).to_have_value("")
    run_page.expect_values(run_page.answer_after(lambda: run_page.button(f"Switch to {larger}").click()))


@pytest.mark.parametrize(
    ("model", "instance_type", "title"),
    [
        (MISTRAL, "inf2.xlarge", "AWS Neuron devices like those of inf2.xlarge are not yet supported"),
        ("BAAI/bge-large-en", "g5.xlarge", "This model cannot be benchmarked"),
    ],
    ids=["neuron", "embedding model"],
)
def test_what_cannot_run_at_all_is_said_with_its_reason(
    run_page: RunPage, model: str, instance_type: str, title: str
) -> None:
    answer = run_page.suggest(model, instance_type)

    expect(run_page.banner.get_by_role("heading")).to_have_text(title)
    expect(run_page.banner).to_contain_text(answer["explanation"]["reason"])
    expect(run_page.panel).to_be_hidden()
