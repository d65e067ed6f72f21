"""The table of `make compare`."""

from typing import Any

from support.openapi import schema

from local.comparison_report import comparison_csv, comparison_text

ROW: dict[str, Any] = {
    "instance_type": "g5.xlarge",
    "accelerator_count": 1,
    "accelerator_memory_gib": 24,
    "accelerator_name": "A10G",
    "feasible": True,
    "tensor_parallel_degree": 1,
    "quantization": None,
    "max_model_len": 32768,
    "concurrency": 64,
    "kv_cache_tokens": 42096,
    "max_concurrent_requests": 1054,
    "warning_codes": [],
    "usd_per_hour": 1.006,
    "price_region": "us-east-1",
    "price_date": "2026-02-09",
    "usd_per_hour_per_request": 0.000954,
}
UNPRICED = {name: value for name, value in ROW.items() if not name.startswith(("usd", "price"))} | {
    "instance_type": "g5.12xlarge",
    "quantization": "int8",
    "warning_codes": ["needs_prepared_checkpoint"],
}
INFEASIBLE = {
    "instance_type": "g4dn.xlarge",
    "accelerator_count": 1,
    "accelerator_memory_gib": 16,
    "accelerator_name": "T4",
    "feasible": False,
    "code": "does_not_fit",
    "reason": "It needs 30 GiB.",
}
BODY = {
    "model_info": {"parameter_count": 8_200_000_000, "native_dtype": "bfloat16"},
    "instances": [ROW, UNPRICED, INFEASIBLE],
}


def test_columns_are_aligned_and_numbers_stand_on_the_right() -> None:
    assert comparison_text(BODY, "org/model", color=False) == (
        "org/model (8.2 B parameters, bfloat16)\n"
        "\n"
        "instance     GPUs              precision             TP  context  requests at once  $/hour"
        "  $/hour and request\n"
        "g5.xlarge    1 x A10G, 24 GiB  as stored              1   32,768             1,054    1.01"
        "              0.0010\n"
        "g5.12xlarge  1 x A10G, 24 GiB  int8 (pre-quantized)   1   32,768             1,054       -"
        "                   -\n"
        "g4dn.xlarge  1 x T4, 16 GiB    does not fit           -        -                 -       -"
        "                   -\n"
        "\n"
        "prices: on demand for Linux, us-east-1 of 2026-02-09\n"
        "\n"
        "It needs 30 GiB.\n"
    )


def test_many_reasons_are_left_to_make_recommend() -> None:
    rows = [{**INFEASIBLE, "reason": f"{number} GiB"} for number in range(4)]

    assert "GiB\n" not in comparison_text({"instances": rows}, "org/model", color=False).partition("g4dn")[0]
    assert "3 GiB" not in comparison_text({"instances": rows}, "org/model", color=False)


def test_a_terminal_gets_a_color_for_each_kind_of_row() -> None:
    stopped = {**ROW, "max_concurrent_requests": 0}
    body = {"instances": [ROW, UNPRICED, stopped, INFEASIBLE]}
    lines = comparison_text(body, "org/model", color=True).splitlines()[2:7]

    assert [line[: line.index("m") + 1] for line in lines] == [
        "\x1b[1m",
        "\x1b[32m",
        "\x1b[33m",
        "\x1b[31m",
        "\x1b[2m",
    ]
    assert all(line.endswith("\x1b[0m") for line in lines)


def test_omitted_rows_and_warnings_are_printed() -> None:
    body = {**BODY, "omitted_instances": 1200, "warnings": ["This answer is based on a copy."]}
    text = comparison_text(body, "org/model", color=False)

    assert "1,200 more instance types do not fit in an answer" in text
    assert text.endswith("This answer is based on a copy.\n")


def test_csv_has_every_field_of_a_row() -> None:
    heading, first, second, third = comparison_csv(BODY).splitlines()
    fields = {
        *schema("FeasibleInstance")["properties"],
        *schema("InfeasibleInstance")["properties"],
    }

    assert sorted(heading.split(",")) == sorted(fields)
    assert first.startswith("g5.xlarge,A10G,1,24,True,1,,32768,64,42096,1054,1.006,us-east-1,2026-02-09,")
    assert ",needs_prepared_checkpoint," in second
    assert third.endswith(",does_not_fit,It needs 30 GiB.")
