"""The API's routes, and the errors on every other.

Two routes need no router: Powertools' resolver would add 82 ms, 11 %, to a cold start.
"""

import time
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from handler import metrics
from handler.catalog import Catalog
from handler.comparison import ComparisonHandler, ComparisonResult
from handler.errors import InvalidRequest, MethodNotAllowed, RequestError, RouteNotFound
from handler.hub.hub import Hub
from handler.lambda_response import Caching, LambdaResponse, failure, ok
from handler.recommendation import RecommendResult, RequestHandler
from handler.request import parse_comparison_request, parse_request
from recommender.model.config_reader import printable, truncated_repr

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

RECOMMEND = "/api/v1/recommend"
COMPARE = "/api/v1/instances"
ROUTES = (RECOMMEND, COMPARE)

# The code of the one error that is a defect of this service.
INTERNAL_ERROR = "internal_error"

# Kept for the calculation after the Hub has answered, before Lambda ends the function.
_CALCULATION_SECONDS = 1.0

# The end of a traceback, where the cause is. A message in it may repeat a document of 2 MiB.
_TRACEBACK_CHARACTERS = 4000
_TRACEBACK_LINE_CHARACTERS = 500

Event = Mapping[str, Any]
"""A request in API Gateway's payload format 2.0."""

logger = Logger(child=True)


class Application:
    """Answers events with a table and a Hub."""

    def __init__(self, catalog: Catalog, hub: Hub) -> None:
        """Use `catalog` and `hub` for all events."""
        self._recommendations = RequestHandler(catalog, hub)
        self._comparisons = ComparisonHandler(catalog, hub)

    def resolve(self, event: Event, context: "LambdaContext") -> LambdaResponse:
        """The response to `event`; raises nothing."""
        headers, query = _headers(event), _mapping(event, "queryStringParameters")
        try:
            route = _route(event)
            seconds_left = context.get_remaining_time_in_millis() / 1000 - _CALCULATION_SECONDS
            result = self._result(route, query, headers, deadline=time.monotonic() + seconds_left)
        except RequestError as error:
            return _failed(error, query, headers)
        except Exception as error:  # noqa: BLE001 - a defect is logged, and the caller gets an error as usual
            return _defect(error, query, headers)
        return ok(
            result.body,
            etag=result.etag,
            caching=_caching(event, headers),
            if_none_match=headers.get("if-none-match", ""),
        )

    def _result(
        self, route: str, query: Mapping[str, str], headers: Mapping[str, str], *, deadline: float
    ) -> RecommendResult | ComparisonResult:
        if route == COMPARE:
            return self._comparisons.handle(parse_comparison_request(query, headers), deadline=deadline)
        return self._recommendations.handle(parse_request(query, headers), deadline=deadline)


def _route(event: Event) -> str:
    """The route of `event`, one of `ROUTES`."""
    try:
        context = event["requestContext"]
        method, path = context["http"]["method"], event["rawPath"].removeprefix(f"/{context.get('stage')}")
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidRequest("The event is not one of API Gateway's payload format 2.0.") from error
    if path not in ROUTES:
        raise RouteNotFound(
            f"There is no route {truncated_repr(path)}; the API's routes are {' and '.join(ROUTES)}."
        )
    if method != "GET":
        raise MethodNotAllowed(f"{path} does not support {printable(str(method))}; use GET.")
    return str(path)


def _caching(event: Event, headers: Mapping[str, str]) -> Caching:
    if "x-hf-token" in headers:
        return Caching.TOKEN
    # What a JWT, Lambda or IAM authorizer of the gateway adds for the callers that it admits.
    return Caching.AUTHORIZED if event["requestContext"].get("authorizer") else Caching.PUBLIC


def _failed(error: RequestError, query: Mapping[str, Any], headers: Mapping[str, str]) -> LambdaResponse:
    logger.info("Refused", extra={"code": error.code, **_requested(query), **error.details})
    metrics.failed(error.code)
    return failure(error.status, error.code, str(error), caching=_uncached(headers), headers=error.headers)


def _defect(error: Exception, query: Mapping[str, Any], headers: Mapping[str, str]) -> LambdaResponse:
    fields = {"exception_name": type(error).__name__, "exception": _traceback(error)}
    logger.error("Internal error", extra={**fields, **_requested(query)})
    metrics.failed(INTERNAL_ERROR)
    sentence = "Internal error. It has been logged; try again."
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return failure(status, INTERNAL_ERROR, sentence, caching=_uncached(headers), headers={})


def _requested(query: Mapping[str, Any]) -> dict[str, str]:
    """The model and the instance type of a request that failed, which may be anything."""
    names = ("model", "instance_type")
    return {name: printable(str(query[name])) for name in names if query.get(name) is not None}


def _traceback(error: Exception) -> str:
    lines = "".join(traceback.format_exception(error)).splitlines()
    short = (printable(line, longest=_TRACEBACK_LINE_CHARACTERS) for line in lines)
    return "\n".join(short)[-_TRACEBACK_CHARACTERS:]


def _uncached(headers: Mapping[str, str]) -> Caching:
    return Caching.TOKEN if "x-hf-token" in headers else Caching.NEVER


def _headers(event: Event) -> dict[str, str]:
    """The headers with names in lower case, as API Gateway sends them; other senders may not."""
    return {
        name.lower(): value for name, value in _mapping(event, "headers").items() if isinstance(value, str)
    }


def _mapping(event: Event, name: str) -> Mapping[str, Any]:
    """A part of the event; empty where it is missing or null, or where the event is not an object."""
    part = event.get(name) if isinstance(event, Mapping) else None
    return part if isinstance(part, Mapping) else {}
