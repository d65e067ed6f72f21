"""What warnings are made from."""

from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.messages.warning_context import WarningContext
from recommender.planning.overrides import NO_OVERRIDES
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import behavior_of


def test_the_behavior_is_that_of_the_version_that_was_planned_for() -> None:
    model, place, behavior = real_model("Qwen/Qwen3-8B"), instance("g5.xlarge"), behavior_of((0, 19))
    plan = best_plan(model, place, behavior=behavior)
    assert isinstance(plan, Plan)
    context = WarningContext(
        model=model,
        instance=place,
        gpu=gpu_of(place),
        plan=plan,
        overrides=NO_OVERRIDES,
        cheaper=None,
        at_load=None,
    )

    assert context.behavior == behavior
