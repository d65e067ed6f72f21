"""Logged start-ups of real vLLM servers, and the metadata of their models.

Each line of `vllm_runs.jsonl` is one start-up: facts from a public log, with its source. Sizes are GiB per
GPU; a field that the source does not state is absent.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from benchmarks.metadata import snapshot_metadata
from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.model import HubMetadata
from recommender.vllm.version import Version, parse_version

RUNS = Path(__file__).parent / "vllm_runs.jsonl"

_RELEASE_PARTS = 3

Metadata = Callable[[str], HubMetadata | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """One start-up: the flags that vLLM was given, and what it logged."""

    id: str
    model: str
    outcome: str
    hub_id: str | None = None
    gpu: str = ""
    tp: int = 1
    pp: int = 1
    dtype: str | None = None
    quantization: str | None = None
    kv_cache_dtype: str | None = None
    gpu_memory_utilization: float | None = None
    max_model_len: int | None = None
    max_num_batched_tokens: int | None = None
    max_num_seqs: int | None = None
    enforce_eager: bool = False
    compile_cache: Literal["cold", "warm", "unknown"] = "unknown"
    """Whether vLLM had compiled the model before on this machine: a first start or a later one."""
    language_model_only: bool = False
    """Whether `--limit-mm-per-prompt` or `--language-model-only` excludes images and videos."""
    vllm_version: str = ""
    total_gpu_memory_gib: float | None = None
    weights_gib: float | None = None
    kv_cache_gib: float | None = None
    kv_tokens: int | None = None
    max_concurrency_len: int | None = None
    source: str = ""
    clean: bool = False

    @property
    def version(self) -> Version | None:
        """The release; the first of a minor version where the source does not state the patch number."""
        version = parse_version(self.vllm_version)
        return version if version is None else (*version, 0)[:_RELEASE_PARTS]


_FIELDS = frozenset(field.name for field in fields(LoggedRun))

# Memory visible to CUDA in GiB where a log does not state it, compute capability, NVLink. More GPUs than in
# `recommender.hardware.gpu`, because the logs come from more than EC2 instances.
_GPUS: dict[str, tuple[float, tuple[int, int], bool]] = {
    "T4": (14.6, (7, 5), False),
    "V100-16GB": (15.77, (7, 0), True),
    "V100-32GB": (31.74, (7, 0), True),
    "A10": (22.06, (8, 6), False),
    "A10G": (22.06, (8, 6), False),
    "L4": (22.1, (8, 9), False),
    "L40S": (44.4, (8, 9), False),
    "A100-40GB": (39.4, (8, 0), True),
    "A100-80GB": (79.2, (8, 0), True),
    "H100-80GB": (79.19, (9, 0), True),
    "H200": (139.8, (9, 0), True),
    "B200": (178.35, (10, 0), True),
    "GH200-96GB": (94.5, (9, 0), False),
    "A40": (44.4, (8, 6), False),
    "A6000": (47.4, (8, 6), False),
    "RTX 3090": (23.6, (8, 6), False),
    "RTX 4090": (23.6, (8, 9), False),
    "RTX 5090": (31.4, (12, 0), False),
    "RTX PRO 6000": (94.97, (12, 0), False),
}


def read_runs(path: Path = RUNS) -> Iterator[LoggedRun]:
    """The runs in a file of one JSON object per line; a null field counts as absent."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            facts = json.loads(line)
            known = {name: value for name, value in facts.items() if name in _FIELDS and value is not None}
            yield LoggedRun(**known)


def metadata_in(directory: Path | None) -> Metadata:
    """Metadata from `<org>/<name>/config.json` and `api.json` in a folder, or from the bundled snapshot."""
    if directory is None:
        return snapshot_metadata

    def from_directory(hub_id: str) -> HubMetadata | None:
        information = directory / hub_id / "api.json"
        if not information.exists():
            return None
        config = directory / hub_id / "config.json"
        return HubMetadata(
            model_id=hub_id,
            information=_json(information),
            config=_json(config) if config.exists() else None,
        )

    return from_directory


def gpu_of_run(run: LoggedRun) -> Gpu | None:
    """The GPU of a run, with the memory that its log states; `None` for a GPU that is not listed."""
    if run.gpu not in _GPUS:
        return None
    default_gib, capability, nvlink = _GPUS[run.gpu]
    return Gpu(
        name=run.gpu,
        visible_bytes=int((run.total_gpu_memory_gib or default_gib) * GIB),
        compute_capability=capability,
        nvlink=nvlink,
    )


def _json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
