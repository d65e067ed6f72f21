"""One request through the function's handler, for the commands that print its answer."""

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.embedded.services import ServiceFailedError
from local.runtime.gateway import LambdaContext, event
from local.server.function import running_function


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a request."""

    status: int
    body: dict[str, Any]

    @property
    def is_ok(self) -> bool:
        """Whether it is a 200."""
        return self.status == HTTPStatus.OK

    @property
    def as_json(self) -> str:
        """The body for a person to read."""
        return json.dumps(self.body, indent=2, ensure_ascii=False)


def has_known_format(options: Mapping[str, str], formats: Collection[str]) -> bool:
    """Whether `FORMAT` is unset or one of `formats`; otherwise standard error says what it must be."""
    chosen = options.get("FORMAT", "")
    if not chosen or chosen in formats:
        return True
    print(f"FORMAT is {chosen!r}; it must be {', '.join(formats)} or unset.", file=sys.stderr)
    return False


def ask(target: str, options: Mapping[str, str]) -> Answer | None:
    """The answer to GET `target` with `QUERY` and `HF_TOKEN` of `options`.

    `None` where the function does not start; standard error then says why, and otherwise which Hub was asked.
    """
    query, token = options.get("QUERY", ""), options.get("HF_TOKEN", "")
    request = event("GET", f"{target}&{query}" if query else target, [("X-HF-Token", token)] if token else [])
    try:
        with running_function(log_level="WARNING") as function:
            print(f"hub: {function.hub}", file=sys.stderr)
            response = function.handle(request, LambdaContext.fresh())
    except (ServiceFailedError, ValueError) as error:
        print(error, file=sys.stderr)
        return None
    return Answer(status=response["statusCode"], body=json.loads(response["body"]))
