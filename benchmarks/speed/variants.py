"""The artifact and variants to compare it with, run under Lambda's emulator with a stopwatch."""

import io
import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local.embedded.services import services_at
from local.runtime.artifact import (
    LOOPBACK,
    ROOT,
    BuiltFunction,
    Event,
    Invoke,
    free_ports,
    function_variables,
    run_artifact,
)
from local.runtime.build import build_function

_HERE = Path(__file__).resolve().parent

# bash has the time without starting a program, and is then replaced by the runtime.
_START = 'export STOPWATCH_STARTED=$EPOCHREALTIME; exec "$@"'
_LINE_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running function and its stopwatch."""

    invoke: Invoke
    file: Path

    def lines(self, last: int) -> list[dict[str, float]]:
        """The stopwatch's lines up to `last`: line 0 is the start, line n the n-th answer."""
        deadline = time.monotonic() + _LINE_SECONDS
        while len(found := self.file.read_text().splitlines()) <= last:
            if time.monotonic() > deadline:
                raise TimeoutError(f"The stopwatch has not written line {last} of {self.file}.")
            time.sleep(0.001)
        return [json.loads(line) for line in found[: last + 1]]

    def resident_mb(self) -> float:
        """Resident memory of the function's process, in MB."""
        status = Path(f"/proc/{self.lines(0)[0]['pid']}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
        return round(int(kilobytes) * 1024 / 1e6, 1)


def ours(folder: Path) -> BuiltFunction:
    """The function as it is deployed, built into `folder`."""
    return build_function(folder / "build")


def plain(function: BuiltFunction, folder: Path) -> BuiltFunction:
    """The same without bytecode, as SAM's own Python build ships it."""
    artifact = folder / "plain"
    shutil.copytree(function.artifact, artifact, ignore=shutil.ignore_patterns("__pycache__"))
    return replace(function, artifact=artifact)


def with_handler(function: BuiltFunction, folder: Path, name: str) -> BuiltFunction:
    """The same bundle with the handler `name` of `benchmarks/speed/handlers`."""
    artifact = folder / name
    shutil.copytree(function.artifact, artifact)
    shutil.copy(_HERE / "handlers" / f"{name}.py", artifact)
    return replace(function, artifact=artifact, handler=f"{name}.handle")


@contextmanager
def running(function: BuiltFunction, variables: Mapping[str, str], file: Path) -> Iterator[Running]:
    """Run `function` with its stopwatch writing to `file`. As on Lambda, it cannot write bytecode."""
    stopwatch = (str(function.python), str(_HERE / "stopwatch.py"))
    timed = replace(function, runtime=("/bin/bash", "-c", _START, "bash", *stopwatch))
    extra = {"STOPWATCH_FILE": str(file), "PYTHONDONTWRITEBYTECODE": "1"}
    file.write_text("")
    with (
        Path(os.devnull).open("w") as devnull,
        run_artifact(timed, {**variables, **extra}, output=devnull.fileno()) as invoke,
    ):
        yield Running(invoke=invoke, file=file)


@contextmanager
def embedded_services() -> Iterator[dict[str, str]]:
    """The embedded Hub and table on free ports; yields the function's environment variables."""
    hub, table = (f"http://{LOOPBACK}:{port}" for port in free_ports(2))
    with services_at(hub, table):
        yield {**function_variables(), "HF_ENDPOINT": hub, "AWS_ENDPOINT_URL_DYNAMODB": table}


def event(name: str) -> Event:
    """The event `events/<name>.json`."""
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return found


def python_version(function: BuiltFunction) -> str:
    """The version of the Python that runs the artifact."""
    command = [str(function.python), "-c", "import platform; print(platform.python_version())"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - our own
    return done.stdout.strip()


def zipped_mb(function: BuiltFunction) -> float:
    """Size in MB of the archive that SAM would upload."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(function.artifact.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(function.artifact))
    return round(len(archive.getvalue()) / 1e6, 2)
