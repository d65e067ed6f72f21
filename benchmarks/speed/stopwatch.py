"""AWS's runtime client with a stopwatch; runs in the artifact's folder in place of `python -m awslambdaric`.

Each time the client asks for the next event, a line of JSON is added to the file named by STOPWATCH_FILE:
first the duration of the start since STOPWATCH_STARTED (seconds of the wall clock), then the duration of each
event from its arrival until its answer was handed over.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path.cwd())  # as with `-m`: the artifact's folder, not that of this file

from awslambdaric import __main__ as runtime  # type: ignore[import-not-found]  # noqa: E402
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # type: ignore[import-not-found]  # noqa: E402


class TimedClient(LambdaRuntimeClient):  # type: ignore[misc]
    """The client of Lambda's runtime API, which writes down how long things took."""

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - the client's own
        """Time the start first; it ends when the first event is requested."""
        super().__init__(*arguments)
        self._path = Path(os.environ["STOPWATCH_FILE"])
        self._since = float(os.environ["STOPWATCH_STARTED"])
        self._cpu_since = 0.0

    def wait_next_invocation(self) -> Any:  # noqa: ANN401 - the client's own
        """Write down the duration of the start or of the last event, then wait for the next one."""
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
