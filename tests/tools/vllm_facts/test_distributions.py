"""Releases on PyPI, and what is kept of their files."""

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tools.vllm_facts import distributions
from tools.vllm_facts.__main__ import FACTS
from tools.vllm_facts.distributions import Distribution, cached, published, sources
from tools.vllm_facts.document import expand, read
from tools.vllm_facts.extract import extract
from tools.vllm_facts.sources import Sources

# A release of which only wheels exist, a small one and the newest.
_SAMPLE = ("0.15.1", "0.9.2", read(FACTS)["releases"][-1])


def _file(name: str, *, yanked: bool = False) -> dict[str, Any]:
    return {
        "filename": name,
        "url": f"https://example.com/{name}",
        "hashes": {"sha256": name},
        "yanked": yanked,
    }


class _Http:
    """Answers every request with the same content."""

    def __init__(self, answer: SimpleNamespace) -> None:
        self._answer = answer

    def request(self, *_: object, **__: object) -> SimpleNamespace:
        return self._answer


def test_a_release_is_read_from_its_source_distribution_or_else_from_a_wheel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [
        _file("vllm-0.33.0.tar.gz"),
        _file("vllm-0.33.0-cp38-abi3-manylinux_2_31_x86_64.whl"),
        _file("vllm-0.15.0-cp38-abi3-manylinux_2_31_x86_64.whl"),
        _file("vllm-0.15.0-cp38-abi3-manylinux_2_31_aarch64.whl"),
        _file("vllm-0.8.5.post1.tar.gz"),
        _file("vllm-0.34.0rc1.tar.gz"),
        _file("vllm-0.7.3.tar.gz"),
        _file("vllm-0.31.0.tar.gz", yanked=True),
    ]
    monkeypatch.setattr(distributions, "_POOL", _Http(SimpleNamespace(json=lambda: {"files": files})))

    assert [(each.release, each.is_source) for each in published().values()] == [
        ("0.8.5.post1", True),
        ("0.15.0", False),
        ("0.33.0", True),
    ]


def test_only_what_facts_are_read_from_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = _archive("vllm/envs.py", "vllm/worker/worker.py", "docker/Dockerfile", "vllm/models/notes.txt")
    monkeypatch.setattr(distributions, "_POOL", _Http(SimpleNamespace(data=content)))

    found = sources(_distribution(hashlib.sha256(content).hexdigest()), tmp_path)

    kept = [path.relative_to(tmp_path / "0.33.0") for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert kept == [Path("docker/Dockerfile"), Path("vllm/envs.py")]
    assert found.version == "0.33.0"
    assert cached("0.33.0", tmp_path) is not None
    assert cached("0.32.0", tmp_path) is None


def test_a_file_that_is_not_what_pypi_lists_is_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(distributions, "_POOL", _Http(SimpleNamespace(data=_archive("vllm/envs.py"))))

    with pytest.raises(OSError, match=r"vllm-0\.33\.0\.tar\.gz has another SHA-256 than PyPI states"):
        sources(_distribution("0" * 64), tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("release", _SAMPLE)
def test_the_facts_are_what_a_fresh_extraction_gives(release: str) -> None:
    """Of three releases; `make vllm-facts` without VERSION reads all again."""
    recorded = expand(read(FACTS))[release]

    for table, facts in extract(_at_hand(release)).items():
        assert facts == recorded[table], table


def _at_hand(release: str) -> Sources:
    found = cached(release)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"vLLM {release} was not downloaded yet: `make vllm-facts VERSION={release}` does it")
    return found or sources(published()[release])


def _archive(*names: str) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"vllm-0.33.0/{name}"))
    return gzip.compress(tar.getvalue())


def _distribution(sha256: str) -> Distribution:
    name = "vllm-0.33.0.tar.gz"
    return Distribution(release="0.33.0", file=name, url=f"https://example.com/{name}", sha256=sha256)
