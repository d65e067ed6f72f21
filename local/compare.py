"""`make compare`: all GPU instances for a model, through the function's handler.

Reads `MODEL`, `QUERY`, `FORMAT`, `INSTANCES`, `HUB` and `HF_TOKEN` from the environment; the list of
processes would show a token in an argument. The table goes to standard output, everything else to standard
error.
"""

import os
import sys
from collections.abc import Mapping

from local.comparison_report import comparison_csv, comparison_text
from local.one_request import Answer, ask, has_known_format
from local.report import error_text
from local.runtime.gateway import compare_target


def main() -> int:
    """Print the rows as a table, as CSV or as JSON; 0 for a 200 that has the wanted types, else 1."""
    options = dict(os.environ)
    if not has_known_format(options, ("text", "csv", "json")):
        return 1
    answer = ask(compare_target(options.get("MODEL", "")), options)
    if answer is None:
        return 1
    if not answer.is_ok:
        print(answer.as_json if options.get("FORMAT") == "json" else error_text(answer.body))
        return 1
    return _print_rows(answer, options)


def _print_rows(answer: Answer, options: Mapping[str, str]) -> int:
    body = answer.body
    names = [name.strip().lower() for name in options.get("INSTANCES", "").split(",") if name.strip()]
    missing = set(names) - {row["instance_type"] for row in body["instances"]}
    if missing:
        print(f"Not in the table: {', '.join(sorted(missing))}.", file=sys.stderr)
        return 1
    if names:
        body["instances"] = [row for row in body["instances"] if row["instance_type"] in names]
    match options.get("FORMAT"):
        case "json":
            print(answer.as_json)
        case "csv":
            print(comparison_csv(body), end="")
        case _:
            is_colored = sys.stdout.isatty() and not options.get("NO_COLOR")
            print(comparison_text(body, options.get("MODEL", ""), color=is_colored), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
