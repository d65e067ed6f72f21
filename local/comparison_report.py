"""A comparison of instances as an aligned table or as CSV: `make compare`."""

import csv
import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.report import model_title

_WIDTH = 100
_GAP = "  "

Body = Mapping[str, Any]
"""A JSON object of the API's response, or the response itself."""

_HEADINGS = (
    "instance",
    "GPUs",
    "precision",
    "TP",
    "context",
    "requests at once",
    "$/hour",
    "$/hour and request",
)
_LEFT_ALIGNED = 3
_UNKNOWN = "-"
_MOST_REASONS = 3

_NATIVE, _QUANTIZED, _DOES_NOT_START, _INFEASIBLE = "32", "33", "31", "2"
"""Colors as SGR parameters, ECMA-48: green, yellow, red, faint."""

_FIELDS = (
    "instance_type",
    "accelerator_name",
    "accelerator_count",
    "accelerator_memory_gib",
    "feasible",
    "tensor_parallel_degree",
    "quantization",
    "max_model_len",
    "concurrency",
    "kv_cache_tokens",
    "max_concurrent_requests",
    "usd_per_hour",
    "price_region",
    "price_date",
    "usd_per_hour_per_request",
    "warning_codes",
    "code",
    "reason",
)


def comparison_text(body: Body, model: str, *, color: bool) -> str:
    """The table, and below it the reasons why types have no configuration."""
    rows = body["instances"]
    cells = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_aligned(each, widths) for each in cells]
    colors = ("1", *(_color(row) for row in rows))
    table = [
        f"\x1b[{sign}m{line}\x1b[0m" if color else line for sign, line in zip(colors, lines, strict=True)
    ]
    return "\n".join([model_title(body, model), "", *table, *_notes(body)]) + "\n"


def comparison_csv(body: Body) -> str:
    """One line for each row, with the fields of the API; the codes of warnings are separated by spaces."""
    output = io.StringIO()
    writer = csv.DictWriter(output, _FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in body["instances"]:
        writer.writerow({**row, "warning_codes": " ".join(row.get("warning_codes", ()))})
    return output.getvalue()


def _cells(row: Body) -> tuple[str, ...]:
    gpus = f"{row['accelerator_count']} x {row['accelerator_name']}, {row['accelerator_memory_gib']:g} GiB"
    hardware = row["instance_type"], gpus
    if not row["feasible"]:
        return (*hardware, row["code"].replace("_", " "), *[_UNKNOWN] * (len(_HEADINGS) - 3))
    return (
        *hardware,
        _precision(row),
        str(row["tensor_parallel_degree"]),
        f"{row['max_model_len']:,}",
        f"{row['max_concurrent_requests']:,}",
        _dollars(row.get("usd_per_hour"), 2),
        _dollars(row.get("usd_per_hour_per_request"), 4),
    )


def _precision(row: Body) -> str:
    """A checkpoint that is quantized already stays so, which the answer does not repeat."""
    if row["quantization"] is None:
        return "as stored"
    is_other = "needs_prepared_checkpoint" in row["warning_codes"]
    return f"{row['quantization']} (pre-quantized)" if is_other else row["quantization"]


def _dollars(price: float | None, digits: int) -> str:
    return _UNKNOWN if price is None else f"{price:,.{digits}f}"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, numbers to the right."""
    padded = (
        cell.ljust(width) if number < _LEFT_ALIGNED else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join(padded).rstrip()


def _color(row: Body) -> str:
    if not row["feasible"]:
        return _INFEASIBLE
    if not row["max_concurrent_requests"]:
        return _DOES_NOT_START
    return _NATIVE if row["quantization"] is None else _QUANTIZED


def _notes(body: Body) -> Iterator[str]:
    """What the table leaves out: where prices are from, and why types have no configuration."""
    rows = body["instances"]
    sources = {
        (row["price_region"], row.get("price_date", "an unknown day"))
        for row in rows
        if "price_region" in row
    }
    if sources:
        prices = ", ".join(f"{region} of {date}" for region, date in sorted(sources))
        yield from ("", f"prices: on demand for Linux, {prices}")
    if "omitted_instances" in body:
        yield from ("", f"{body['omitted_instances']:,} more instance types do not fit in an answer")
    reasons = list(dict.fromkeys(row["reason"] for row in rows if not row["feasible"]))
    # Many reasons differ by the instance only; `make recommend` has each.
    for sentence in (*(reasons if len(reasons) <= _MOST_REASONS else ()), *body.get("warnings", ())):
        yield from ("", *textwrap.wrap(sentence, _WIDTH))
