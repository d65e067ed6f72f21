"""What the accuracy of each GPU and version rests on, as tables for `docs/memory-model.md`."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from benchmarks.accuracy.prediction import Prediction
from benchmarks.accuracy.runs import LoggedRun
from benchmarks.accuracy.summary import overestimate, tokens_error
from recommender.hardware.gpu import GPU_NAMES
from recommender.vllm.version import OLDEST_COVERED_VERSION, version_text

# The GPUs of the logs by their names in the catalogue; an A10 is not in it.
CATALOGUE_NAMES: Mapping[str, str] = {
    "T4": "T4",
    "V100-16GB": "V100-16",
    "V100-32GB": "V100-32",
    "A10G": "A10G",
    "L4": "L4",
    "L40S": "L40S",
    "A100-40GB": "A100-40",
    "A100-80GB": "A100-80",
    "H100-80GB": "H100",
    "H200": "H200",
    "B200": "B200",
    "RTX PRO 6000": "RTX PRO Server 6000",
}

_HEAD = (
    "runs | tokens compared | median error | 90th percentile | most over-promised |",
    "--- | --- | --- | --- | --- |",
)


def clean_recent(run: LoggedRun) -> bool:
    """Whether a run counts as evidence for the versions that a recommendation covers."""
    return run.clean and (run.version or (0,)) >= OLDEST_COVERED_VERSION


def evidence(predictions: Iterable[Prediction]) -> str:
    """Two tables: by GPU of the catalogue, in its order and then the others, and by version."""
    clean = [each for each in predictions if clean_recent(each.run) and each.predicted.outcome is not None]
    by_gpu = _grouped(clean, lambda each: CATALOGUE_NAMES.get(each.run.gpu, each.run.gpu))
    by_version = _grouped(clean, lambda each: version_text((each.run.version or ())[:2]))
    gpus = [*GPU_NAMES, *sorted(set(by_gpu) - set(GPU_NAMES))]
    versions = [version_text((0, minor)) for minor in range(17, 34)]
    return "\n".join([*_table("GPU", gpus, by_gpu), "", *_table("vLLM", versions, by_version), ""])


def _grouped(clean: list[Prediction], key: Callable[[Prediction], str]) -> dict[str, list[Prediction]]:
    groups = defaultdict(list)
    for each in clean:
        groups[key(each)].append(each)
    return groups


def _table(title: str, names: list[str], groups: dict[str, list[Prediction]]) -> list[str]:
    rows = [_row(name, groups.get(name, [])) for name in names]
    return [f"| {title} | {_HEAD[0]}", f"| --- | {_HEAD[1]}", *rows]


def _row(name: str, group: list[Prediction]) -> str:
    if not group:
        return f"| {name} | no log yet | | | | |"
    errors = sorted(error for each in group if (error := tokens_error(each)) is not None)
    if not errors:
        return f"| {name} | {len(group)} | 0 | | | |"
    over = max(overestimate(each) for each in group)
    p90 = errors[min(len(errors) - 1, int(len(errors) * 0.9))]
    promised = f"{over:.1%}" if over > 0 else "none"
    figures = (str(len(group)), str(len(errors)), f"{statistics.median(errors):.1%}", f"{p90:.1%}", promised)
    return f"| {name} | {' | '.join(figures)} |"


BEGIN, END = "<!-- evidence: begin, written by `make accuracy` -->\n", "<!-- evidence: end -->\n"


def write_evidence(document: Path, predictions: Iterable[Prediction]) -> None:
    """Replace what is between the two comments in `document`."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(before + BEGIN + evidence(predictions) + END + after, encoding="utf-8")
