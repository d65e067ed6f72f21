"""Responses in API Gateway's payload format 2.0: status, headers, and what caches may do with them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any

LambdaResponse = dict[str, Any]

_JSON = {"Content-Type": "application/json"}


class Caching(Enum):
    """The headers that tell caches what they may do.

    The gateway adds CORS headers to requests with an `Origin`, so that answers differ by it.
    """

    # A shared cache must not serve a public answer to a request with a token, which the Hub may reject.
    PUBLIC = ("public, max-age=300", "Origin, X-HF-Token")
    # Only callers whom the gateway's authorizer admits may see the answer.
    AUTHORIZED = ("private, max-age=300", "Authorization, Origin, X-HF-Token")
    # What the owner of a token may see.
    TOKEN = ("private, no-store", "Origin, X-HF-Token")
    NEVER = ("no-store", None)

    @property
    def headers(self) -> Mapping[str, str]:
        """`Cache-Control` and `Vary`."""
        control, vary = self.value
        return {"Cache-Control": control} if vary is None else {"Cache-Control": control, "Vary": vary}

    @property
    def stores(self) -> bool:
        """Whether some cache may store the answer, so that an entity tag is of use."""
        return self in {Caching.PUBLIC, Caching.AUTHORIZED}


def ok(body: str, *, etag: str | None, caching: Caching, if_none_match: str) -> LambdaResponse:
    """A 200 with the JSON `body`, or a 304 where the caller has it already.

    Without an entity tag the answer must not be cached for any caller.
    """
    if etag is None and caching.stores:
        caching = Caching.NEVER
    if etag is None or not caching.stores:
        return _response(HTTPStatus.OK, body, {**_JSON, **caching.headers})
    headers = {**caching.headers, "ETag": etag}
    if etag in if_none_match:
        return {"statusCode": int(HTTPStatus.NOT_MODIFIED), "headers": headers}
    return _response(HTTPStatus.OK, body, {**_JSON, **headers})


def entity_tag(body: str) -> str:
    """The `ETag` of an answer: the same for the same bytes."""
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def failure(
    status: HTTPStatus, code: str, sentence: str, *, caching: Caching, headers: Mapping[str, str]
) -> LambdaResponse:
    """An error in the one shape that all errors have."""
    body = json.dumps({"error": sentence, "code": code})
    return _response(status, body, {**_JSON, **caching.headers, **headers})


def _response(status: HTTPStatus, body: str, headers: Mapping[str, str]) -> LambdaResponse:
    return {"statusCode": int(status), "headers": dict(headers), "body": body}
