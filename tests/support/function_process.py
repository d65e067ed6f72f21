"""The whole function as a separate process, whose output and objects a test can search.

As a program it reads events as lines of JSON and writes the answers to a file descriptor. At the end it lists
its objects that hold a text, which it is given backwards so that it does not hold the text itself:

    python -m support.function_process DESCRIPTOR TXET
"""

import gc
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from local.runtime.environment import isolated
from local.runtime.gateway import LambdaContext, event, recommend_target

_ROOT = Path(__file__).parents[2]
_PATH = os.pathsep.join(str(_ROOT / part) for part in ("src", "", "tests"))


class FunctionProcess:
    """A running one."""

    def __init__(self, process: "subprocess.Popen[str]", answers: IO[str]) -> None:
        self._process = process
        self._answers = answers

    def ask(self, model: str, instance_type: str, *, token: str = "", **others: str) -> dict[str, Any]:
        headers = [("X-HF-Token", token)] if token else []
        return self.send(event("GET", recommend_target(model, instance_type, **others), headers))

    def send(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(sent), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def peak_mib(self) -> int:
        """The largest resident size so far; Linux has it in /proc."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1024

    def holders(self) -> list[str]:
        """Ends it; the objects that hold the text it was started with."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        held: list[str] = json.loads(self._answers.readline())
        assert self._process.wait(30) == 0
        return held


@contextmanager
def function_process(
    variables: Mapping[str, str], *, looking_for: str, output: Path
) -> Iterator[FunctionProcess]:
    """What it writes to standard output and standard error goes to `output`."""
    reading, writing = os.pipe()
    with output.open("w") as written, os.fdopen(reading) as answers:
        process = subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-m", "support.function_process", str(writing), looking_for[::-1]],
            env={**isolated(os.environ), "PYTHONPATH": _PATH, **variables},
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
            pass_fds=[writing],
            text=True,
        )
        os.close(writing)
        try:
            yield FunctionProcess(process, answers)
        finally:
            process.kill()
            process.communicate()


def main() -> None:
    logging.basicConfig(level=logging.DEBUG)
    from handler.app import handle  # noqa: PLC0415 - reads the environment at import

    with os.fdopen(int(sys.argv[1]), "w") as answers:
        for line in sys.stdin:
            print(json.dumps(handle(json.loads(line), LambdaContext.fresh())), file=answers, flush=True)  # type: ignore[arg-type]
        del line
        _wait_for_threads()
        print(json.dumps(_holders(sys.argv[2])), file=answers, flush=True)


def _wait_for_threads() -> None:
    """What was given up may still run; it ends with its own deadline."""
    for _ in range(200):
        if threading.active_count() == 1:
            return
        time.sleep(0.05)
    raise AssertionError(f"still running: {threading.enumerate()}")


def _holders(backwards: str) -> list[str]:
    gc.collect()
    return [
        f"{type(holder).__name__}: {repr(holder)[:200]}"
        for holder in gc.get_objects()
        for held in gc.get_referents(holder)
        if (isinstance(held, str) and backwards in held[::-1])
        or (isinstance(held, bytes | bytearray) and backwards.encode() in held[::-1])
    ]


if __name__ == "__main__":
    main()
