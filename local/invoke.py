"""`make invoke`: one event through the built function, `python -m local.invoke events/feasible.json`.

Builds with SAM and runs the artifact under Lambda's emulator, with the embedded Hub and table. The function's
response goes to standard output, everything else to standard error.
"""

import argparse
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.embedded.services import ServiceFailedError, services_at
from local.runtime.artifact import (
    VARIABLES,
    Event,
    InvocationError,
    function_variables,
    run_artifact,
)
from local.runtime.build import build_function


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, invoke once with an event file, print the response."""
    parser = argparse.ArgumentParser(prog="python -m local.invoke", description=main.__doc__)
    parser.add_argument("event", type=Path, help="a payload 2.0 event, such as events/feasible.json")
    parser.add_argument(
        "--env-vars", type=Path, default=VARIABLES, help="a file as `sam local invoke --env-vars` reads it"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        response = invoke_built(_event(options.event), function_variables(options.env_vars))
    except (InvocationError, ServiceFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(json.dumps(response, indent=2))
    return 0 if succeeded(response) else 1


def invoke_built(event: Event, variables: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Build the function and invoke it once, with the embedded Hub and table at the URLs in `variables`."""
    function = build_function()
    with (
        services_at(variables["HF_ENDPOINT"], variables["AWS_ENDPOINT_URL_DYNAMODB"]),
        run_artifact(function, variables) as invoke,
    ):
        return invoke(event)


def succeeded(response: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether `response` is an HTTP response below 400; Lambda's error object has no status."""
    status = response.get("statusCode") if isinstance(response, dict) else None
    return isinstance(status, int) and status < HTTPStatus.BAD_REQUEST


def _event(path: Path) -> Event:
    if not path.name:
        raise InvocationError("No event is given; choose one with EVENT=events/feasible.json.")
    try:
        event: Event = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvocationError(f"{path} is not a readable event: {error}") from error
    return event


if __name__ == "__main__":
    sys.exit(main())
