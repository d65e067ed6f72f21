"""`make compare`: all GPU instances for a model, through the function's handler.

Reads `MODEL`, `QUERY`, `FORMAT`, `INSTANCES`, `HUB` and `HF_TOKEN` from the environment; the list of
processes would show a token in an argument. The table goes to standard output, everything else to standard
error.
"""

import json
import os
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.comparison_report import comparison_csv, comparison_text
from local.embedded.services import ServiceFailedError
from local.report import error_text
from local.runtime.gateway import LambdaContext, compare_target, event
from local.server.function import running_function

_FORMATS = frozenset({"", "text", "csv", "json"})


def main() -> int:
    """Print the rows as a table, as CSV or as JSON; 0 for a 200 that has the wanted types, else 1."""
    options = dict(os.environ)
    if options.get("FORMAT", "") not in _FORMATS:
        print(f"FORMAT is {options['FORMAT']!r}; it must be text, csv, json or unset.", file=sys.stderr)
        return 1
    try:
        with running_function(log_level="WARNING") as function:
            print(f"hub: {function.hub}", file=sys.stderr)
            response = function.handle(_event(options), LambdaContext.fresh())
    except (ServiceFailedError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    body = json.loads(response["body"])
    if response["statusCode"] != HTTPStatus.OK:
        print(json.dumps(body, indent=2) if options.get("FORMAT") == "json" else error_text(body))
        return 1
    return _print_rows(body, options)


def _event(options: Mapping[str, str]) -> dict[str, object]:
    target = compare_target(options.get("MODEL", ""))
    query = options.get("QUERY", "")
    if query:
        target = f"{target}&{query}"
    token = options.get("HF_TOKEN", "")
    return event("GET", target, [("X-HF-Token", token)] if token else [])


def _print_rows(body: dict[str, Any], options: Mapping[str, str]) -> int:
    names = [name.strip().lower() for name in options.get("INSTANCES", "").split(",") if name.strip()]
    missing = set(names) - {row["instance_type"] for row in body["instances"]}
    if missing:
        print(f"Not in the table: {', '.join(sorted(missing))}.", file=sys.stderr)
        return 1
    if names:
        body["instances"] = [row for row in body["instances"] if row["instance_type"] in names]
    match options.get("FORMAT"):
        case "json":
            print(json.dumps(body, indent=2, ensure_ascii=False))
        case "csv":
            print(comparison_csv(body), end="")
        case _:
            is_colored = sys.stdout.isatty() and not options.get("NO_COLOR")
            print(comparison_text(body, options.get("MODEL", ""), color=is_colored), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
