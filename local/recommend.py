"""One recommendation through the real handler: `make recommend MODEL=... INSTANCE=...`.

Reads `MODEL`, `INSTANCE`, `TOKEN`, `QUERY`, `FORMAT` and `HUB` from the environment, so that a token is on no
command line of this process. The answer goes to standard output, everything else to standard error.
"""

import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus

from local.report import report_text
from local.runtime.function import running_function
from local.runtime.gateway import LambdaContext, event, recommend_target
from local.server.services import PartFailedError

_FORMATS = frozenset({"", "json", "text"})


def main() -> int:
    """Print the answer, as JSON or with `FORMAT=text` for people; 0 for a 200, else 1."""
    overrides = dict(os.environ)
    if overrides.get("FORMAT", "") not in _FORMATS:
        print(f"FORMAT is {overrides['FORMAT']!r}; it must be json, text or unset.", file=sys.stderr)
        return 1
    try:
        with running_function(log_level="WARNING") as function:
            print(f"hub: {function.hub}", file=sys.stderr)
            answer = function.handle(_event(overrides), LambdaContext.fresh())
    except (PartFailedError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    body = json.loads(answer["body"])
    if overrides.get("FORMAT") == "text":
        print(report_text(body, overrides.get("MODEL", ""), overrides.get("INSTANCE", "")), end="")
    else:
        print(json.dumps(body, indent=2, ensure_ascii=False))
    return 0 if answer["statusCode"] == HTTPStatus.OK else 1


def _event(overrides: Mapping[str, str]) -> dict[str, object]:
    target = recommend_target(overrides.get("MODEL", ""), overrides.get("INSTANCE", ""))
    query = overrides.get("QUERY", "")
    if query:
        target = f"{target}&{query}"
    token = overrides.get("TOKEN", "")
    return event("GET", target, [("X-HF-Token", token)] if token else [])


if __name__ == "__main__":
    sys.exit(main())
