"""The form of the Run page: what it offers to choose from, and the request that comes of it."""

from playwright.sync_api import expect
from support.instances import ALL
from support.run_page import RunPage

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def test_models_are_offered_as_a_part_of_their_name_is_typed(run_page: RunPage) -> None:
    run_page.model.press_sequentially("MISTRAL-7b")
    option = run_page.page.get_by_role("option", name=MISTRAL, exact=True)
    option.click()

    expect(run_page.model).to_have_value(MISTRAL)
    expect(option).to_be_hidden()


def test_every_instance_type_stands_under_its_family_with_its_accelerators(run_page: RunPage) -> None:
    groups = run_page.instance_type.locator("optgroup")
    option = run_page.instance_type.locator('optgroup[label="g5"] > option[value="g5.12xlarge"]')

    expect(option).to_have_text("g5.12xlarge: 4 \N{MULTIPLICATION SIGN} A10G, 96 GiB")
    expect(groups.locator("option")).to_have_count(len(ALL))
    expect(groups).to_have_count(len({instance.family for instance in ALL}))


def test_the_request_holds_what_the_form_holds(run_page: RunPage) -> None:
    run_page.suggest(MISTRAL, "g5.12xlarge")
    run_page.field("tensor_parallel_degree").select_option("2")
    run_page.field("quantization").select_option("fp8")
    for name, value in (("max_model_len", 8192), ("concurrency", 7)):
        run_page.field(name).fill(str(value))
    for name, value in (("input_sequence_length", 1000), ("output_sequence_length", 200)):
        run_page.field(name).fill(str(value))
    run_page.page.get_by_label("Dataset", exact=True).select_option("sharegpt")

    assert run_page.request_body() == {
        "model": MISTRAL,
        "instance_type": "g5.12xlarge",
        "framework": "vllm",
        "tensor_parallel_degree": 2,
        "quantization": "fp8",
        "concurrency": 7,
        "max_model_len": 8192,
        "input_sequence_length": 1000,
        "output_sequence_length": 200,
        "dataset": "sharegpt",
    }


def test_the_form_is_filled_by_hand_as_well(run_page: RunPage) -> None:
    run_page.choose(MISTRAL, "g5.xlarge")
    run_page.field("concurrency").fill("4")
    body = run_page.request_body()

    assert (body["model"], body["concurrency"], body["max_model_len"]) == (MISTRAL, 4, None)
