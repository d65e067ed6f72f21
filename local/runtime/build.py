"""Builds the function with `sam build`."""

import hashlib
import os
import platform
from collections.abc import Mapping
from pathlib import Path

from local.runtime.artifact import (
    FUNCTION,
    ROOT,
    BuiltFunction,
    InvocationError,
    PrerequisiteMissingError,
    process_session,
)
from local.runtime.python313 import REMEDY, find_python, search_path

BUILD_DIR = ROOT / ".aws-sam" / "build"
_STAMP = ".sources"

# The build runs its own make and Python, which must not inherit the settings of this one's.
_REMOVED_FOR_BUILD = ("AWS_", "MAKE", "MFLAGS", "PYTHONPATH")


def build_function(build_dir: Path = BUILD_DIR) -> BuiltFunction:
    """Build with SAM into `build_dir`, unless it holds a build of the same sources."""
    function = BuiltFunction(
        artifact=build_dir / FUNCTION,
        python=_tool(".venv-runtime/bin/python"),
        emulator=_tool(f".venv-sam/lib/python3.*/site-packages/samcli/local/rapid/{_emulator_name()}"),
    )
    stamp, digest = build_dir / _STAMP, _sources_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return function
    with process_session(_build_command(build_dir), cwd=ROOT, env=build_environment(os.environ)) as build:
        if build.wait():
            raise InvocationError("`sam build` failed; see its output above.")
    stamp.write_text(digest)  # `sam build` by hand removes it, because it empties the folder
    return function


def build_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables without those of AWS, make and Python, and with a Python 3.13 first on PATH.

    The rest is kept because pip may need it: proxies, certificates, the address of a package index.
    """
    python = find_python()
    if python is None:
        raise PrerequisiteMissingError(REMEDY)
    kept = {name: value for name, value in caller.items() if not name.startswith(_REMOVED_FOR_BUILD)}
    return {**kept, "PATH": search_path(python, caller.get("PATH", os.defpath)), "SAM_CLI_TELEMETRY": "0"}


def _sources_digest() -> str:
    """A hash over everything that the artifact is made of."""
    sources = [
        path for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    digest = hashlib.sha256()
    for path in sorted([*sources, ROOT / "template.yaml"]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


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
