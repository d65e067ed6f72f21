"""What would be recommended for each value that the caller fixes."""

from support.instances import instance
from support.metadata import real_model

from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.recommended_values import RecommendedValues, recommended_values
from recommender.planning.workload import Workload
from recommender.vllm.behavior import ANY_VERSION

_MISTRAL, _G5 = real_model("mistralai/Mistral-7B-Instruct-v0.3"), instance("g5.12xlarge")


def _recommended(overrides: Overrides) -> RecommendedValues:
    base = best_plan(_MISTRAL, _G5)
    assert isinstance(base, Plan)
    plan = apply_overrides(_MISTRAL, _G5, base, overrides, ANY_VERSION)
    return recommended_values(_MISTRAL, _G5, base, plan, overrides)


def test_without_overrides_they_are_the_values_of_the_plan() -> None:
    assert _recommended(NO_OVERRIDES) == RecommendedValues(
        tensor_parallel=4,
        quantization=None,
        max_model_len=32_768,
        concurrency=64,
        workload=Workload(input_tokens=512, output_tokens=256),
    )


def test_each_value_is_what_it_would_be_without_its_override_and_with_the_others() -> None:
    """One A10G holds 42,096 tokens, so one request of 30,256."""
    values = _recommended(
        Overrides(
            tensor_parallel=1, quantization="int4", max_model_len=31_000, input_tokens=30_000, concurrency=9
        )
    )

    assert values.tensor_parallel == 4
    assert values.quantization is None
    assert values.max_model_len == 32_768
    assert values.concurrency == 3


def test_only_overrides_that_differ_from_the_recommended_values_are_changes() -> None:
    overrides = Overrides(tensor_parallel=4, quantization="none", max_model_len=32_768, output_tokens=256)

    assert _recommended(overrides).changed_by(overrides) == NO_OVERRIDES
    assert _recommended(Overrides(tensor_parallel=2)).changed_by(
        Overrides(tensor_parallel=2, input_tokens=512)
    ) == Overrides(tensor_parallel=2)
