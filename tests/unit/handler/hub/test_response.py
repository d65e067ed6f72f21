"""What is read from the headers of the Hub's responses."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from handler.hub.response import HubResponse


def response(status: int = 429, **headers: str) -> HubResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HubResponse(status=status, headers=named, body=b"")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "77"}, 77),
        ({"ratelimit": '"api";r=0;t=123'}, 123),
        ({}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "1.5"}, None),
        ({"retry_after": "7200"}, 7200),
        ({"retry_after": "9" * 40}, 86_400),
        ({"retry_after": "Wed, 21 Oct 2195 07:28:00 GMT"}, 86_400),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
        ({"retry_after": "Wed, 99 Oct 2195 07:28:00 GMT"}, None),
        ({"retry_after": "soon", "ratelimit": '"api";r=0;t=9'}, 9),
        ({"ratelimit": '"api";r=0;t=x'}, None),
    ],
    ids=str,
)
def test_the_wait_of_a_rate_limit_is_read(headers: dict[str, str], seconds: int | None) -> None:
    assert response(**headers).retry_after_seconds == seconds


def test_the_wait_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    assert 55 <= (response(retry_after=date).retry_after_seconds or 0) <= 60


def test_the_rate_limit_header_of_other_statuses_is_ignored() -> None:
    """The Hub sends it with every response, https://huggingface.co/docs/hub/rate-limits."""
    assert response(200, ratelimit='"api";r=499;t=295').retry_after_seconds is None


@pytest.mark.parametrize(
    ("etag", "kept"), [('"abc"', '"abc"'), ('W/"abc"', 'W/"abc"'), ("", None), ('"' + "x" * 300 + '"', None)]
)
def test_an_entity_tag_is_kept_unless_it_is_too_long(etag: str, kept: str | None) -> None:
    assert response(200, etag=etag).etag == kept
