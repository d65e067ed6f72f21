"""What holds for every answer of one kind."""

import json
from typing import Any

_CACHE_CONTROL_OF_FAILURES = {"no-store", "private, no-store"}


def assert_error(answer: dict[str, Any], status: int, code: str) -> str:
    """`answer` is the function's, with the one shape that errors have; gives its sentence."""
    body = json.loads(answer["body"])

    assert set(body) == {"error", "code"}
    assert (answer["statusCode"], body["code"]) == (status, code)
    assert status not in {401, 500}
    assert isinstance(body["error"], str)
    assert body["error"].endswith((".", "?"))
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] in _CACHE_CONTROL_OF_FAILURES
    return body["error"]
