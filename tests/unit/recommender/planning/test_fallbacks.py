"""What to recommend where the Hub lists no checkpoint."""

from support.instances import instance
from support.metadata import real_model

from recommender.planning.fallbacks import first_runnable, needed_checkpoints, quantized_plans
from recommender.planning.plan import Plan
from recommender.vllm.behavior import behavior_of

_QWEN = real_model("Qwen/Qwen2.5-14B")


def _names(plans: tuple[Plan, ...]) -> list[tuple[str, bool]]:
    return [
        (plan.quantization.name, plan.quantization.at_load) for plan in plans if plan.quantization is not None
    ]


def test_what_vllm_does_while_loading_comes_last_without_fp8_arithmetic() -> None:
    """An A10G keeps FP8 weights and computes in 16 bit; an L4 computes in FP8."""
    assert _names(quantized_plans(_QWEN, instance("g5.xlarge"))) == [
        ("int8", False),
        ("int4", False),
        ("fp8", True),
    ]
    assert _names(quantized_plans(_QWEN, instance("g6.xlarge")))[0] == ("fp8", True)


def test_a_version_with_bitsandbytes_quantizes_to_int4_while_loading() -> None:
    plans = quantized_plans(_QWEN, instance("g5.xlarge"), behavior_of((0, 19)))

    assert _names(plans) == [("int8", False), ("int4", True), ("int4", False), ("fp8", True)]
    assert needed_checkpoints(plans) == ("int8",)


def test_the_first_quantization_that_can_be_run_depends_on_the_listed_checkpoints() -> None:
    plans = quantized_plans(_QWEN, instance("g5.xlarge"))

    assert needed_checkpoints(plans) == ("int8", "int4")
    assert first_runnable(plans, {"int8", "int4"}) == plans[0]
    assert first_runnable(plans, {"int4"}) == plans[1]
    assert first_runnable(plans, ()) == plans[2]
    assert first_runnable(plans[:2], ()) is None
