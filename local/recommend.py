"""One recommendation through the real handler: `make recommend MODEL=... INSTANCE=...`.

Reads `MODEL`, `INSTANCE`, `TOKEN` and `HUB` from the environment, so that a token is on no command line of
this process. The answer goes to standard output, everything else to standard error.
"""

import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus

from local.function import running_function
from local.gateway import LambdaContext, event, recommend_target
from local.parts import PartFailedError


def main() -> int:
    """Print the answer; 0 for a 200, else 1."""
    wishes = dict(os.environ)
    try:
        with running_function(log_level="WARNING") as function:
            print(f"hub: {function.hub}", file=sys.stderr)
            answer = function.handle(_event(wishes), LambdaContext.fresh())
    except (PartFailedError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(json.loads(answer["body"]), indent=2, ensure_ascii=False))
    return 0 if answer["statusCode"] == HTTPStatus.OK else 1


def _event(wishes: Mapping[str, str]) -> dict[str, object]:
    target = recommend_target(wishes.get("MODEL", ""), wishes.get("INSTANCE", ""))
    token = wishes.get("TOKEN", "")
    return event("GET", target, [("X-HF-Token", token)] if token else [])


if __name__ == "__main__":
    sys.exit(main())
