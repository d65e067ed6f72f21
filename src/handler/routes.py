"""The API's one route, and what is said on every other."""

import hashlib
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from handler import metrics
from handler.catalog import Catalog
from handler.errors import HubBadResponse, MethodNotAllowed, RequestError, RouteNotFound
from handler.hub import Hub
from handler.request import Question, parse_request
from handler.response import as_json
from recommender.errors import ImplausibleMetadata
from recommender.instance import Instance
from recommender.recommend import Feasible, Recommendation, recommend, refusal_of_neuron
from recommender.rules import rules_of

ROUTE = "/api/v1/recommend"

# The one code that is no refusal but a defect.
INTERNAL_ERROR = "internal_error"

# A shared cache must not hand a public answer to a caller who sent a token, which the Hub may reject.
_PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "X-HF-Token"}
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "X-HF-Token"}
_NEVER = {"Cache-Control": "no-store"}

# What remains to be done once the Hub has answered, before Lambda ends the function.
_ANSWERING_SECONDS = 1.0

logger = Logger(child=True)


def create_app(catalog: Catalog, hub: Hub) -> APIGatewayHttpResolver:
    """The resolver that answers the API's events from `catalog` and `hub`."""
    app = APIGatewayHttpResolver(debug=False)  # stated because POWERTOOLS_DEV would print events otherwise

    @app.get(ROUTE)
    def recommend_route() -> Response[str]:
        headers = _lower_case(app.current_event.headers)
        question = parse_request(app.current_event.query_string_parameters, headers)
        seconds_left = app.lambda_context.get_remaining_time_in_millis() / 1000 - _ANSWERING_SECONDS
        recommendation = _answer(question, catalog, hub, deadline=time.monotonic() + seconds_left)
        return _ok(recommendation, is_private=question.token is not None, known=headers.get("if-none-match"))

    @app.not_found
    def other_route(_error: NotFoundError) -> Response[str]:
        method, path = app.current_event.request_context.http.method, app.current_event.path
        if path == ROUTE:
            return _failed(MethodNotAllowed(f"{method} is not possible here; {ROUTE} answers GET."))
        return _failed(RouteNotFound(f"There is nothing at {path[:200]!a}; the API's one path is {ROUTE}."))

    @app.exception_handler(RequestError)  # type: ignore[untyped-decorator]
    def failed_request(error: RequestError) -> Response[str]:
        is_private = "x-hf-token" in _lower_case(app.current_event.headers)
        return _failed(error, is_private=is_private)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def defect(error: Exception) -> Response[str]:
        logger.error("A defect of this service", exc_info=error)
        metrics.failed(INTERNAL_ERROR)
        body = {"error": "The service failed to answer; it has been noted.", "code": INTERNAL_ERROR}
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, body, _NEVER)

    return app


def _answer(question: Question, catalog: Catalog, hub: Hub, *, deadline: float) -> Recommendation:
    instance = catalog.instance(question.instance_type)
    recommendation = refusal_of_neuron(instance) or _recommended(
        question, instance, catalog, hub, deadline=deadline
    )
    metrics.recommended(feasible=isinstance(recommendation, Feasible))
    logger.info(
        "Recommended",
        model=question.model_id,
        instance_type=instance.name,
        answer=type(recommendation).__name__.lower(),
    )
    return recommendation


def _recommended(
    question: Question, instance: Instance, catalog: Catalog, hub: Hub, *, deadline: float
) -> Recommendation:
    metadata = hub.metadata(question.model_id, question.token, deadline=deadline)
    try:
        answer = recommend(
            metadata, instance, catalog.instances(), rules_of(question.vllm_version), question.wishes
        )
    except ImplausibleMetadata as error:
        raise HubBadResponse(f"The metadata of {question.model_id} make no sense: {error}") from error
    if isinstance(answer, Feasible) and answer.wanted_checkpoints:
        return _with_checkpoints(answer, question, metadata.model_id, hub, deadline=deadline)
    return answer


def _with_checkpoints(
    answer: Feasible, question: Question, canonical_id: str, hub: Hub, *, deadline: float
) -> Feasible:
    """The answer with what the Hub has prepared; repositories are tagged with a former name, too."""
    names = tuple(dict.fromkeys((canonical_id, question.model_id)))
    candidates = hub.quantized_from(names, answer.wanted_checkpoints, question.token, deadline=deadline)
    return answer if candidates is None else answer.with_checkpoints(candidates)


def _ok(recommendation: Recommendation, *, is_private: bool, known: str | None) -> Response[str]:
    body = as_json(recommendation)
    if is_private:
        return _json(HTTPStatus.OK, body, _PRIVATE)
    etag = f'"{hashlib.sha256(_text(body).encode()).hexdigest()[:32]}"'
    headers = {**_PUBLIC, "ETag": etag}
    if known is not None and etag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return _json(HTTPStatus.OK, body, headers)


def _failed(error: RequestError, *, is_private: bool = False) -> Response[str]:
    logger.info("Refused", code=error.code)
    metrics.failed(error.code)
    headers = {**(_PRIVATE if is_private else _NEVER), **error.headers}
    return _json(error.status, {"error": str(error), "code": error.code}, headers)


def _json(status: HTTPStatus, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response[str]:
    return Response(
        status_code=status,
        content_type=content_types.APPLICATION_JSON,
        body=_text(body),
        headers=dict(headers),
    )


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body)


def _lower_case(headers: Mapping[str, str] | None) -> dict[str, str]:
    """API Gateway sends header names in lower case; other senders of its format may not."""
    return {name.lower(): value for name, value in (headers or {}).items()}
