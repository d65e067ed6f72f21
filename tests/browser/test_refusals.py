"""What a person sees where the service does not answer, and that a token goes nowhere but to it."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.run_page import RunPage
from support.started import started

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
GATED = "meta-llama/Llama-3.1-8B-Instruct"
TOKEN = "hf_somebodys-secret"


@pytest.mark.parametrize(
    ("model", "token", "code"),
    [
        (GATED, "", "model_gated"),
        (GATED, "hf_invalid", "hf_token_rejected"),
        (GATED, "hf_denied", "hf_token_rejected"),
        ("nobody/nothing", "", "model_not_found"),
        ("no model", "", "invalid_request"),
    ],
)
def test_the_services_sentence_stands_below_the_button(
    run_page: RunPage, model: str, token: str, code: str
) -> None:
    run_page.token.fill(token)
    run_page.choose(model, "g5.xlarge")
    refusal = run_page.refused_after(lambda: run_page.button("Suggest Config").click())

    assert refusal["code"] == code
    expect(run_page.error).to_have_text(refusal["error"])
    expect(run_page.panel).to_be_hidden()


def test_a_gated_model_is_answered_once_a_token_is_given(run_page: RunPage) -> None:
    run_page.choose(GATED, "g5.xlarge")
    run_page.refused_after(lambda: run_page.button("Suggest Config").click())
    expect(run_page.token).to_have_accessible_description(
        "For gated and private models. It is sent with each question and stored nowhere."
        " This model needs the token of an account that may read it. Then suggest again."
    )
    run_page.token.fill(TOKEN)
    answer = run_page.answer_after(lambda: run_page.button("Suggest Config").click())

    run_page.expect_values(answer)
    expect(run_page.error).to_be_hidden()


def test_the_token_is_in_one_header_and_nowhere_else(run_page: RunPage) -> None:
    asked, sent = run_page.questions(), run_page.requests()
    run_page.token.fill(TOKEN)
    run_page.suggest(GATED, "g5.xlarge")
    body = run_page.request_body()
    kept = run_page.page.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    )

    assert [each.headers.get("x-hf-token") for each in asked] == [TOKEN]
    assert not any(TOKEN in str(each.headers) for each in sent if each not in asked)
    assert not any(TOKEN in each.url or TOKEN in (each.post_data or "") for each in sent)
    assert TOKEN not in kept
    assert json.loads(kept)[:3] == [{}, {}, ""]
    assert run_page.page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert TOKEN not in json.dumps(body)
    assert TOKEN not in run_page.page.content()


def test_a_token_is_gone_once_the_page_is_loaded_again(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    run_page.page.reload()

    expect(run_page.token).to_have_value("")


def test_a_service_that_stops_is_said_and_one_that_comes_back_answers(
    open_page: Callable[[str], RunPage],
) -> None:
    with started() as (process, url):
        run_page = open_page(url)
        run_page.choose(MISTRAL, "g5.xlarge")
        process.kill()
        process.wait()
        run_page.watch.may_be_refused = True
        run_page.button("Suggest Config").click()
        expect(run_page.error).to_contain_text("The recommendation service cannot be reached.")
    with started(port=urlsplit(url).port or 0):
        answer = run_page.answer_after(lambda: run_page.button("Suggest Config").click())

    run_page.expect_values(answer)
    expect(run_page.error).to_be_hidden()
