"""Assertions that hold for every answer of one kind."""

import json
from typing import Any

_CACHE_CONTROL_OF_FAILURES = {"no-store", "private, no-store"}


def assert_error(answer: dict[str, Any], status: int, code: str) -> str:
    """`answer` is a response of the function with an error in its one shape; returns the sentence."""
    body = json.loads(answer["body"])

    assert set(body) == {"error", "code"}
    assert (answer["statusCode"], body["code"]) == (status, code)
    assert status not in {401, 500}
    assert isinstance(body["error"], str)
    assert body["error"].endswith((".", "?"))
    assert header(answer, "Content-Type") == "application/json"
    assert header(answer, "Cache-Control") in _CACHE_CONTROL_OF_FAILURES
    return body["error"]


def header(answer: dict[str, Any], name: str) -> str | None:
    return {key.lower(): value for key, value in answer["headers"].items()}.get(name.lower())
