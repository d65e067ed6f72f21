"""Runs the built function as Lambda would.

The Runtime Interface Emulator that comes with the SAM command line starts AWS's own runtime client in the
artifact's folder. The function sees the artifact and the runtime's packages, but nothing else of this
repository and none of the caller's variables.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = ROOT / "events" / "env.json"

FUNCTION = "RecommendFunction"
HANDLER = "handler.app.handle"
MEMORY_MIB = 1024
TIMEOUT_SECONDS = 20
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"

START_SECONDS = 10
STOP_SECONDS = 5
STDERR = 2  # the file descriptor, because sys.stderr may have been replaced by an object without one

Event = Mapping[str, Any]
Invoke = Callable[[Event], Any]
Process = subprocess.Popen[bytes]


class InvocationError(Exception):
    """The function could not be built, started or invoked; the message states the remedy."""


class PrerequisiteMissingError(InvocationError):
    """A tool that is needed is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction:
    """An artifact of `sam build`, with the Python and the emulator that run it."""

    artifact: Path
    python: Path
    emulator: Path
    handler: str = HANDLER
    runtime: tuple[str, ...] | None = None
    """The command to run instead of AWS's runtime client; the handler's name is appended."""

    def command(self, *, invoke_port: int, runtime_port: int) -> list[str]:
        """The emulator's command line; it starts the runtime client, which imports the handler."""
        return [
            str(self.emulator),
            *("--runtime-interface-emulator-address", f"{LOOPBACK}:{invoke_port}"),
            *("--runtime-api-address", f"{LOOPBACK}:{runtime_port}"),
            *("--log-level", "warn"),
            *(self.runtime or (str(self.python), "-m", "awslambdaric")),
            self.handler,
        ]

    def environment(self, variables: Mapping[str, str], *, home: Path) -> dict[str, str]:
        """The whole environment of the function's process, with the function's own `variables`."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "LAMBDA_TASK_ROOT": str(self.artifact),
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "*",
            **lambda_variables(),
            **variables,
        }


def lambda_variables() -> dict[str, str]:
    """The variables that Lambda itself sets, with dummy credentials.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MIB),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT_SECONDS),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{FUNCTION}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
    }


def function_variables(path: Path = VARIABLES) -> dict[str, str]:
    """The function's own variables from a file as `sam local invoke --env-vars` reads it."""
    variables: dict[str, str] = json.loads(path.read_text())[FUNCTION]
    return variables


@contextmanager
def run_artifact(
    function: BuiltFunction, variables: Mapping[str, str], *, output: int = STDERR
) -> Iterator[Invoke]:
    """Run `function` under the emulator; yields a callable from an event to the function's response.

    Their output goes to the file descriptor `output`.
    """
    with tempfile.TemporaryDirectory(prefix="function-home-") as home:
        invoke_port, runtime_port = free_ports(2)
        command = function.command(invoke_port=invoke_port, runtime_port=runtime_port)
        environment = function.environment(variables, home=Path(home))
        with process_session(command, cwd=function.artifact, env=environment, output=output) as emulator:
            _wait_until_listening(emulator, invoke_port)
            yield partial(_post, invoke_port)


def free_ports(count: int) -> list[int]:
    """Different free ports; all are held until each is known."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def process_session(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: int = STDERR
) -> Iterator[Process]:
    """Run `command` in its own session, which Ctrl-C does not reach, and end all its processes."""
    process = subprocess.Popen(  # noqa: S603 - ours
        command, cwd=cwd, env=env, stdout=output, stderr=output, start_new_session=True
    )
    try:
        yield process
    finally:
        _endprocess_session(process)


def _endprocess_session(process: Process) -> None:
    """Terminate the process group; kill it if that takes too long.

    The emulator runs the runtime client in a second group, which it ends itself when terminated.
    """
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue


def _wait_until_listening(emulator: Process, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while emulator.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise InvocationError("The Lambda emulator did not start; see its output above.")


def _post(port: int, event: Event) -> Any:  # noqa: ANN401 - any JSON
    """Invoke the function; the emulator enforces the function's timeout."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3 * TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
        body = connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise InvocationError(f"The Lambda emulator did not answer: {error}") from error
    finally:
        connection.close()
    return _parsed(body)


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvocationError(f"The function did not return JSON: {body.decode(errors='replace')}") from error
