"""Responses in API Gateway's payload format, and what caches may do with them."""

import json
from http import HTTPStatus
from typing import Any

import pytest

from handler.lambda_response import Caching, failure, ok


def response(
    caching: Caching, *, etag: str | None = '"abc"', if_none_match: str = ""
) -> tuple[int, dict[str, str], Any]:
    made = ok("{}", etag=etag, caching=caching, if_none_match=if_none_match)
    return made["statusCode"], made["headers"], made.get("body")


@pytest.mark.parametrize(
    ("caching", "control", "vary"),
    [
        (Caching.PUBLIC, "public, max-age=300", "Origin, X-HF-Token"),
        (Caching.AUTHORIZED, "private, max-age=300", "Authorization, Origin, X-HF-Token"),
    ],
)
def test_an_answer_that_may_be_stored_has_an_entity_tag(caching: Caching, control: str, vary: str) -> None:
    assert response(caching) == (
        200,
        {"Content-Type": "application/json", "Cache-Control": control, "Vary": vary, "ETag": '"abc"'},
        "{}",
    )


@pytest.mark.parametrize("caching", [Caching.PUBLIC, Caching.AUTHORIZED])
@pytest.mark.parametrize("sent", ['"abc"', 'W/"abc"', '"other", "abc"'])
def test_a_stored_answer_is_confirmed_without_a_body(caching: Caching, sent: str) -> None:
    status, headers, body = response(caching, if_none_match=sent)

    assert (status, body, headers["ETag"]) == (304, None, '"abc"')
    assert headers["Cache-Control"] == caching.headers["Cache-Control"]


@pytest.mark.parametrize("sent", ["", "*", '"other"', "abc"])
def test_other_tags_get_the_whole_answer(sent: str) -> None:
    assert response(Caching.PUBLIC, if_none_match=sent)[0] == 200


def test_an_answer_to_a_token_is_not_stored_and_has_no_tag() -> None:
    status, headers, _ = response(Caching.TOKEN, if_none_match='"abc"')

    assert (status, headers["Cache-Control"]) == (200, "private, no-store")
    assert "ETag" not in headers


@pytest.mark.parametrize(
    ("caching", "control"),
    [
        (Caching.PUBLIC, "no-store"),
        (Caching.AUTHORIZED, "no-store"),
        (Caching.TOKEN, "private, no-store"),
    ],
)
def test_an_answer_without_a_tag_is_not_stored(caching: Caching, control: str) -> None:
    _, headers, _ = response(caching, etag=None)

    assert headers["Cache-Control"] == control
    assert "ETag" not in headers


def test_an_error_has_one_shape() -> None:
    made = failure(
        HTTPStatus.BAD_GATEWAY,
        "hub_rate_limited",
        "Try later.",
        caching=Caching.NEVER,
        headers={"Retry-After": "5"},
    )

    assert made["statusCode"] == 502
    assert json.loads(made["body"]) == {"error": "Try later.", "code": "hub_rate_limited"}
    assert made["headers"] == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Retry-After": "5",
    }
