"""The Hub's statuses, codes and messages as errors of this service."""

import pytest

from handler.errors import (
    HubBadResponse,
    HubRateLimited,
    HubUnreachable,
    ModelGated,
    ModelNotFound,
    RequestError,
    TokenRejected,
)
from handler.hub.errors import is_refusal, response_error, too_slow
from handler.hub.response import HubResponse
from handler.token import HubToken

SECRET = "hf_abcdefghijklmnop"
TOKEN = HubToken(SECRET)
GATED = {"x-error-code": "GatedRepo"}
DISABLED = {"x-error-message": "Access to this resource is disabled."}


def error(status: int, token: HubToken | None = None, headers: dict[str, str] | None = None) -> RequestError:
    return response_error(HubResponse(status=status, headers=headers or {}, body=b""), "org/name", token)


@pytest.mark.parametrize(
    ("status", "token", "headers", "kind", "sentence"),
    [
        (401, None, {}, ModelNotFound, "no public model org/name"),
        (404, None, {}, ModelNotFound, "enter a Hugging Face token with access to it (header X-HF-Token)"),
        (404, TOKEN, {"x-error-code": "RepoNotFound"}, ModelNotFound, "that this token can read"),
        (410, None, {}, ModelNotFound, "no public model org/name"),
        (451, None, {}, ModelNotFound, "no public model org/name"),
        (401, None, GATED, ModelGated, "org/name is gated"),
        (403, TOKEN, GATED, TokenRejected, "does not have access to org/name"),
        (401, TOKEN, {}, TokenRejected, "does not accept this token"),
        (403, None, DISABLED, ModelNotFound, "has disabled the repository org/name"),
        (403, TOKEN, DISABLED, ModelNotFound, "has disabled the repository org/name"),
        (429, None, {}, HubRateLimited, "A Hugging Face token (header X-HF-Token) has a limit of its own."),
        (408, None, {}, HubUnreachable, "408"),
        (500, None, {}, HubUnreachable, "500"),
        (503, None, {}, HubUnreachable, "503"),
        (204, None, {}, HubBadResponse, "204"),
        (400, None, {}, HubBadResponse, "400"),
        (418, None, {}, HubBadResponse, "418"),
    ],
)
def test_a_response_becomes_the_error_that_it_stands_for(
    status: int, token: HubToken | None, headers: dict[str, str], kind: type[RequestError], sentence: str
) -> None:
    found = error(status, token, headers)

    assert type(found) is kind
    assert sentence in str(found)


def test_status_and_attempts_are_details_for_the_log() -> None:
    response = HubResponse(status=503, headers={}, body=b"", attempts=3)

    assert response_error(response, "org/name", None).details == {"status": 503, "attempts": 3}


def test_an_unprintable_message_is_made_printable_and_cut() -> None:
    found = str(error(403, TOKEN, {"x-error-message": "\x1b[31m" + "x" * 5000}))

    assert found.isprintable()
    assert len(found) < 500


def test_a_rate_limit_of_a_token_does_not_suggest_a_token() -> None:
    assert "X-HF-Token" not in str(error(429, TOKEN))


def test_the_hubs_own_message_is_quoted() -> None:
    """The scope that a fine-grained token lacks is known to the Hub only."""
    message = "Please enable access to public gated repositories in your fine-grained token settings"

    assert message in str(error(403, TOKEN, {"x-error-message": message}))


def test_a_token_in_the_hubs_message_is_redacted_before_the_message_is_cut() -> None:
    """Cut first, a token across the cut would show its beginning."""
    found = str(error(403, TOKEN, {"x-error-message": "x" * 295 + SECRET}))

    assert SECRET[:4] not in found
    assert "no rights for ***" in str(error(403, TOKEN, {"x-error-message": f"no rights for {SECRET}"}))


@pytest.mark.parametrize(
    ("status", "expected"), [(404, True), (401, True), (429, False), (500, False), (418, False)]
)
def test_refusals_differ_from_failures(status: int, expected: bool) -> None:  # noqa: FBT001
    assert is_refusal(error(status)) is expected
    assert not is_refusal(too_slow())
