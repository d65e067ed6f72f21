"""`make recommend`: one recommendation through the function's handler.

Reads `MODEL`, `INSTANCE`, `QUERY`, `FORMAT`, `HUB` and `HF_TOKEN` from the environment; the list of processes
would show a token in an argument. The response goes to standard output, everything else to standard error.
"""

import os
import sys

from local.one_request import ask, has_known_format
from local.report import report_text
from local.runtime.gateway import recommend_target


def main() -> int:
    """Print the response as JSON or, with `FORMAT=text`, as a report; 0 for a 200, else 1."""
    options = dict(os.environ)
    if not has_known_format(options, ("json", "text")):
        return 1
    model, instance = options.get("MODEL", ""), options.get("INSTANCE", "")
    answer = ask(recommend_target(model, instance), options)
    if answer is None:
        return 1
    if options.get("FORMAT") == "text":
        print(report_text(answer.body, model, instance), end="")
    else:
        print(answer.as_json)
    return 0 if answer.is_ok else 1


if __name__ == "__main__":
    sys.exit(main())
