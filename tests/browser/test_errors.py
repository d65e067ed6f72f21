"""Errors of the service, and the handling of the Hugging Face token."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.run_page import RunPage
from support.started import started

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"
GATED = "meta-llama/Llama-3.1-8B-Instruct"
TOKEN = "hf_secret-token"


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
def test_the_message_of_an_error_is_shown(run_page: RunPage, model: str, token: str, code: str) -> None:
    run_page.token.fill(token)
    run_page.select(model, "g5.xlarge")
    error = run_page.error_after(lambda: run_page.button("Suggest Config").click())

    assert error["code"] == code
    expect(run_page.error).to_have_text(error["error"])
    expect(run_page.panel).to_be_hidden()


def test_a_gated_model_works_once_a_token_is_entered(run_page: RunPage) -> None:
    run_page.select(GATED, "g5.xlarge")
    run_page.error_after(lambda: run_page.button("Suggest Config").click())
    expect(run_page.token).to_have_accessible_description(
        "For gated and private models. It is sent but never stored."
        " This model needs a token from an account with access to it."
        " Enter one, then select Suggest Config again."
    )
    run_page.token.fill(TOKEN)
    response = run_page.response_after(lambda: run_page.button("Suggest Config").click())

    run_page.expect_values(response)
    expect(run_page.error).to_be_hidden()


def test_the_token_is_sent_in_a_header_of_api_requests_only(run_page: RunPage) -> None:
    api_requests, requests = run_page.recorded_api_requests(), run_page.recorded_requests()
    run_page.token.fill(TOKEN)
    run_page.suggest(GATED, "g5.xlarge")
    body = run_page.submit()
    stored = run_page.page.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
    )

    assert [request.headers.get("x-hf-token") for request in api_requests] == [TOKEN]
    assert not any(TOKEN in str(request.headers) for request in requests if request not in api_requests)
    assert not any(TOKEN in request.url or TOKEN in (request.post_data or "") for request in requests)
    assert TOKEN not in stored
    assert json.loads(stored)[:3] == [{}, {}, ""]
    assert run_page.page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert TOKEN not in json.dumps(body)
    assert TOKEN not in run_page.page.content()


def test_reloading_the_page_clears_the_token(run_page: RunPage) -> None:
    run_page.token.fill(TOKEN)
    run_page.page.reload()

    expect(run_page.token).to_have_value("")


def test_the_page_recovers_when_the_service_restarts(open_page: Callable[[str], RunPage]) -> None:
    with started() as (process, url):
        run_page = open_page(url)
        run_page.select(MISTRAL, "g5.xlarge")
        process.kill()
        process.wait()
        run_page.monitor.allow_failed_requests = True
        run_page.button("Suggest Config").click()
        expect(run_page.error).to_contain_text("Cannot reach the recommendation service.")
    with started(port=urlsplit(url).port or 0):
        response = run_page.response_after(lambda: run_page.button("Suggest Config").click())

    run_page.expect_values(response)
    expect(run_page.error).to_be_hidden()
