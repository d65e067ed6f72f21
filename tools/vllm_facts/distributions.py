"""vLLM's releases on PyPI, and their Python files in a folder of this machine.

A release is read from its source distribution. 0.15.0 and 0.15.1 have only wheels, of 500 MB, of which the
Python files alone are read, by HTTP ranges.
"""

import hashlib
import io
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from tools.vllm_facts.document import release_order
from tools.vllm_facts.sources import Sources

_INDEX = "https://pypi.org/simple/vllm/"
_ACCEPT = "application/vnd.pypi.simple.v1+json"
_SOURCE = re.compile(r"vllm-([\d.]+(?:\.post\d+)?)\.tar\.gz")
_WHEEL = re.compile(r"vllm-([\d.]+(?:\.post\d+)?)-.*manylinux.*x86_64\.whl")

OLDEST = "0.8.0"
CACHE = Path.home() / ".cache" / "vllm-facts"

# What facts are read from, and what those files inherit from. A class elsewhere is an error.
_READ = (
    "Dockerfile",
    "docker/Dockerfile",
    "vllm/attention/",
    "vllm/config",
    "vllm/engine/arg_utils.py",
    "vllm/envs.py",
    "vllm/model_executor/layers/attention/",
    "vllm/model_executor/layers/quantization/",
    "vllm/model_executor/model_loader/",
    "vllm/model_executor/models/",
    "vllm/models/",
    "vllm/platforms/",
    "vllm/v1/attention/",
)
_SUFFIXES = (".py", "Dockerfile")

_TIMEOUT = urllib3.Timeout(connect=30, read=120)
_RANGE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The file of a release that its facts are read from."""

    release: str
    file: str
    url: str
    sha256: str

    @property
    def is_source(self) -> bool:
        """Whether it is a source distribution rather than a wheel."""
        return _SOURCE.fullmatch(self.file) is not None


def published() -> dict[str, Distribution]:
    """The releases on PyPI from 0.8.0 on, oldest first; pre-releases left out."""
    files = _http().request("GET", _INDEX, headers={"Accept": _ACCEPT}).json()["files"]
    found: dict[str, Distribution] = {}
    for pattern in (_WHEEL, _SOURCE):
        for each in files:
            match = pattern.fullmatch(each["filename"])
            if match and not each["yanked"] and release_order(match[1]) >= release_order(OLDEST):
                found[match[1]] = _distribution(match[1], each)
    return {release: found[release] for release in sorted(found, key=release_order)}


def sources(distribution: Distribution, cache: Path = CACHE) -> Sources:
    """The Python files of a release, downloaded at the first call."""
    folder = cache / distribution.release
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f"{distribution.release}-", dir=cache))
        try:
            _download(distribution, partial)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return Sources(distribution.release, folder)


def cached(release: str, cache: Path = CACHE) -> Sources | None:
    """The files of a release that was downloaded before."""
    folder = cache / release
    return Sources(release, folder) if folder.exists() else None


def _download(distribution: Distribution, folder: Path) -> None:
    files = _of_source(distribution) if distribution.is_source else _of_wheel(distribution)
    for name, read in files:
        if name.startswith(_READ) and name.endswith(_SUFFIXES):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(read())


def _of_source(distribution: Distribution) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Names and contents of a source distribution, whose checksum is that of the index."""
    content = _http().request("GET", distribution.url).data
    if hashlib.sha256(content).hexdigest() != distribution.sha256:
        raise OSError(f"{distribution.file} has another SHA-256 than PyPI states")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            reader = archive.extractfile(member) if member.isfile() else None
            if reader is not None:
                yield member.name.partition("/")[2], reader.read


def _of_wheel(distribution: Distribution) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Names and contents of a wheel; only what is read of it is downloaded."""
    with zipfile.ZipFile(io.BufferedReader(_RemoteFile(distribution.url), _RANGE_BYTES)) as archive:
        for name in archive.namelist():
            yield name, lambda name=name: archive.read(name)  # type: ignore[misc]


class _RemoteFile(io.RawIOBase):
    """A file on a server that answers range requests."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._size = int(_http().request("HEAD", url).headers["Content-Length"])
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = (
            offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        )
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer has no type before 3.12
        end = min(self._position + len(buffer), self._size)
        if end <= self._position:
            return 0
        span = f"bytes={self._position}-{end - 1}"
        content = _http().request("GET", self._url, headers={"Range": span}).data
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)


def _distribution(release: str, file: Mapping[str, Any]) -> Distribution:
    return Distribution(
        release=release, file=file["filename"], url=file["url"], sha256=file["hashes"]["sha256"]
    )


def _http() -> urllib3.PoolManager:
    return _POOL


_POOL = urllib3.PoolManager(timeout=_TIMEOUT)
