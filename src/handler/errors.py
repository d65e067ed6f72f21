"""Every way in which a request can fail, with its status, code and sentence.

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

There is no 401: to the frontend that means that its own session has ended.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar


class RequestError(Exception):
    """A problem that the caller sees as `{"error": sentence, "code": slug}`."""

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers that the answer carries beside the usual ones."""
        return {}

    def later(self, seconds: int) -> "RequestError":  # noqa: ARG002 - for those that tell a time
        """The same problem `seconds` after it came up, to be raised anew."""
        return type(self)(*self.args)


class InvalidRequest(RequestError):
    """A parameter or header is missing or malformed."""

    status, code = HTTPStatus.BAD_REQUEST, "invalid_request"


class ModelGated(RequestError):
    """The repository is gated and no token came along."""

    status, code = HTTPStatus.FORBIDDEN, "model_gated"


class TokenRejected(RequestError):
    """The Hub does not know the token, or its owner may not read the repository."""

    status, code = HTTPStatus.FORBIDDEN, "hf_token_rejected"


class ModelNotFound(RequestError):
    """The Hub has no such repository, or does not show it to this caller."""

    status, code = HTTPStatus.NOT_FOUND, "model_not_found"


class InstanceTypeNotFound(RequestError):
    """The instance type is not in the table."""

    status, code = HTTPStatus.NOT_FOUND, "instance_type_not_found"


class RouteNotFound(RequestError):
    """The path is not one of the API's."""

    status, code = HTTPStatus.NOT_FOUND, "route_not_found"


class MethodNotAllowed(RequestError):
    """The path exists, but only for GET."""

    status, code = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"

    @property
    def headers(self) -> Mapping[str, str]:
        """RFC 9110, 15.5.6: a 405 names the methods that are allowed."""
        return {"Allow": "GET"}


class HubUnreachable(RequestError):
    """The Hub did not answer, or answered with a server error."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_unreachable"


class HubRateLimited(RequestError):
    """The Hub has had enough requests for now."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_rate_limited"

    def __init__(self, *, retry_after_seconds: int | None, remedy: str = "") -> None:
        """Say when to come back, if the Hub told, and what else could be done."""
        when = "in a few minutes" if retry_after_seconds is None else f"in {retry_after_seconds} seconds"
        super().__init__(
            f"The Hugging Face Hub takes no more requests from here for now; try again {when}.{remedy}"
        )
        self.retry_after_seconds = retry_after_seconds
        self.remedy = remedy

    def later(self, seconds: int) -> "HubRateLimited":
        """What is left of the wait after some of it has passed."""
        asked = self.retry_after_seconds
        left = None if asked is None else max(1, asked - seconds)
        return HubRateLimited(retry_after_seconds=left, remedy=self.remedy)

    @property
    def headers(self) -> Mapping[str, str]:
        """The Hub's own waiting time."""
        return {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}


class HubBadResponse(RequestError):
    """The Hub's answer is not what a Hub answers."""

    status, code = HTTPStatus.BAD_GATEWAY, "hub_bad_response"


class CatalogUnavailable(RequestError):
    """DynamoDB did not answer, or the table holds nothing."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "catalog_unavailable"
