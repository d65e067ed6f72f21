"""The committed form of vLLM's answers: a line of JSON for each model, with what a comparison needs."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.vllm_oracle.refusals import refusal

_GIB = 1024**3

# What the oracle may not know of a repository.
CONFIG_CLASS = "config class"
GPTQ_LAYERS = "quantized layers"

# Where repacking on the meta device leaves less than this of what was built, tensors were replaced by objects
# that are not tensors (MXFP4 in Triton's layout), and what was built is taken.
_LEAST_LEFT = 0.9

_CONCURRENCY_DIGITS = 8


def condense(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer for each model of `rows`, sorted by name."""
    by_model: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_model.setdefault(row["model"], []).append(row)
    return [_answer(model, by_model[model]) for model in sorted(by_model, key=str.lower)]


def write(answers: Iterable[dict[str, Any]], path: Path) -> None:
    """Write answers as sorted lines of compact JSON."""
    lines = (json.dumps(answer, separators=(",", ":"), ensure_ascii=False) for answer in answers)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _answer(model: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    rows = sorted(rows, key=lambda row: int(row["tp"]))
    known: dict[str, Any] = {}
    for row in rows:
        known = {**row, **known}
    implementation = known.get("resolved")
    facts = {
        "class": known.get("architecture"),
        "implementation": None if implementation == known.get("architecture") else implementation,
        "runner": None if known.get("runner") == "generate" else known.get("runner"),
        "context": known.get("max_model_len"),
        "dtype": known.get("dtype"),
        "quantization": known.get("quantization"),
        "cache_dtype": None if known.get("cache_dtype") == "auto" else known.get("cache_dtype"),
        "backends": sorted(known.get("backends") or {}) or None,
        "assumed": _assumptions(known) or None,
    }
    return {
        "model": model,
        **{name: value for name, value in facts.items() if value is not None},
        "degrees": {str(row["tp"]): _degree(row, whole=rows[0]) for row in rows},
    }


def _assumptions(row: dict[str, Any]) -> list[str]:
    """What the oracle did not know of a repository."""
    return [
        text
        for text, is_assumed in (
            (CONFIG_CLASS, row.get("config_class") == "generic"),
            (GPTQ_LAYERS, row.get("assumed_quantized_modules")),
        )
        if is_assumed
    ]


def _degree(row: dict[str, Any], *, whole: dict[str, Any]) -> dict[str, Any]:
    """The answer for one degree; what fails on one GPU in the same way is not a refusal of the degree."""
    if "failure" in row and "weight_bytes" not in row:
        kind, reason = refusal(row["failure"], row["outcome"], row["tp"])
        if kind == "shape" and whole is not row and whole.get("failure") == row["failure"]:
            kind = None
        return {"refused": kind, "why": reason} if kind else {"unknown": reason}
    weights, rounding, is_repacked = _weights(row)
    facts = {
        "weights": weights,
        "rounding": rounding,
        "not_repacked": None if is_repacked else True,
        "block": row.get("block_size"),
        "layers": _layers(row.get("specs") or {}),
        "kv": [_plan(each) for each in row.get("kv", []) if "tokens" in each],
        "unknown": _reason_of(row),
    }
    return {name: value for name, value in facts.items() if value}


def _weights(row: dict[str, Any]) -> tuple[int, int, bool]:
    """Bytes of the tensors of a rank once loaded, what the allocator adds, and whether all was repacked."""
    built = row["weight_bytes"]
    if "post_weight_bytes" not in row:
        return built + row["attribute_bytes"], row["rounding_bytes"], False
    loaded = row["post_weight_bytes"] + row["post_attribute_bytes"]
    if loaded < _LEAST_LEFT * built:
        return built, row["rounding_bytes"], False
    rounding = row.get("post_rounding_bytes", row["rounding_bytes"])
    return loaded, rounding, not row["post"]["failed"]


def _layers(specs: dict[str, int]) -> list[list[Any]]:
    """Layers, kind of spec, tokens of a block and bytes of a page."""
    found = []
    for text, count in specs.items():
        kind = text.partition("(")[0].removesuffix("Spec")
        block = re.search(r"\bblock_size=(\d+)", text)
        page = re.search(r" page=(\d+)$", text)
        found.append([count, kind, int(block[1]) if block else None, int(page[1]) if page else None])
    return found


def _plan(planned: dict[str, Any]) -> list[Any]:
    """GiB of cache, context, blocks, tokens, concurrency."""
    concurrency = float(f"{planned['concurrency_exact']:.{_CONCURRENCY_DIGITS}g}")
    return [
        planned["memory"] // _GIB,
        planned["length"],
        planned["num_blocks"],
        planned["tokens"],
        concurrency,
    ]


def _reason_of(row: dict[str, Any]) -> str | None:
    """Why a part of the answer is missing."""
    of_plans = (each["failed"] for each in row.get("kv", []) if "failed" in each)
    failed = row.get("failure") or next(of_plans, None)
    return None if failed is None else refusal(failed, row["outcome"], row["tp"])[1]
