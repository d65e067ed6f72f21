"""`make recommend`: one recommendation through the function's handler.

Reads `MODEL`, `INSTANCE`, `QUERY`, `FORMAT`, `HUB` and `HF_TOKEN` from the environment; the list of processes
would show a token in an argument. The response goes to standard output, everything else to standard error.
"""

import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus

from local.embedded.services import ServiceFailedError
from local.report import report_text
from local.runtime.gateway import LambdaContext, event, recommend_target
from local.server.function import running_function

_FORMATS = frozenset({"", "json", "text"})


def main() -> int:
    """Print the response as JSON or, with `FORMAT=text`, as a report; 0 for a 200, else 1."""
    options = dict(os.environ)
    if options.get("FORMAT", "") not in _FORMATS:
        print(f"FORMAT is {options['FORMAT']!r}; it must be json, text or unset.", file=sys.stderr)
        return 1
    try:
        with running_function(log_level="WARNING") as function:
            print(f"hub: {function.hub}", file=sys.stderr)
            response = function.handle(_event(options), LambdaContext.fresh())
    except (ServiceFailedError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    body = json.loads(response["body"])
    if options.get("FORMAT") == "text":
        print(report_text(body, options.get("MODEL", ""), options.get("INSTANCE", "")), end="")
    else:
        print(json.dumps(body, indent=2, ensure_ascii=False))
    return 0 if response["statusCode"] == HTTPStatus.OK else 1


def _event(options: Mapping[str, str]) -> dict[str, object]:
    target = recommend_target(options.get("MODEL", ""), options.get("INSTANCE", ""))
    query = options.get("QUERY", "")
    if query:
        target = f"{target}&{query}"
    token = options.get("HF_TOKEN", "")
    return event("GET", target, [("X-HF-Token", token)] if token else [])


if __name__ == "__main__":
    sys.exit(main())
