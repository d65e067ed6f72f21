"""Each row of a comparison says what a recommendation for the instance says."""

from typing import Any

import pytest
from support.instances import ALL, GPU_INSTANCES
from support.metadata import MODELS

from handler.comparison_response import row_as_json
from handler.response import as_json
from recommender.compare import compare
from recommender.model import HubMetadata
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import recommend
from recommender.recommendation import Recommendation
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version_behavior import VersionBehavior

# A recommendation takes as long as a comparison of some twenty types.
_STEP = 6

_COPIED = (
    "tensor_parallel_degree",
    "quantization",
    "max_model_len",
    "concurrency",
    "warning_codes",
)


@pytest.mark.parametrize("part", range(8))
def test_each_row_equals_the_recommendation(part: int) -> None:
    """Each model on every sixth type, which types depends on the model."""
    for number, metadata in enumerate(MODELS[part::8]):
        _assert_rows_are_recommendations(metadata, ANY_VERSION, NO_OVERRIDES, first=number % _STEP)


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(quantization="none"),
        Overrides(quantization="fp8", concurrency=500),
        Overrides(max_model_len=200_000),
        Overrides(input_tokens=20_000, output_tokens=20_000),
        Overrides(overhead_bytes=12 * 1024**3),
        Overrides(engine=EngineOverrides(max_num_seqs=16, kv_cache_dtype="fp8", enforce_eager=True)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("version", [None, (0, 9), (0, 33)], ids=str)
def test_each_row_equals_the_recommendation_with_overrides_under_a_version(
    overrides: Overrides, version: tuple[int, int] | None
) -> None:
    for number, metadata in enumerate(MODELS[::24]):
        _assert_rows_are_recommendations(metadata, behavior_of(version), overrides, first=number % _STEP)


def _assert_rows_are_recommendations(
    metadata: HubMetadata, behavior: VersionBehavior, overrides: Overrides, *, first: int
) -> None:
    try:
        rows = list(compare(metadata, ALL, behavior, overrides).rows)
    except ImplausibleMetadata:
        return
    assert {row.instance.name for row in rows} == {each.name for each in GPU_INSTANCES}
    for row in rows[first::_STEP]:
        answer = recommend(metadata, row.instance, ALL, behavior, overrides)
        assert row_as_json(row) == _expected(answer), row.instance.name


def _expected(answer: Recommendation) -> dict[str, Any]:
    """The row as the answer of a recommendation has its fields."""
    body = as_json(answer)
    explanation = body["explanation"]
    row = {
        "instance_type": answer.instance.name,
        **body["instance_info"],
        "feasible": explanation["feasible"],
    }
    if not explanation["feasible"]:
        return {**row, "code": explanation["code"], "reason": explanation["reason"]}
    row |= {name: body[name] for name in _COPIED}
    row["kv_cache_tokens"] = body["memory"]["kv_cache_tokens"]
    workload = body["input_sequence_length"] + body["output_sequence_length"]
    row["max_concurrent_requests"] = answer.plan.budget.max_concurrent_requests(workload)  # type: ignore[union-attr]
    return row
