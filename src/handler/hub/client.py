"""Fetching small documents from the Hub within a deadline."""

import ssl
import time
import zlib

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.util import Timeout

from handler.errors import HubBadResponse, HubUnreachable
from handler.hub.connection import POOLS, cut_off
from handler.hub.redirects import LONGEST_CHAIN, is_redirect, is_within, redirected
from handler.hub.response import Reply
from handler.token import HubToken

# config.json files reach 60 kB; lists of quantized modules have been seen near 1 MB.
_LARGEST_BODY_BYTES = 2 * 1024**2
_CHUNK_BYTES = 64 * 1024

# Between three attempts. A Hub that asks for a longer wait than a caller has patience for is not asked again.
_PAUSES_SECONDS = (0.2, 0.6)
_LONGEST_WAIT_SECONDS = 2.0

_CONNECT_SECONDS = 2.0
_READ_SECONDS = 5.0
_SHORTEST_TIMEOUT_SECONDS = 0.01

# What huggingface_hub retries too, src/huggingface_hub/utils/_http.py.
_WORTH_ANOTHER_ATTEMPT = frozenset({408, 429, 500, 502, 503, 504})

# zlib's number for a gzip header and the largest window.
_GZIP = 31

_Outcome = Reply | HubUnreachable | HubBadResponse


class HubClient:
    """One connection pool for all requests to the Hub; holds no token."""

    def __init__(self, endpoint: str) -> None:
        """Prepare the pool; nothing is connected yet. Tokens are sent to `endpoint` and nowhere else."""
        self._endpoint = endpoint
        # One context for all connections: urllib3 would load the certificates anew for each.
        self._pool = urllib3.PoolManager(maxsize=8, ssl_context=ssl.create_default_context())
        self._pool.pool_classes_by_scheme = POOLS

    def get(self, url: str, token: HubToken | None, *, deadline: float, etag: str | None = None) -> Reply:
        """The Hub's final answer to a GET of `url`, whatever its status; 304 where `etag` is still right.

        Failed attempts are repeated with a growing pause until `deadline`, a value of `time.monotonic`.
        Raises `HubUnreachable` where none was answered, `HubBadResponse` where the answer broke off, was
        too large or led in circles or elsewhere.
        """
        for pause in (*_PAUSES_SECONDS, None):
            outcome = self._attempt(url, token, etag, deadline)
            wait = None if pause is None else _wait_seconds(outcome, pause)
            if wait is None or time.monotonic() + wait >= deadline:
                break
            time.sleep(wait)
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    def _attempt(self, url: str, token: HubToken | None, etag: str | None, deadline: float) -> _Outcome:
        for _ in range(1 + LONGEST_CHAIN):
            outcome = self._exchange(url, self._headers(url, token, etag), deadline)
            if not isinstance(outcome, Reply) or not is_redirect(outcome.status):
                return outcome
            location = outcome.headers.get("location", "")
            if token is not None and token.redact(location) != location:
                raise HubBadResponse("The Hugging Face Hub redirects with the token in an address.")
            url = redirected(url, location, self._endpoint)
        raise HubBadResponse("The Hugging Face Hub redirects in circles; try again later.")

    def _headers(self, url: str, token: HubToken | None, etag: str | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "vllm-recommender"}
        if token is not None and is_within(url, self._endpoint):
            headers["Authorization"] = token.authorization
        if etag is not None:
            headers["If-None-Match"] = etag
        return headers

    def _exchange(self, url: str, headers: dict[str, str], deadline: float) -> _Outcome:
        """One request and its answer; an error that is returned may pass, one that is raised will not."""
        left = max(_SHORTEST_TIMEOUT_SECONDS, deadline - time.monotonic())
        timeout = Timeout(connect=min(_CONNECT_SECONDS, left), read=min(_READ_SECONDS, left))
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
        except HTTPError:
            return _unreachable()
        return _read(response, deadline)


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> _Outcome:
    """The whole answer, unless it is too large or too slow: a time-out bounds each read, not all of them."""
    try:
        with cut_off(deadline - time.monotonic(), response.shutdown):
            sent = _body(response)
    except ProtocolError:
        return _broken_off()
    except (HTTPError, TimeoutError):
        return _unreachable()
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    match headers.get("content-encoding", "identity").lower():
        case "identity":
            body: bytes | None = sent
        case "gzip":
            body = _unpacked(sent)
        case _:
            raise HubBadResponse("The Hugging Face Hub's answer is packed in a way that was not asked for.")
    return _broken_off() if body is None else Reply(status=response.status, headers=headers, body=body)


def _body(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body as it was sent."""
    sent = bytearray()
    while chunk := response.read1(_CHUNK_BYTES, decode_content=False):
        sent += chunk
        if len(sent) > _LARGEST_BODY_BYTES:
            raise _too_large()
    return bytes(sent)


def _unpacked(sent: bytes) -> bytes | None:
    """What gzip made `sent` of; `None` where that is not the whole of something."""
    unpacking = zlib.decompressobj(_GZIP)
    try:
        body = unpacking.decompress(sent, _LARGEST_BODY_BYTES + 1)
    except zlib.error:
        return None
    if len(body) > _LARGEST_BODY_BYTES:
        raise _too_large()
    return body if unpacking.eof or not sent else None


def _wait_seconds(outcome: _Outcome, pause: float) -> float | None:
    """How long to wait before another attempt; `None` where it would be of no use."""
    if not isinstance(outcome, Reply):
        return pause
    if outcome.status not in _WORTH_ANOTHER_ATTEMPT:
        return None
    asked = max(pause, outcome.retry_after_seconds or 0)
    return asked if asked <= _LONGEST_WAIT_SECONDS else None


def _too_large() -> HubBadResponse:
    return HubBadResponse(
        f"The Hugging Face Hub sent a document of more than {_LARGEST_BODY_BYTES // 1024**2} MiB,"
        " which no model's configuration is."
    )


def _unreachable() -> HubUnreachable:
    return HubUnreachable("The Hugging Face Hub did not answer; try again in a minute.")


def _broken_off() -> HubBadResponse:
    return HubBadResponse("The Hugging Face Hub's answer broke off; try again.")
