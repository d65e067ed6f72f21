"""The artifact of `sam build`: its files, and its responses under Lambda's emulator."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.runtime.artifact import ROOT, BuiltFunction, Invoke, run_artifact

Variables = dict[str, str]

UNCHECKED_HASH = 0b01  # PEP 552: hash-based, without the check_source bit
TOKEN = "hf_" + "x" * 34
STATUSES = {
    "feasible": 200,
    "quantized": 200,
    "infeasible": 200,
    "neuron": 200,
    "compare": 200,
    "missing-parameter": 400,
    "gated": 403,
    "unknown-model": 404,
    "unknown-instance": 404,
}


def event(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def invoke(function: BuiltFunction, variables: Variables) -> Iterator[Invoke]:
    with run_artifact(function, variables) as invoke:
        yield invoke


def files(function: BuiltFunction, pattern: str = "*") -> list[Path]:
    return [path for path in function.artifact.rglob(pattern) if path.is_file()]


def test_every_source_of_the_repository_is_in_the_artifact(function: BuiltFunction) -> None:
    sources = {
        path.relative_to(ROOT / "src"): path.read_bytes()
        for package in ("handler", "recommender")
        for path in (ROOT / "src" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources
    assert sources == {path: (function.artifact / path).read_bytes() for path in sources}


def test_the_import_function_has_its_own_artifact(function: BuiltFunction) -> None:
    artifact = function.artifact.with_name("ImportFunction")
    code = "import importer.app; print(importer.app.handle.__name__)"
    run = subprocess.run(  # noqa: S603 - the runtime's Python
        [function.python, "-c", code],
        cwd=artifact,
        env=function.environment({"POWERTOOLS_SERVICE_NAME": "import"}, home=artifact),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, "handle\n"), run.stderr
    assert not (artifact / "handler").exists()


def test_every_module_has_bytecode_that_lambda_reads_without_checking(function: BuiltFunction) -> None:
    """An ordinary .pyc would never match its source, which SAM zips with a timestamp of 1980."""
    compiled = {
        path.parent.parent / path.name.replace(".cpython-313.pyc", ".py") for path in files(function, "*.pyc")
    }
    assert compiled == set(files(function, "*.py"))
    flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in files(function, "*.pyc")}
    assert flags == {UNCHECKED_HASH}


def test_the_bytecode_is_of_the_runtimes_version(function: BuiltFunction) -> None:
    """Each minor version has a magic number of its own."""
    code = "import importlib.util, sys; sys.stdout.write(importlib.util.MAGIC_NUMBER.hex())"
    command = [function.python, "-c", code]
    magic = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - as above
    assert {path.read_bytes()[:4].hex() for path in files(function, "*.pyc")} == {magic}


def test_the_bytecode_has_no_path_of_the_build_machine(function: BuiltFunction) -> None:
    own = [
        path for path in files(function, "*.pyc") if "handler" in path.parts or "recommender" in path.parts
    ]
    assert own
    assert all(b"/var/task/" in path.read_bytes() for path in own)
    assert not any(str(function.artifact).encode() in path.read_bytes() for path in files(function))


def test_boto3_is_not_in_the_artifact(function: BuiltFunction) -> None:
    assert not {"boto3", "botocore", "s3transfer"} & {path.name for path in function.artifact.iterdir()}


def test_no_page_of_powertools_is_in_the_artifact(function: BuiltFunction) -> None:
    powertools = (function.artifact / "aws_lambda_powertools").rglob("*")

    assert not [path for path in powertools if path.suffix in {".css", ".html", ".js"}]


def test_everything_is_pure_python_so_that_it_runs_on_every_architecture(function: BuiltFunction) -> None:
    assert not [path for path in files(function) if path.suffix in {".so", ".pyd", ".dylib", ".dll", ".exe"}]
    tags = [
        line for path in files(function, "WHEEL") for line in path.read_text().splitlines() if "Tag: " in line
    ]
    assert tags
    assert all(tag.endswith("-none-any") for tag in tags)


def test_every_event_file_is_tested() -> None:
    assert {path.stem for path in (ROOT / "events").glob("*.json")} == {*STATUSES, "env"}


@pytest.mark.parametrize(("name", "status"), STATUSES.items(), ids=STATUSES)
def test_the_artifact_answers(invoke: Invoke, name: str, status: int) -> None:
    answer = invoke(event(name))
    body = json.loads(answer["body"])
    assert answer["statusCode"] == status
    assert answer["headers"]["Content-Type"].startswith("application/json")
    assert ("error" in body) == (status >= 400)


def test_the_same_request_gets_the_same_response(invoke: Invoke) -> None:
    assert invoke(event("feasible"))["body"] == invoke(event("feasible"))["body"]


@pytest.mark.parametrize("name", ["feasible", "gated"])
def test_the_token_is_in_neither_the_response_nor_the_log(
    function: BuiltFunction, variables: Variables, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    asked = event(name)
    asked["headers"]["x-hf-token"] = TOKEN
    with run_artifact(function, variables | {"POWERTOOLS_LOG_LEVEL": "DEBUG"}) as invoke:
        answer = invoke(asked)
    assert TOKEN not in json.dumps(answer)
    captured = capfd.readouterr()
    assert TOKEN not in captured.out + captured.err


def test_an_exception_leaves_no_process_of_the_function(
    function: BuiltFunction, variables: Variables
) -> None:
    before = processes_in(function.artifact)
    with suppress(ZeroDivisionError), run_artifact(function, variables) as invoke:
        invoke(event("neuron"))
        assert len(processes_in(function.artifact) - before) == 2  # the emulator and the runtime client
        raise ZeroDivisionError
    assert processes_in(function.artifact) == before


def processes_in(folder: Path) -> set[int]:
    """The ids of the processes that work in `folder`."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # gone meanwhile
            if link.readlink() == folder:
                found.add(int(link.parent.name))
    return found
