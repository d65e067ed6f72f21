"""Finds a Python of the function's version, even if `python3.13` on PATH is missing or does not run.

The build needs one because only the minor version that wrote bytecode reads it. A version manager's shim is
on PATH even if that version is not installed, so every candidate is run before it is accepted.
`python -m local.runtime.python313` prints the path.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSION = "3.13"
REMEDY = (
    f"Python {VERSION} with pip is needed to build the function: install it"
    f" (`pyenv install {VERSION}`, `uv python install {VERSION}` or `brew install python@{VERSION}`)"
    f" or put a `python{VERSION}` that runs on PATH."
)
PROBE_SECONDS = 10
HOMEBREW = ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew")  # Apple silicon, Intel, Linux


def find_python(version: str = VERSION) -> Path | None:
    """The first `python{version}` that runs, has pip and is of that version."""
    return next((python for python in _candidates(version) if _runs(python, version)), None)


def search_path(python: Path, path: str) -> str:
    """`path` with the folder of `python` in front."""
    return os.pathsep.join([str(python.parent), path])


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    for folder in _folders(version):
        if (folder / name).is_file():
            yield folder / name


def _folders(version: str) -> Iterator[Path]:
    """Where a Python may be: PATH, next to this process's own, pyenv, uv, Homebrew."""
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")
    yield from (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    yield Path(sys.executable).parent
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin"))
    yield from sorted(uv.glob(f"cpython-{version}.*/bin"))
    yield from (Path(brew) / "bin" for brew in HOMEBREW)


def _runs(python: Path, version: str) -> bool:
    code = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        probe = subprocess.run(  # noqa: S603 - the candidates are this machine's own Pythons
            [python, "-c", code], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0 and probe.stdout.strip() == version


def main() -> int:
    """Print the path of the Python, or on standard error how to install one."""
    python = find_python()
    print(python or REMEDY, file=sys.stdout if python else sys.stderr)
    return 0 if python else 1


if __name__ == "__main__":
    sys.exit(main())
