"""The form of the Run page, and the request built from it."""

from playwright.sync_api import expect
from support.instances import ALL
from support.run_page import RunPage

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def test_typing_a_part_of_a_model_id_lists_the_model(run_page: RunPage) -> None:
    run_page.model.press_sequentially("MISTRAL-7b")
    option = run_page.page.get_by_role("option", name=MISTRAL, exact=True)
    option.click()

    expect(run_page.model).to_have_value(MISTRAL)
    expect(option).to_be_hidden()


def test_all_instance_types_are_listed_by_family_with_their_accelerators(run_page: RunPage) -> None:
    groups = run_page.instance_type.locator("optgroup")
    option = run_page.instance_type.locator('optgroup[label="g5"] > option[value="g5.12xlarge"]')

    expect(option).to_have_text("g5.12xlarge: 4 \N{MULTIPLICATION SIGN} A10G, 96 GiB")
    expect(groups.locator("option")).to_have_count(len(ALL))
    expect(groups).to_have_count(len({instance.family for instance in ALL}))


def test_the_request_has_the_values_of_the_form(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.field("tensor_parallel_degree").select_option("2")
    run_page.field("quantization").select_option("fp8")
    for name, value in (("max_model_len", 8192), ("concurrency", 7)):
        run_page.field(name).fill(str(value))
    for name, value in (("input_sequence_length", 1000), ("output_sequence_length", 200)):
        run_page.field(name).fill(str(value))
    run_page.page.get_by_label("Dataset", exact=True).select_option("sonnet")

    assert run_page.submit() == {
        "model": MISTRAL,
        "instance_type": "g5.12xlarge",
        "framework": "vllm",
        "tensor_parallel_degree": 2,
        "quantization": "fp8",
        "concurrency": 7,
        "max_model_len": 8192,
        "input_sequence_length": 1000,
        "output_sequence_length": 200,
        "dataset": "sonnet",
    }


def test_the_form_can_be_submitted_without_a_recommendation(run_page: RunPage) -> None:
    run_page.select(MISTRAL, "g5.xlarge")
    run_page.field("concurrency").fill("4")
    body = run_page.submit()

    assert (body["model"], body["concurrency"], body["max_model_len"]) == (MISTRAL, 4, None)
