"""A release of vLLM of a few made-up files."""

from collections.abc import Mapping
from pathlib import Path

from tools.vllm_facts.sources import Sources


def release_of(folder: Path, files: Mapping[str, str], version: str = "0.30.0") -> Sources:
    """Write `files` and open them as the release `version`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return Sources(version, folder)
