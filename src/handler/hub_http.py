"""Fetching small documents from the Hub within a deadline."""

import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from http import HTTPStatus
from threading import Thread
from typing import TypeVar

import urllib3
from urllib3.exceptions import DecodeError, HTTPError, MaxRetryError, ProtocolError, ResponseError
from urllib3.util import Retry, Timeout

from handler.errors import HubBadResponse, HubUnreachable
from handler.token import HubToken

Answer = TypeVar("Answer")

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

# urllib3 follows redirects, dropping Authorization on the way to another host; attempts are counted here.
_REDIRECTS_ONLY = Retry(total=None, connect=0, read=0, status=0, other=0, redirect=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the Hub answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_seconds(self) -> int | None:
        """How long the Hub asks to wait: `Retry-After`, or with a 429 the `t` of its `RateLimit` header."""
        stated = self.headers.get("retry-after", "")
        if self.status == HTTPStatus.TOO_MANY_REQUESTS and not stated.isdecimal():
            fields = self.headers.get("ratelimit", "").split(";")
            stated = next((field.strip()[2:] for field in fields if field.strip().startswith("t=")), "")
        return int(stated[:6]) if stated.isdecimal() else None


class HubClient:
    """One connection pool for all requests to the Hub; holds no token."""

    def __init__(self) -> None:
        """Prepare the pool; nothing is connected yet."""
        # One context for all connections: urllib3 would load the certificates anew for each.
        self._pool = urllib3.PoolManager(
            maxsize=8,
            ssl_context=ssl.create_default_context(),
            headers={"Accept-Encoding": "gzip", "User-Agent": "vllm-recommender"},
        )

    def get(self, url: str, token: HubToken | None, *, deadline: float) -> Reply:
        """The Hub's final answer to a GET of `url`, whatever its status.

        Failed attempts are repeated with a growing pause until `deadline`, a value of `time.monotonic`.
        Raises `HubUnreachable` where none was answered, `HubBadResponse` where the answer broke off, was
        too large or led in circles.
        """
        for pause in (*_PAUSES_SECONDS, None):
            outcome = self._attempt(url, token, deadline)
            wait = None if pause is None else _wait_seconds(outcome, pause)
            if wait is None or time.monotonic() + wait >= deadline:
                break
            time.sleep(wait)
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    def _attempt(self, url: str, token: HubToken | None, deadline: float) -> "Outcome":
        left = max(_SHORTEST_TIMEOUT_SECONDS, deadline - time.monotonic())
        try:
            response = self._pool.request(
                "GET",
                url,
                headers={**self._pool.headers, **({"Authorization": token.authorization} if token else {})},
                timeout=Timeout(connect=min(_CONNECT_SECONDS, left), read=min(_READ_SECONDS, left)),
                retries=_REDIRECTS_ONLY,
                preload_content=False,
            )
        except MaxRetryError as error:
            if isinstance(error.reason, ResponseError):
                raise _astray() from error
            return _unreachable()
        except HTTPError:
            return _unreachable()
        except ValueError as error:  # urllib.parse, of a Location that is no address
            raise _astray() from error
        return _read(response, deadline)


Outcome = Reply | HubUnreachable | HubBadResponse


def start(call: Callable[[], Answer]) -> "Future[Answer]":
    """Run `call` beside the caller, in a thread that does not keep the process alive."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the result
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future


def result(reply: "Future[Answer]", deadline: float) -> Answer:
    """What `start` came to; raises `HubUnreachable` where that is not known at `deadline`."""
    try:
        return reply.result(timeout=max(0.0, deadline - time.monotonic()))
    except TimeoutError as error:
        raise HubUnreachable(
            "The Hugging Face Hub took too long to answer; try again in a minute."
        ) from error


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> Outcome:
    """The whole answer, unless it is too large or too slow: a timeout bounds each read, not all of them."""
    body = bytearray()
    try:
        for chunk in response.stream(_CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > _LARGEST_BODY_BYTES:
                raise HubBadResponse(
                    f"The Hugging Face Hub sent a document of more than {_LARGEST_BODY_BYTES // 1024**2} MiB,"
                    " which no model's configuration is."
                )
            if time.monotonic() >= deadline:
                return _unreachable()
    except (ProtocolError, DecodeError):
        return HubBadResponse("The Hugging Face Hub's answer broke off; try again.")
    except HTTPError:
        return _unreachable()
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status, headers=headers, body=bytes(body))


def _wait_seconds(outcome: Outcome, pause: float) -> float | None:
    """How long to wait before another attempt; `None` where it would be of no use."""
    if not isinstance(outcome, Reply):
        return pause
    if outcome.status not in _WORTH_ANOTHER_ATTEMPT:
        return None
    asked = max(pause, outcome.retry_after_seconds or 0)
    return asked if asked <= _LONGEST_WAIT_SECONDS else None


def _astray() -> HubBadResponse:
    return HubBadResponse("The Hugging Face Hub redirects in circles or to nowhere; try again later.")


def _unreachable() -> HubUnreachable:
    return HubUnreachable("The Hugging Face Hub did not answer; try again in a minute.")
