"""One event through the built function: `python -m local.runtime.invoke events/feasible.json`.

Builds with SAM, runs the artifact under Lambda's emulator with the embedded table and hub beside it. The
function's answer goes to stdout, everything else to stderr.
"""

import argparse
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.runtime.artifact import (
    VARIABLES,
    Event,
    InvocationError,
    build_function,
    function_variables,
    run_artifact,
)
from local.server.services import PartFailedError, parts_at


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, invoke once with the event file, print the answer."""
    parser = argparse.ArgumentParser(prog="python -m local.runtime.invoke", description=main.__doc__)
    parser.add_argument("event", type=Path, help="a payload 2.0 file, such as events/feasible.json")
    parser.add_argument(
        "--env-vars", type=Path, default=VARIABLES, help="a file as `sam local invoke --env-vars` reads it"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        answer = invoke_built(_event(options.event), function_variables(options.env_vars))
    except (InvocationError, PartFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(json.dumps(answer, indent=2))
    return 0 if succeeded(answer) else 1


def invoke_built(event: Event, variables: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever JSON it gives
    """Build the function and answer one event, with the embedded table and hub that `variables` name."""
    function = build_function()
    with (
        parts_at(variables["HF_ENDPOINT"], variables["AWS_ENDPOINT_URL_DYNAMODB"]),
        run_artifact(function, variables) as invoke,
    ):
        return invoke(event)


def succeeded(answer: Any) -> bool:  # noqa: ANN401 - whatever JSON the function gave
    """Whether `answer` is an HTTP response below 400; Lambda's error object has no status."""
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    return isinstance(status, int) and status < HTTPStatus.BAD_REQUEST


def _event(path: Path) -> Event:
    if not path.name:
        raise InvocationError("No event is named; give one with EVENT=events/feasible.json.")
    try:
        event: Event = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvocationError(f"{path} is not a readable event: {error}") from error
    return event


if __name__ == "__main__":
    sys.exit(main())
