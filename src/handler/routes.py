"""The API's one route, and what is said on every other."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from handler import metrics
from handler.catalog import Catalog
from handler.errors import HubBadResponse, MethodNotAllowed, RequestError, RouteNotFound
from handler.hub import Hub
from handler.older import older_metadata
from handler.request import Question, parse_request
from handler.response import as_json
from recommender.advice import Caution
from recommender.errors import ImplausibleMetadata
from recommender.recommend import Feasible, Recommendation, recommend, refusal_of_neuron
from recommender.rules import rules_of

ROUTE = "/api/v1/recommend"

# The one code that is no refusal but a defect.
INTERNAL_ERROR = "internal_error"

# A shared cache must not hand a public answer to a caller who sent a token, which the Hub may reject.
_PUBLIC = {"Cache-Control": "public, max-age=300", "Vary": "X-HF-Token"}
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "X-HF-Token"}
_NEVER = {"Cache-Control": "no-store"}

# AWS Inferentia and Trainium. Their answer needs nothing of the Hub.
_NEURON_FAMILIES = ("inf", "trn")

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
        answer = _answer(question, catalog, hub, deadline=time.monotonic() + seconds_left)
        return _ok(answer, is_private=question.token is not None, known=headers.get("if-none-match"))

    def uncached() -> Mapping[str, str]:
        return _PRIVATE if "x-hf-token" in _lower_case(app.current_event.headers) else _NEVER

    def failed(error: RequestError) -> Response[str]:
        logger.info("Refused", code=error.code)
        metrics.failed(error.code)
        body = {"error": str(error), "code": error.code}
        return _json(error.status, body, {**uncached(), **error.headers})

    @app.not_found
    def other_route(_error: NotFoundError) -> Response[str]:
        method, path = app.current_event.request_context.http.method, app.current_event.path
        if path == ROUTE:
            return failed(MethodNotAllowed(f"{method} is not possible here; {ROUTE} answers GET."))
        return failed(RouteNotFound(f"There is nothing at {path[:200]!a}; the API's one path is {ROUTE}."))

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def defect(error: Exception) -> Response[str]:
        logger.error("A defect of this service", exc_info=error)
        metrics.failed(INTERNAL_ERROR)
        body = {"error": "The service failed to answer; it has been noted.", "code": INTERNAL_ERROR}
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, body, uncached())

    app.exception_handler(RequestError)(failed)
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    recommendation: Recommendation
    age_seconds: float | None
    """Of the metadata behind it, where they are an older copy."""


def _answer(question: Question, catalog: Catalog, hub: Hub, *, deadline: float) -> _Answer:
    answer = _without_the_hub(question, catalog, deadline) or _with_the_hub(
        question, catalog, hub, deadline=deadline
    )
    metrics.recommended(feasible=isinstance(answer.recommendation, Feasible))
    logger.info(
        "Recommended",
        model=question.model_id,
        instance_type=question.instance_type,
        answer=type(answer.recommendation).__name__.lower(),
    )
    return answer


def _without_the_hub(question: Question, catalog: Catalog, deadline: float) -> _Answer | None:
    """What can be said before the Hub is asked, without having to wait for the table with the question."""
    if not catalog.is_at_hand() and not question.instance_type.startswith(_NEURON_FAMILIES):
        return None
    refused = refusal_of_neuron(catalog.instance(question.instance_type, deadline=deadline))
    return _Answer(recommendation=refused, age_seconds=None) if refused is not None else None


def _with_the_hub(question: Question, catalog: Catalog, hub: Hub, *, deadline: float) -> _Answer:
    """Table and Hub are asked at the same time; what the table says comes first."""
    with hub.asking(question.model_id, question.token, deadline=deadline) as told:
        instance = catalog.instance(question.instance_type, deadline=deadline)
        instances = catalog.instances(deadline=deadline)
        known = told()
    try:
        answer = recommend(
            known.metadata, instance, instances, rules_of(question.vllm_version), question.wishes
        )
    except ImplausibleMetadata as error:
        raise HubBadResponse(f"The metadata of {question.model_id} make no sense: {error}") from error
    if isinstance(answer, Feasible) and answer.wanted_checkpoints:
        answer = _with_checkpoints(answer, question, known.metadata.model_id, hub, deadline=deadline)
    return _Answer(recommendation=answer, age_seconds=known.age_seconds)


def _with_checkpoints(
    answer: Feasible, question: Question, canonical_id: str, hub: Hub, *, deadline: float
) -> Feasible:
    """The answer with what the Hub has prepared; repositories are tagged with a former name, too."""
    names = tuple(dict.fromkeys((canonical_id, question.model_id)))
    candidates = hub.quantized_from(names, answer.wanted_checkpoints, question.token, deadline=deadline)
    return answer if candidates is None else answer.with_checkpoints(candidates)


def _ok(answer: _Answer, *, is_private: bool, known: str | None) -> Response[str]:
    body = as_json(answer.recommendation)
    if answer.age_seconds is not None:
        body = _with_warning(body, older_metadata(answer.age_seconds))
    if is_private:
        return _json(HTTPStatus.OK, body, _PRIVATE)
    if answer.age_seconds is not None:
        return _json(HTTPStatus.OK, body, _NEVER)
    etag = f'"{hashlib.sha256(_text(body).encode()).hexdigest()[:32]}"'
    headers = {**_PUBLIC, "ETag": etag}
    if known is not None and etag in known:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return _json(HTTPStatus.OK, body, headers)


def _with_warning(body: Mapping[str, Any], warning: Caution) -> dict[str, Any]:
    """`body` with one more warning; an answer without a configuration has none of its own."""
    return {
        **body,
        "warnings": [*body.get("warnings", ()), warning.text],
        "warning_codes": [*body.get("warning_codes", ()), warning.code],
    }


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
