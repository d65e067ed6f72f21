"""API Gateway's payload 2.0 events and Lambda's context for local requests."""

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The parts of Lambda's context object that the function reads."""

    aws_request_id: str
    function_name: str = "RecommendFunction"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:RecommendFunction"

    def get_remaining_time_in_millis(self) -> int:
        """The time left before Lambda's timeout; constant here."""
        return 20_000

    @classmethod
    def fresh(cls) -> "LambdaContext":
        """A context with a new request id."""
        return cls(aws_request_id=str(uuid.uuid4()))


def event(method: str, target: str, headers: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The event that API Gateway sends for a request; `target` is its path and query.

    Header names are in lower case; repeated headers and query parameters are joined by commas:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    parts = urlsplit(target)
    query = _joined(parse_qsl(parts.query, keep_blank_values=True))
    payload: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {parts.path}",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": _joined((name.lower(), value) for name, value in headers),
        "requestContext": _request_context(method, parts.path),
        "isBase64Encoded": False,
    }
    return {**payload, "queryStringParameters": query} if query else payload


def recommend_target(model: str, instance_type: str, **others: str) -> str:
    """The path and query of a recommendation request; empty parameters are left out."""
    return _target("recommend", {"model": model, "instance_type": instance_type, **others})


def compare_target(model: str, **others: str) -> str:
    """The same of a comparison of all instances."""
    return _target("instances", {"model": model, **others})


def _target(route: str, parameters: Mapping[str, str]) -> str:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value)
    return f"/api/v1/{route}?{query}"


def _request_context(method: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": _HOST,
        "domainPrefix": _HOST,
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "local",
        },
        "requestId": uuid.uuid4().hex,
        "routeKey": f"{method} {path}",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
        "timeEpoch": int(time.time() * 1000),
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined
