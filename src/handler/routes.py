"""The API's one route, and what is said on every other.

One route needs no router: Powertools' would be a fifth of what a cold start imports.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from handler import metrics
from handler.catalog import Catalog
from handler.errors import InvalidRequest, MethodNotAllowed, RequestError, RouteNotFound
from handler.hub.hub import Hub
from handler.recommendation import Answer, answer
from handler.request import parse_request
from handler.response import as_json
from handler.stale import older_metadata
from recommender.messages.warnings import ConfigWarning

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROUTE = "/api/v1/recommend"

# The one code that is no refusal but a defect.
INTERNAL_ERROR = "internal_error"

# A shared cache must not hand a public answer to a caller who sent a token, which the Hub may reject.
_PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "X-HF-Token"}
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "X-HF-Token"}
_NEVER = {"Cache-Control": "no-store"}

# What remains to be done once the Hub has answered, before Lambda ends the function.
_ANSWERING_SECONDS = 1.0

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
Event = Mapping[str, Any]
"""A request in API Gateway's payload format 2.0."""
Reply = dict[str, Any]
"""An answer in the same."""

logger = Logger(child=True)


class Application:
    """Answers events from a table and a Hub."""

    def __init__(self, catalog: Catalog, hub: Hub) -> None:
        """Ask these two."""
        self._catalog = catalog
        self._hub = hub

    def resolve(self, event: Event, context: "LambdaContext") -> Reply:
        """The reply to `event`, whatever happens."""
        headers = _headers(event)
        try:
            return self._recommended(event, headers, context)
        except RequestError as error:
            return _failed(error, headers)
        except Exception as error:  # noqa: BLE001 - what nobody thought of is told to the caller and noted
            return _defect(error, headers)

    def _recommended(self, event: Event, headers: Mapping[str, str], context: "LambdaContext") -> Reply:
        _check_route(event)
        question = parse_request(_mapping(event, "queryStringParameters"), headers)
        seconds_left = context.get_remaining_time_in_millis() / 1000 - _ANSWERING_SECONDS
        found = answer(question, self._catalog, self._hub, deadline=time.monotonic() + seconds_left)
        return _ok(found, is_private=question.token is not None, known=headers.get("if-none-match"))


def _check_route(event: Event) -> None:
    try:
        context = event["requestContext"]
        method, path = context["http"]["method"], event["rawPath"].removeprefix(f"/{context.get('stage')}")
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidRequest(
            "The function was given no event of API Gateway's payload format 2.0."
        ) from error
    if path != ROUTE:
        raise RouteNotFound(f"There is nothing at {path[:200]!a}; the API's one path is {ROUTE}.")
    if method != "GET":
        raise MethodNotAllowed(f"{method} is not possible here; {ROUTE} answers GET.")


def _ok(found: Answer, *, is_private: bool, known: str | None) -> Reply:
    body = as_json(found.recommendation)
    if found.age_seconds is not None:
        body = _with_warning(body, older_metadata(found.age_seconds))
    if is_private:
        return _json(HTTPStatus.OK, body, _PRIVATE)
    if found.age_seconds is not None:
        return _json(HTTPStatus.OK, body, _NEVER)
    etag = f'"{hashlib.sha256(_text(body).encode()).hexdigest()[:32]}"'
    headers = {**_PUBLIC, "ETag": etag}
    if known is not None and etag in known:
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": headers}
    return _json(HTTPStatus.OK, body, headers)


def _with_warning(body: Mapping[str, Any], warning: ConfigWarning) -> dict[str, Any]:
    """`body` with one more warning; an answer without a configuration has none of its own."""
    return {
        **body,
        "warnings": [*body.get("warnings", ()), warning.text],
        "warning_codes": [*body.get("warning_codes", ()), warning.code],
    }


def _failed(error: RequestError, headers: Mapping[str, str]) -> Reply:
    logger.info("Refused", code=error.code)
    metrics.failed(error.code)
    body = {"error": str(error), "code": error.code}
    return _json(error.status, body, {**_uncached(headers), **error.headers})


def _defect(error: Exception, headers: Mapping[str, str]) -> Reply:
    logger.error("A defect of this service", exc_info=error)
    metrics.failed(INTERNAL_ERROR)
    body = {"error": "The service failed to answer; it has been noted.", "code": INTERNAL_ERROR}
    return _json(HTTPStatus.INTERNAL_SERVER_ERROR, body, _uncached(headers))


def _uncached(headers: Mapping[str, str]) -> Mapping[str, str]:
    return _PRIVATE if "x-hf-token" in headers else _NEVER


def _json(status: HTTPStatus, body: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", **headers},
        "body": _text(body),
    }


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body)


def _headers(event: Event) -> dict[str, str]:
    """API Gateway sends header names in lower case; other senders of its format may not."""
    return {
        name.lower(): value for name, value in _mapping(event, "headers").items() if isinstance(value, str)
    }


def _mapping(event: Event, name: str) -> Mapping[str, Any]:
    """A part of the event; empty where it is left out or null, or where the event itself is no object."""
    part = event.get(name) if isinstance(event, Mapping) else None
    return part if isinstance(part, Mapping) else {}
