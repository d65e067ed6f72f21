"""Which instances are compared, and in which order. tests/sweep compares each row with its recommendation."""

from dataclasses import replace
from typing import Any

from support.instances import ALL, GPU_INSTANCES, instance
from support.metadata import llama, real

from recommender.compare import InstanceRow, Row
from recommender.compare import compare as comparison
from recommender.planning.overrides import Overrides
from recommender.recommendation import Infeasible

QWEN_14B = real("Qwen/Qwen2.5-14B-Instruct")
PLACES = [instance(name) for name in ("p5.48xlarge", "g5.xlarge", "g6.xlarge", "g4dn.xlarge", "g5.12xlarge")]
PRICED = [
    replace(each, usd_per_hour=usd) for each, usd in zip(PLACES, (50.0, 1.0, None, 0.5, 5.0), strict=True)
]


def compare(*arguments: Any, **named: Any) -> list[Row]:
    return list(comparison(*arguments, **named).rows)


def names(rows: list[Row]) -> list[str]:
    return [row.instance.name for row in rows]


def test_every_type_with_gpus_has_one_row() -> None:
    rows = compare(QWEN_14B, ALL)

    assert sorted(names(rows)) == sorted(each.name for each in GPU_INSTANCES)


def test_native_precision_comes_first_then_quantized_each_by_price() -> None:
    """g6.xlarge has no price, so it follows the quantized type that has one; nothing fits on g4dn.xlarge."""
    rows = compare(QWEN_14B, PRICED)
    precision = [row.plan.quantization for row in rows if isinstance(row, InstanceRow)]

    assert names(rows) == ["g5.12xlarge", "p5.48xlarge", "g5.xlarge", "g6.xlarge", "g4dn.xlarge"]
    assert [each and each.name for each in precision] == [None, None, "int8", "fp8"]


def test_without_prices_the_order_is_that_of_the_memory() -> None:
    rows = compare(llama(), PLACES)

    assert names(rows) == ["g4dn.xlarge", "g5.xlarge", "g6.xlarge", "g5.12xlarge", "p5.48xlarge"]


def test_what_does_not_fit_comes_last() -> None:
    rows = compare(real("meta-llama/Llama-3.1-70B-Instruct"), PRICED)

    assert [(row.instance.name, isinstance(row, Infeasible)) for row in rows] == [
        ("p5.48xlarge", False),
        ("g5.12xlarge", False),
        ("g4dn.xlarge", True),
        ("g5.xlarge", True),
        ("g6.xlarge", True),
    ]


def test_what_would_not_start_with_the_overrides_follows_what_does() -> None:
    """28 GiB of weights in BF16 leave no room on 24 GiB, although the answer has the override."""
    places = [replace(each, usd_per_hour=usd) for each, usd in ((PLACES[1], 1.0), (PLACES[4], 5.0))]
    rows = compare(QWEN_14B, places, overrides=Overrides(quantization="none"))

    assert all(isinstance(row, InstanceRow) for row in rows)
    assert names(rows) == ["g5.12xlarge", "g5.xlarge"]


def test_gpus_without_kernels_for_the_requested_quantization_follow_the_others() -> None:
    """vLLM has no INT8 kernels for Blackwell."""
    places = [replace(instance("p6-b200.48xlarge"), usd_per_hour=1.0), instance("g5.12xlarge")]
    rows = compare(llama(), places, overrides=Overrides(quantization="int8"))

    assert names(rows) == ["g5.12xlarge", "p6-b200.48xlarge"]


def test_a_model_that_no_instance_runs_has_the_reason_in_every_row() -> None:
    rows = compare(real("BAAI/bge-m3"), PLACES)

    assert {row.code for row in rows if isinstance(row, Infeasible)} == {"unsupported_model"}
    assert len({row.reason for row in rows if isinstance(row, Infeasible)}) == 1
    assert len(rows) == len(PLACES)
