"""Every error that a request can end with: its status, code and sentence.

    RequestError
    |-- InvalidRequest          400 invalid_request
    |-- ModelGated              403 model_gated
    |-- TokenRejected           403 hf_token_rejected
    |-- ModelNotFound           404 model_not_found
    |-- InstanceTypeNotFound    404 instance_type_not_found
    |-- RouteNotFound           404 route_not_found
    |-- MethodNotAllowed        405 method_not_allowed
    |-- HubUnreachable          502 hub_unreachable
    |-- HubRateLimited          502 hub_rate_limited
    |-- HubBadResponse          502 hub_bad_response
    `-- CatalogUnavailable      503 catalog_unavailable

There is no 401: the frontend takes one to mean that its own session has ended.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class RequestError(Exception):
    """A problem that the caller sees as `{"error": sentence, "code": slug}`."""

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]

    def __init__(self, sentence: str, **details: str | int) -> None:
        """Say `sentence` to the caller, and write `details` into the log only."""
        super().__init__(sentence)
        self.details = details

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the answer in addition to those of every error."""
        return {}

    def copy(self, *, seconds_later: int = 0) -> "RequestError":  # noqa: ARG002 - for errors that state a wait
        """The same error without traceback and cause, as it reads `seconds_later`."""
        return type(self)(str(self), **self.details)


class InvalidRequest(RequestError):
    """A parameter or header is missing or malformed."""

    status, code = HTTPStatus.BAD_REQUEST, "invalid_request"


class ModelGated(RequestError):
    """The repository is gated and the request has no token."""

    status, code = HTTPStatus.FORBIDDEN, "model_gated"


class TokenRejected(RequestError):
    """The token is not valid, or its owner may not read the repository."""

    status, code = HTTPStatus.FORBIDDEN, "hf_token_rejected"


class ModelNotFound(RequestError):
    """The Hub has no such repository, or does not show it to this caller."""

    status, code = HTTPStatus.NOT_FOUND, "model_not_found"


class InstanceTypeNotFound(RequestError):
    """The instance type is not in the table."""

    status, code = HTTPStatus.NOT_FOUND, "instance_type_not_found"


class RouteNotFound(RequestError):
    """The API has no such path."""

    status, code = HTTPStatus.NOT_FOUND, "route_not_found"


class MethodNotAllowed(RequestError):
    """The path supports GET only."""

    status, code = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110, 15.5.6: a 405 names the methods that are allowed."""
        return {"Allow": "GET"}


class HubUnreachable(RequestError):
    """The Hub did not answer, or answered with a server error."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_unreachable"


class HubRateLimited(RequestError):
    """The Hub answered 429."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_rate_limited"

    def __init__(self, *, retry_after_seconds: int | None, remedy: str = "", **details: str | int) -> None:
        """Suggest when to try again, where the Hub stated it, and `remedy`, a sentence."""
        when = "in a few minutes" if retry_after_seconds is None else _after(retry_after_seconds)
        advice = f" {remedy}" if remedy else ""
        super().__init__(
            f"The Hugging Face Hub is rate limiting this service; try again {when}.{advice}", **details
        )
        self.retry_after_seconds = retry_after_seconds
        self.remedy = remedy

    def copy(self, *, seconds_later: int = 0) -> "HubRateLimited":
        """The same error with the rest of the wait."""
        stated = self.retry_after_seconds
        left = None if stated is None else max(1, stated - seconds_later)
        return HubRateLimited(retry_after_seconds=left, remedy=self.remedy, **self.details)

    @property
    def headers(self) -> Mapping[str, str]:
        """The wait that the Hub asks for."""
        return {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}


def _after(seconds: int) -> str:
    return "in a second" if seconds == 1 else f"in {seconds:,} seconds"


class HubBadResponse(RequestError):
    """The Hub's response cannot be used."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_bad_response"


class CatalogUnavailable(RequestError):
    """DynamoDB did not answer, or the table is empty."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "catalog_unavailable"
