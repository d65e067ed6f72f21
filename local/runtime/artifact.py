"""The function as `sam build` leaves it, run as Lambda would run it.

The Runtime Interface Emulator that comes with the SAM command line starts AWS's own runtime client in the
artifact's folder. The function sees the artifact and the runtime's packages, nothing of this repository and
none of the caller's variables.
"""

import http.client
import json
import os
import platform
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

from local.runtime.python313 import REMEDY, find_python, search_path

ROOT = Path(__file__).resolve().parents[2]
BUILD_DIR = ROOT / ".aws-sam" / "build"
VARIABLES = ROOT / "events" / "env.json"

FUNCTION = "RecommendFunction"
HANDLER = "handler.app.handle"
MEMORY_MIB = 1024
TIMEOUT_SECONDS = 20
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"

# The build runs a make and a Python of its own, which would obey the settings of those that run this.
_NOT_FOR_THE_BUILD = ("AWS_", "MAKE", "MFLAGS", "PYTHONPATH")

STARTING_SECONDS = 10
STOPPING_SECONDS = 5
STDERR = 2  # the file descriptor: sys.stderr may have been replaced by an object that has none

Event = Mapping[str, Any]
Invoke = Callable[[Event], Any]
Process = subprocess.Popen[bytes]


class InvocationError(Exception):
    """The function could not be built, started or asked; the message says what to do about it."""


class PrerequisiteMissingError(InvocationError):
    """A tool that this machine would need is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction:
    """An artifact of `sam build` and what runs it: the runtime's Python and the emulator."""

    artifact: Path
    python: Path
    emulator: Path
    handler: str = HANDLER
    runtime: tuple[str, ...] | None = None
    """What is run with the handler's name in place of AWS's runtime client."""

    def command(self, *, invoke_port: int, runtime_port: int) -> list[str]:
        """The emulator, which starts the runtime client, which imports the handler."""
        return [
            str(self.emulator),
            *("--runtime-interface-emulator-address", f"{LOOPBACK}:{invoke_port}"),
            *("--runtime-api-address", f"{LOOPBACK}:{runtime_port}"),
            *("--log-level", "warn"),
            *(self.runtime or (str(self.python), "-m", "awslambdaric")),
            self.handler,
        ]

    def environment(self, variables: Mapping[str, str], *, home: Path) -> dict[str, str]:
        """All that the function's process sees, with the function's own `variables`."""
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
    """What Lambda itself sets beside a function's own variables, with credentials that open nothing.

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
    """The function's own variables in a file of the form that `sam local invoke --env-vars` reads."""
    variables: dict[str, str] = json.loads(path.read_text())[FUNCTION]
    return variables


def build_function(build_dir: Path = BUILD_DIR) -> BuiltFunction:
    """Build with SAM into `build_dir` and answer what is to be run."""
    function = BuiltFunction(
        artifact=build_dir / FUNCTION,
        python=_tool(".venv-runtime/bin/python"),
        emulator=_tool(f".venv-sam/lib/python3.*/site-packages/samcli/local/rapid/{_emulator_name()}"),
    )
    with _session(_build_command(build_dir), cwd=ROOT, env=build_environment(os.environ)) as build:
        if build.wait():
            raise InvocationError("`sam build` failed; its output above says why.")
    return function


def build_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables without AWS's, make's and Python's, and a Python 3.13 first on PATH.

    The rest stays because pip may need it: proxies, certificates, the address of a package index.
    """
    python = find_python()
    if python is None:
        raise PrerequisiteMissingError(REMEDY)
    kept = {name: value for name, value in caller.items() if not name.startswith(_NOT_FOR_THE_BUILD)}
    return {**kept, "PATH": search_path(python, caller.get("PATH", os.defpath)), "SAM_CLI_TELEMETRY": "0"}


@contextmanager
def run_artifact(
    function: BuiltFunction, variables: Mapping[str, str], *, output: int = STDERR
) -> Iterator[Invoke]:
    """Run `function` under the emulator; what this yields takes an event and gives the function's answer.

    What both print goes to the file descriptor `output`.
    """
    with tempfile.TemporaryDirectory(prefix="function-home-") as home:
        invoke_port, runtime_port = free_ports(2)
        command = function.command(invoke_port=invoke_port, runtime_port=runtime_port)
        environment = function.environment(variables, home=Path(home))
        with _session(command, cwd=function.artifact, env=environment, output=output) as emulator:
            _wait_until_listening(emulator, invoke_port)
            yield partial(_post, invoke_port)


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different because they are held until each is known."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def _build_command(build_dir: Path) -> list[str]:
    sam = _tool(".venv-sam/bin/sam")
    return [str(sam), "build", "--template-file", str(ROOT / "template.yaml"), "--build-dir", str(build_dir)]


def _emulator_name() -> str:
    machine = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    if platform.system() != "Linux":
        raise PrerequisiteMissingError(
            "The Lambda emulator runs on Linux only: use a Linux machine or container."
        )
    return f"aws-lambda-rie-{machine}"


def _tool(pattern: str) -> Path:
    found = next(ROOT.glob(pattern), None)
    if found is None:
        raise PrerequisiteMissingError(f"{pattern} is missing: `make setup` installs it.")
    return found


@contextmanager
def _session(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: int = STDERR
) -> Iterator[Process]:
    """Run `command` in a session of its own, out of reach of Ctrl-C, and leave nothing of it behind."""
    process = subprocess.Popen(  # noqa: S603 - ours
        command, cwd=cwd, env=env, stdout=output, stderr=output, start_new_session=True
    )
    try:
        yield process
    finally:
        _end_session(process)


def _end_session(process: Process) -> None:
    """Ask the process group to stop, then insist.

    The emulator runs the runtime client in a second group, which it ends itself when it is asked to stop.
    """
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOPPING_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue


def _wait_until_listening(emulator: Process, port: int) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while emulator.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise InvocationError("The Lambda emulator did not start; its output above says why.")


def _post(port: int, event: Event) -> Any:  # noqa: ANN401 - whatever JSON the function gives
    """Invoke the function; the emulator itself ends an invocation that passes the function's timeout."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3 * TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
        body = connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise InvocationError(f"The Lambda emulator did not answer: {error}") from error
    finally:
        connection.close()
    return _answer(body)


def _answer(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON the function gives
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvocationError(f"The function gave no answer: {body.decode(errors='replace')}") from error
