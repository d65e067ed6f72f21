"""Errors as callers see them."""

import pytest

from handler import errors
from handler.errors import HubRateLimited, MethodNotAllowed, ModelNotFound, RequestError


def test_every_error_is_in_the_table_of_the_module_with_status_and_code() -> None:
    rows = {tuple(line.split()[-3:]) for line in (errors.__doc__ or "").splitlines() if "--" in line}

    assert rows == {
        (error.__name__, str(int(error.status)), error.code) for error in RequestError.__subclasses__()
    }


def test_no_error_is_a_401() -> None:
    """The frontend takes a 401 to mean that its own session has ended."""
    assert 401 not in {error.status for error in RequestError.__subclasses__()}


def test_a_copy_has_the_same_sentence_and_neither_traceback_nor_cause() -> None:
    error = ModelNotFound("no such model")
    error.__cause__ = KeyError("cause")
    copy = error.with_traceback(None).copy()

    assert (type(copy), str(copy)) == (ModelNotFound, "no such model")
    assert copy.__traceback__ is copy.__cause__ is None


def test_details_are_for_the_log_only_and_copied() -> None:
    error = ModelNotFound("no such model", status=404, attempts=1)

    assert str(error) == "no such model"
    assert error.details == error.copy().details == {"status": 404, "attempts": 1}
    assert HubRateLimited(retry_after_seconds=1, status=429).copy().details == {"status": 429}


@pytest.mark.parametrize(
    ("stated", "seconds_later", "header", "text"),
    [
        (40, 0, {"Retry-After": "40"}, "in 40 seconds"),
        (40, 10, {"Retry-After": "30"}, "in 30 seconds"),
        (40, 60, {"Retry-After": "1"}, "in a second"),
        (None, 10, {}, "in a few minutes"),
    ],
)
def test_a_rate_limit_states_the_rest_of_the_wait(
    stated: int | None, seconds_later: int, header: dict[str, str], text: str
) -> None:
    error = HubRateLimited(retry_after_seconds=stated, remedy="Use a token.").copy(
        seconds_later=seconds_later
    )

    assert error.headers == header
    assert text in str(error)
    assert str(error).endswith("Use a token.")


def test_a_405_names_the_allowed_method() -> None:
    assert MethodNotAllowed("x").headers == {"Allow": "GET"}
