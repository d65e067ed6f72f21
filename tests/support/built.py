"""Runs code in a process of the built function."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from local.runtime.artifact import ROOT, BuiltFunction

_PRELUDE = f"""
import json, sys

class Context:
    aws_request_id = function_name = invoked_function_arn = "local"
    memory_limit_in_mb = 1024
    def get_remaining_time_in_millis(self):
        return 20_000

def ask():
    import handler.app
    return handler.app.handle(json.loads({(ROOT / "events" / "feasible.json").read_text()!r}), Context())
"""


def found_by(code: str, function: BuiltFunction, variables: Mapping[str, str]) -> dict[str, Any]:
    """The dictionary `found` after `code`, run by the runtime's Python in the artifact's folder.

    The code may call `ask()`, which sends the handler a feasible request and returns its response.
    """
    whole = f"{_PRELUDE}\nfound = {{}}\n{code}\nprint()\nprint(json.dumps(found))"
    run = subprocess.run(  # noqa: S603 - the runtime's Python
        [function.python, "-c", whole],
        cwd=function.artifact,
        env=function.environment(variables, home=function.artifact),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return answer
