"""The options for a model that does not fit in its native precision, each applied with its button."""

import pytest
from playwright.sync_api import expect
from support.run_page import RunPage

QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"
LLAMA_8B, LLAMA_70B = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-70B-Instruct"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
TOKEN = "hf_valid"


def test_both_options_are_side_by_side_with_their_memory(run_page: RunPage) -> None:
    alternatives = run_page.suggest(QWEN_14B, "g6.xlarge")["alternatives"]
    quantized = run_page.banner.get_by_role("group", name="Option A: FP8")
    larger = run_page.banner.get_by_role("group", name=f"Option B: {alternatives['larger_instance']}")
    left, right = quantized.bounding_box(), larger.bounding_box()

    expect(quantized).to_contain_text(f"{alternatives['quantization_option']['estimated_mem_gib']:.1f} GiB")
    expect(larger).to_contain_text("27.6 GiB")
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


def test_applying_the_quantized_option_fills_the_form(run_page: RunPage) -> None:
    response = run_page.suggest(QWEN_14B, "g6.xlarge")
    run_page.field("quantization").select_option("int4")
    run_page.field("concurrency").fill("3")
    run_page.button("Apply FP8 Config").click()

    run_page.expect_values(response["alternatives"]["quantization_option"])
    assert run_page.submit()["quantization"] == "fp8"


def test_switching_to_the_larger_instance_requests_its_configuration(run_page: RunPage) -> None:
    larger = run_page.suggest(QWEN_14B, "g6.xlarge")["alternatives"]["larger_instance"]
    response = run_page.response_after(lambda: run_page.button(f"Switch to {larger}").click())

    expect(run_page.instance_type).to_have_value(larger)
    assert response["quantization"] is None
    run_page.expect_values(response)
    expect(run_page.banner).to_be_hidden()
    expect(run_page.panel).to_contain_text(larger)


def test_selecting_a_checkpoint_replaces_the_model(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    checkpoint = run_page.suggest(LLAMA_8B, "g4dn.xlarge")["checkpoints"][0]["model"]
    response = run_page.response_after(lambda: run_page.button(f"Use {checkpoint}").click())

    expect(run_page.model).to_have_value(checkpoint)
    run_page.expect_values(response)
    expect(run_page.panel.locator("code")).to_contain_text(f"vllm serve {checkpoint} ")
    assert run_page.submit()["model"] == checkpoint


def test_a_model_that_does_not_fit_even_quantized_has_only_the_larger_instance(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    response = run_page.suggest(LLAMA_70B, "g5.xlarge")
    larger = response["alternatives"]["larger_instance"]

    expect(run_page.banner).to_contain_text(response["explanation"]["reason"])
    expect(run_page.panel).to_be_hidden()
    expect(run_page.field("max_model_len")).to_have_value("")
    run_page.expect_values(run_page.response_after(lambda: run_page.button(f"Switch to {larger}").click()))


@pytest.mark.parametrize(
    ("model", "instance_type", "title"),
    [
        (MISTRAL, "inf2.xlarge", "AWS Neuron instances such as inf2.xlarge are not yet supported"),
        ("BAAI/bge-large-en", "g5.xlarge", "This model cannot be benchmarked"),
    ],
    ids=["neuron", "embedding model"],
)
def test_an_unsupported_combination_shows_the_reason(
    run_page: RunPage, model: str, instance_type: str, title: str
) -> None:
    response = run_page.suggest(model, instance_type)

    expect(run_page.banner.get_by_role("heading")).to_have_text(title)
    expect(run_page.banner).to_contain_text(response["explanation"]["reason"].replace("`", ""))
    expect(run_page.panel).to_be_hidden()
