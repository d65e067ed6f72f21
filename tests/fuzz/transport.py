"""A Hub that answers within the process, behind the client that the function really uses."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import urllib3
from urllib3.connectionpool import HTTPConnectionPool

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[str], Answer]


@contextmanager
def answering(script: Script) -> Iterator[None]:
    """Let `script` answer, given path and query, instead of any server."""

    def urlopen(_pool: HTTPConnectionPool, method: str, url: str, **_: Any) -> urllib3.HTTPResponse:
        status, headers, body = script(url)
        return urllib3.HTTPResponse(
            body=io.BytesIO(body),
            headers=headers,
            status=status,
            request_method=method,
            request_url=url,
            preload_content=False,
        )

    with patch.object(HTTPConnectionPool, "urlopen", urlopen):
        yield
