"""What to do about a model that does not fit at native precision."""

import pytest
from support.instances import ALL, instance
from support.metadata import real_model

from recommender.planning.alternatives import alternatives, first_quantized, load_time_alternative
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.quantization import INT8


@pytest.mark.parametrize(
    ("model_id", "instance_type", "quantized", "at_load", "larger"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge", "int8", "fp8", "g5.xlarge"),
        ("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", "fp8", None, "g6e.xlarge"),
        ("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge", None, None, "g7e.12xlarge"),
    ],
)
def test_a_quantization_and_a_larger_instance_are_offered_where_they_exist(
    model_id: str, instance_type: str, quantized: str | None, at_load: str | None, larger: str
) -> None:
    """A T4 runs FP8 weights, but INT8 is tried first there because a T4 computes in it."""
    model, place = real_model(model_id), instance(instance_type)
    found = alternatives(model, place, ALL, first_quantized(model, place))

    assert [_name(found.quantized), _name(found.at_load)] == [quantized, at_load]
    assert found.larger is not None
    assert found.larger.instance.name == larger
    assert found.larger.plan.quantization is None


def test_a_load_time_alternative_is_only_for_plans_that_need_another_checkpoint() -> None:
    model, place = real_model("meta-llama/Llama-3.1-8B-Instruct"), instance("g4dn.xlarge")
    int8, native = best_plan(model, place, INT8), best_plan(model, instance("g5.xlarge"))
    assert isinstance(int8, Plan)
    assert isinstance(native, Plan)

    assert _name(load_time_alternative(model, place, int8)) == "fp8"
    assert load_time_alternative(model, place, native) is None


def _name(plan: Plan | None) -> str | None:
    return plan.quantization.name if plan is not None and plan.quantization is not None else None
