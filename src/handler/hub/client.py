"""GET requests to the Hub, with retries within a deadline and a limit on the size of the response."""

import ssl
import time
from dataclasses import replace

import urllib3
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError
from urllib3.util import Timeout

from handler.errors import HubBadResponse, HubUnreachable
from handler.hub.connection import POOLS
from handler.hub.redirects import MAX_REDIRECTS, is_redirect, is_within, redirected
from handler.hub.response import HubResponse
from handler.token import HubToken
from recommender.model.config_reader import printable

# config.json files reach 60 kB; lists of quantized modules in them have been seen near 1 MB.
_MAX_BODY_BYTES = 2 * 1024**2
_CHUNK_BYTES = 64 * 1024

# The pauses between three attempts. A longer wait that the Hub asks for is left to the caller.
_PAUSES_SECONDS = (0.2, 0.6)
_LONGEST_WAIT_SECONDS = 2.0

# The search for checkpoints reads up to 16 files at the same time.
_CONNECTIONS = 16

_CONNECT_SECONDS = 2.0
_RESPONSE_SECONDS = 5.0
_SHORTEST_TIMEOUT_SECONDS = 0.01

_REASON_CHARACTERS = 300

# What huggingface_hub retries, src/huggingface_hub/utils/_http.py.
_RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

_Outcome = HubResponse | HubUnreachable | HubBadResponse


class HubClient:
    """One connection pool for all requests to the Hub; holds no token."""

    def __init__(self, endpoint: str) -> None:
        """Create the pool without connecting. Tokens are sent to `endpoint` only."""
        self._endpoint = endpoint
        # One context for all connections: urllib3 would load the certificates for each of them.
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, ssl_context=ssl.create_default_context())
        self._pool.pool_classes_by_scheme = POOLS

    def get(
        self,
        url: str,
        token: HubToken | None,
        *,
        deadline: float,
        max_bytes: int = _MAX_BODY_BYTES,
        etag: str | None = None,
    ) -> HubResponse:
        """The Hub's final response to a GET of `url`, whatever its status; 304 where `etag` is still valid.

        The decoded body has at most `max_bytes`: parsed JSON takes up to 25 times the bytes of its text.

        Failed attempts are repeated with a growing pause until `deadline`, a value of `time.monotonic`.
        `urllib3.Retry` has no such overall deadline. Raises `HubUnreachable` where no attempt was answered,
        `HubBadResponse` where the response broke off, was too large, or redirects in a loop or elsewhere.
        """
        for attempt, pause in enumerate((*_PAUSES_SECONDS, None), start=1):
            outcome = _numbered(self._attempt(url, token, etag, max_bytes, deadline), attempt)
            wait = None if pause is None else _wait_seconds(outcome, pause)
            if wait is None or time.monotonic() + wait >= deadline:
                break
            time.sleep(wait)
        if isinstance(outcome, HubResponse):
            return outcome
        raise outcome

    def _attempt(
        self, url: str, token: HubToken | None, etag: str | None, max_bytes: int, deadline: float
    ) -> _Outcome:
        """A request and the redirects that follow from it."""
        for _ in range(1 + MAX_REDIRECTS):
            outcome = self._exchange(url, self._headers(url, token, etag), max_bytes, deadline)
            if not isinstance(outcome, HubResponse) or not is_redirect(outcome.status):
                return outcome
            location = outcome.headers.get("location", "")
            if token is not None and token.redact(location) != location:
                raise HubBadResponse("The Hugging Face Hub redirects to an address that contains the token.")
            url = redirected(url, location, self._endpoint)
        raise HubBadResponse("The Hugging Face Hub redirects in a loop; try again later.")

    def _headers(self, url: str, token: HubToken | None, etag: str | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "vllm-recommender"}
        if token is not None and is_within(url, self._endpoint):
            headers["Authorization"] = token.authorization
        if etag is not None:
            headers["If-None-Match"] = etag
        return headers

    def _exchange(self, url: str, headers: dict[str, str], max_bytes: int, deadline: float) -> _Outcome:
        """One request and its response. A returned error is worth another attempt, a raised one is not."""
        left = max(_SHORTEST_TIMEOUT_SECONDS, deadline - time.monotonic())
        timeout = Timeout(connect=min(_CONNECT_SECONDS, left), read=min(_RESPONSE_SECONDS, left))
        try:
            response = self._pool.request(
                "GET",
                url,
                headers=headers,
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except HTTPError as error:
            return _unreachable(error)
        with response:
            return _read(response, max_bytes)


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> _Outcome:
    try:
        body = _body(response, max_bytes)
    except (ProtocolError, DecodeError) as error:
        return HubBadResponse("The Hugging Face Hub's response broke off; try again.", **_details(error))
    except HTTPError as error:
        return _unreachable(error)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HubResponse(status=response.status, headers=headers, body=body)


def _body(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    """The decoded body, read in steps so that a compressed one cannot grow past the limit."""
    body = bytearray()
    while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise HubBadResponse(
                f"The Hugging Face Hub sent a document of more than {max_bytes // 1024} KiB, which is too"
                " large."
            )
    return bytes(body)


def _numbered(outcome: _Outcome, attempt: int) -> _Outcome:
    """The outcome with the number of its attempt."""
    if isinstance(outcome, HubResponse):
        return replace(outcome, attempts=attempt)
    outcome.details["attempts"] = attempt
    return outcome


def _wait_seconds(outcome: _Outcome, pause: float) -> float | None:
    """How long to wait before another attempt; `None` where there should not be one."""
    if not isinstance(outcome, HubResponse):
        return pause
    if outcome.status not in _RETRIED_STATUSES:
        return None
    wanted = max(pause, outcome.retry_after_seconds or 0)
    return wanted if wanted <= _LONGEST_WAIT_SECONDS else None


def _unreachable(error: HTTPError) -> HubUnreachable:
    return HubUnreachable("The Hugging Face Hub did not answer; try again in a minute.", **_details(error))


def _details(error: HTTPError) -> dict[str, str | int]:
    """Details for the log, which tell a refused connection from an unknown host and from a TLS failure."""
    return {"cause": type(error).__name__, "reason": printable(str(error), longest=_REASON_CHARACTERS)}
