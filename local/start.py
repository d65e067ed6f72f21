"""`make start`: serve the page and the API on the loopback until Ctrl-C.

Reads `PORT` (default 3000) and `HUB` from the environment.
"""

import os
import signal
import sys

from local.embedded.services import ServiceFailedError
from local.server.function import running_function
from local.server.lists import Lists
from local.server.page import Page
from local.server.server import LocalServer

DEFAULT_PORT = 3000
_HIGHEST_PORT = 65_535


def main() -> int:
    """Serve until a signal stops it; 1 if it cannot."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        port = _port(os.environ.get("PORT", ""))
        _serve(port)
    except (ServiceFailedError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(port: int) -> None:
    with running_function(log_level="INFO") as function:
        routes = (Page(), Lists(function.instances, hub_url=function.hub_url))
        try:
            server = LocalServer(function.handle, port=port, routes=routes)
        except OSError as error:
            raise OSError(
                f"Port {port} cannot be used ({error.strerror}); choose another with PORT=."
            ) from error
        with server:
            print(f"hub    {function.hub}", file=sys.stderr)
            print(f"table  {function.table_url}", file=sys.stderr)
            print(f"api    {server.url}/api/v1/recommend", file=sys.stderr)
            print(f"serving {server.url}/ until Ctrl-C", file=sys.stderr, flush=True)
            server.serve_forever()


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not text:
        return DEFAULT_PORT
    if not 0 <= number <= _HIGHEST_PORT:
        raise ValueError(f"PORT is {text!r}; it must be a number up to {_HIGHEST_PORT}.")
    return number


if __name__ == "__main__":
    sys.exit(main())
