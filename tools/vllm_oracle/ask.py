"""Asks vLLM about model folders, one row for each model and tensor-parallel degree."""

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vllm

from tools.vllm_oracle import engine
from tools.vllm_oracle.failure import failure
from tools.vllm_oracle.fake_ranks import set_ranks
from tools.vllm_oracle.gpus import FakeGpu
from tools.vllm_oracle.kv_cache import GIB, backends, cache_specs, plans, spec_counts
from tools.vllm_oracle.meta_model import build, repack
from tools.vllm_oracle.tensors import grouped, rounding_bytes, tensors_of, total_bytes

DEGREES = (1, 2, 4, 8)
CACHE_GIB = (10, 40)

_LONGEST_SECONDS = 150


class _TooSlow(BaseException):
    """A model took longer than `_LONGEST_SECONDS`; not an `Exception`, so that nothing handles it."""


def ask_all(folders: list[Path], gpu: FakeGpu, out: Path) -> None:
    """Append a row for each folder and degree to `out`; rows that it holds already are not made again."""
    engine.patch()
    done = {(row["model"], row["tp"]) for row in _rows(out)}
    gc.disable()
    with out.open("a", encoding="utf-8") as lines:
        for folder in folders:
            gc.collect()
            gc.freeze()  # what vLLM's caches keep of earlier models is not looked through again
            model = f"{folder.parent.name}/{folder.name}"
            for degree in DEGREES:
                if (model, degree) not in done:
                    row = {"model": model, **_ask_in_time(folder, degree, gpu)}
                    lines.write(json.dumps(row) + "\n")
                    lines.flush()
                    _print(row)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _print(row: dict[str, Any]) -> None:
    reason = row.get("failure", {}).get("message", "")[:120]
    size = f"{row['weight_bytes'] / GIB:.2f} GiB" if "weight_bytes" in row else ""
    print(row["model"], row["tp"], row["outcome"], size, reason, file=sys.stderr, flush=True)


def _ask_in_time(folder: Path, degree: int, gpu: FakeGpu) -> dict[str, Any]:
    """The row of one model; the process's environment, which vLLM writes to, is put back after it."""
    environment, started = dict(os.environ), time.monotonic()
    row: dict[str, Any] = {"tp": degree, "version": vllm.__version__, "gpu": gpu.name}
    stage = "config"
    try:
        with _time_limit(_LONGEST_SECONDS):
            for stage in _examine(folder, degree, row):  # noqa: B007 - read when one raises
                pass
        row["outcome"] = "built"
    except (Exception, _TooSlow) as error:  # noqa: BLE001 - the answer says what was raised
        row |= {"outcome": f"failed at {stage}", "failure": failure(error)}
    finally:
        os.environ.clear()
        os.environ.update(environment)
    row["seconds"] = round(time.monotonic() - started, 2)
    return row


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _TooSlow(f"over {seconds} seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _examine(folder: Path, degree: int, row: dict[str, Any]) -> Iterator[str]:
    """Fill `row`, and name each stage before it begins."""
    yield "config"
    set_ranks(degree)
    engine.assume_quantized_layers(folder, row)
    config = engine.read_config(folder, degree, row)
    row |= _settings(config)
    yield "build"
    model = build(config)
    row["class"] = type(model).__name__
    row |= _measured(model)
    yield "spec"
    engine.set_block_size(config)
    specs = cache_specs(config)
    row |= {
        "specs": spec_counts(specs),
        "block_size": config.cache_config.block_size,
        "backends": backends(config),
    }
    yield "plan"
    row["kv"] = plans(folder, config, specs, [gib * GIB for gib in CACHE_GIB])
    yield "post"
    row["post"] = repack(model, config)
    row |= {f"post_{name}": value for name, value in _measured(model).items()}


def _settings(config: Any) -> dict[str, Any]:
    model = config.model_config
    return {
        "runner": model.runner_type,
        "max_model_len": model.max_model_len,
        "dtype": str(model.dtype).removeprefix("torch."),
        "quantization": model.quantization,
        "architecture": model.architecture,
        "resolved": getattr(model, "_architecture", None),
        "batched_tokens": config.scheduler_config.max_num_batched_tokens,
        "sequences": config.scheduler_config.max_num_seqs,
        "cache_dtype": config.cache_config.cache_dtype,
    }


def _measured(model: Any) -> dict[str, Any]:
    registered, attributes = tensors_of(model)
    return {
        "weight_bytes": total_bytes(registered),
        "attribute_bytes": total_bytes(attributes),
        "rounding_bytes": rounding_bytes([*registered, *attributes]),
        "groups": grouped(registered),
        "extra_groups": grouped(attributes),
    }
