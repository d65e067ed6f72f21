"""AWS's runtime client under a stopwatch, run in place of `python -m awslambdaric` where the artifact lies.

Whenever the client asks for the next event it adds a line of JSON to the file that STOPWATCH_FILE names:
what the start took since STOPWATCH_STARTED (seconds of the wall clock), then what each event took from its
arrival until its answer was handed over.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path.cwd())  # as with `-m`: the artifact's folder and not this one

from awslambdaric import __main__ as runtime  # type: ignore[import-not-found]  # noqa: E402
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-not-found]  # noqa: E402


class TimedClient(LambdaRuntimeClient):  # type: ignore[misc]
    """The client that asks the runtime's interface for events."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the client's own
        """Begin with the start, which is over when the first event is asked for."""
        super().__init__(*arguments)
        self._path = Path(os.environ["STOPWATCH_FILE"])
        self._since = float(os.environ["STOPWATCH_STARTED"])
        self._cpu_since = 0.0

    def wait_next_invocation(self) -> Any:  # noqa: ANN401 - the client's own
        """Note what went before, then wait."""
        seconds, cpu_seconds = time.time() - self._since, time.process_time() - self._cpu_since
        line = {"pid": os.getpid(), "ms": 1000 * seconds, "cpu_ms": 1000 * cpu_seconds}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        event = super().wait_next_invocation()
        self._since, self._cpu_since = time.time(), time.process_time()
        return event


if __name__ == "__main__":
    runtime.LambdaRuntimeClient = TimedClient
    runtime.main(sys.argv)
