"""The bound for decoding is below every measurement in docs/memory-model.md, and is the one stated there.

UPDATE_GOLDEN=1 rewrites the bounds.
"""

import os
import re
from pathlib import Path

import pytest
from support.metadata import real_model

from recommender.hardware.gpu import GPU_NAMES, gpu_named
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.decoding_floor import least_ms_per_token

_PATH = Path(__file__).parents[2] / "docs/memory-model.md"
_ROW = re.compile(
    r"^\| `(?P<model>\S+)` \| (?P<gpu>[^|]+) \| (?P<degree>\d+) \| (?P<requests>\d+) \| (?P<tokens>\d+)"
    r" \| (?P<bound>[\d.]+) \| (?P<measured>[\d.]+) \| \[[^]]+\]\(https://\S+\) \|$",
    re.MULTILINE,
)
_ROWS = list(_ROW.finditer(_PATH.read_text()))


def test_at_least_five_measurements_are_listed() -> None:
    assert len(_ROWS) >= 5
    assert {row["gpu"] for row in _ROWS} <= set(GPU_NAMES)


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row['model']} {row['gpu']} {row['requests']}")
def test_the_bound_is_below_the_measurement(row: re.Match[str]) -> None:
    bound = _bound(row)
    shown = f"{bound:.2f}"
    if os.environ.get("UPDATE_GOLDEN"):
        line = row[0].replace(f"| {row['bound']} | {row['measured']} |", f"| {shown} | {row['measured']} |")
        _PATH.write_text(_PATH.read_text().replace(row[0], line))
    else:
        assert row["bound"] == shown

    assert bound <= float(row["measured"])


def _bound(row: re.Match[str]) -> float:
    model, gpu = real_model(row["model"]), gpu_named(row["gpu"])
    dtype = compute_dtype(model, gpu, None)
    bound = least_ms_per_token(
        model,
        gpu,
        dtype,
        int(row["degree"]),
        value_bytes=dtype.size_bytes,
        requests=int(row["requests"]),
        tokens=int(row["tokens"]),
    )
    assert bound is not None
    return bound
