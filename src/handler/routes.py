"""The API's one route, and the errors on every other.

One route needs no router: Powertools' resolver would add 82 ms, 11 %, to a cold start.
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
from handler.recommendation import RecommendResult, handle_request
from handler.request import parse_request
from handler.response import as_json
from handler.stale import stale_metadata
from recommender.messages.warnings import ConfigWarning

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ROUTE = "/api/v1/recommend"

# The code of the one error that is a defect of this service.
INTERNAL_ERROR = "internal_error"

# A shared cache must not serve a public answer to a request with a token, which the Hub may reject.
_PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "X-HF-Token"}
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "X-HF-Token"}
_NEVER = {"Cache-Control": "no-store"}

# Kept for the calculation after the Hub has answered, before Lambda ends the function.
_CALCULATION_SECONDS = 1.0

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
Event = Mapping[str, Any]
"""A request in API Gateway's payload format 2.0."""
LambdaResponse = dict[str, Any]
"""A response in the same format."""

logger = Logger(child=True)


class Application:
    """Answers events with a table and a Hub."""

    def __init__(self, catalog: Catalog, hub: Hub) -> None:
        """Use `catalog` and `hub` for all events."""
        self._catalog = catalog
        self._hub = hub

    def resolve(self, event: Event, context: "LambdaContext") -> LambdaResponse:
        """The response to `event`; raises nothing."""
        headers = _headers(event)
        try:
            return self._recommended(event, headers, context)
        except RequestError as error:
            return _failed(error, headers)
        except Exception as error:  # noqa: BLE001 - a defect is logged, and the caller gets an error as usual
            return _defect(error, headers)

    def _recommended(
        self, event: Event, headers: Mapping[str, str], context: "LambdaContext"
    ) -> LambdaResponse:
        _check_route(event)
        request = parse_request(_mapping(event, "queryStringParameters"), headers)
        seconds_left = context.get_remaining_time_in_millis() / 1000 - _CALCULATION_SECONDS
        deadline = time.monotonic() + seconds_left
        result = handle_request(request, self._catalog, self._hub, deadline=deadline)
        is_private = request.token is not None
        return _ok(result, is_private=is_private, if_none_match=headers.get("if-none-match", ""))


def _check_route(event: Event) -> None:
    try:
        context = event["requestContext"]
        method, path = context["http"]["method"], event["rawPath"].removeprefix(f"/{context.get('stage')}")
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidRequest("The event is not one of API Gateway's payload format 2.0.") from error
    if path != ROUTE:
        raise RouteNotFound(f"There is no route {path[:200]!a}; the API's only route is {ROUTE}.")
    if method != "GET":
        raise MethodNotAllowed(f"{ROUTE} does not support {method}; use GET.")


def _ok(result: RecommendResult, *, is_private: bool, if_none_match: str) -> LambdaResponse:
    body = as_json(result.recommendation)
    if result.age_seconds is not None:
        body = _with_warning(body, stale_metadata(result.age_seconds))
    if is_private:
        return _json(HTTPStatus.OK, body, _PRIVATE)
    if result.age_seconds is not None:
        return _json(HTTPStatus.OK, body, _NEVER)
    etag = f'"{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]}"'
    headers = {**_PUBLIC, "ETag": etag}
    if etag in if_none_match:
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": headers}
    return _json(HTTPStatus.OK, body, headers)


def _with_warning(body: Mapping[str, Any], warning: ConfigWarning) -> dict[str, Any]:
    """`body` with one more warning; an answer without a configuration has none of its own."""
    return {
        **body,
        "warnings": [*body.get("warnings", ()), warning.text],
        "warning_codes": [*body.get("warning_codes", ()), warning.code],
    }


def _failed(error: RequestError, headers: Mapping[str, str]) -> LambdaResponse:
    logger.info("Refused", code=error.code)
    metrics.failed(error.code)
    body = {"error": str(error), "code": error.code}
    return _json(error.status, body, {**_uncached(headers), **error.headers})


def _defect(error: Exception, headers: Mapping[str, str]) -> LambdaResponse:
    logger.error("Internal error", exc_info=error)
    metrics.failed(INTERNAL_ERROR)
    body = {"error": "Internal error. It has been logged; try again.", "code": INTERNAL_ERROR}
    return _json(HTTPStatus.INTERNAL_SERVER_ERROR, body, _uncached(headers))


def _uncached(headers: Mapping[str, str]) -> Mapping[str, str]:
    return _PRIVATE if "x-hf-token" in headers else _NEVER


def _json(status: HTTPStatus, body: Mapping[str, Any], headers: Mapping[str, str]) -> LambdaResponse:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(body),
    }


def _headers(event: Event) -> dict[str, str]:
    """The headers with names in lower case, as API Gateway sends them; other senders may not."""
    return {
        name.lower(): value for name, value in _mapping(event, "headers").items() if isinstance(value, str)
    }


def _mapping(event: Event, name: str) -> Mapping[str, Any]:
    """A part of the event; empty where it is missing or null, or where the event is not an object."""
    part = event.get(name) if isinstance(event, Mapping) else None
    return part if isinstance(part, Mapping) else {}
