"""Native precision where it starts, else the first quantization, else nothing."""

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.planning.decision import decide, fitting_versions
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.plan import Plan
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.quantization import FP8, INT4, INT8
from recommender.vllm.supported_versions import includes

LLAMA_70B = "meta-llama/Llama-3.1-70B-Instruct"
QWEN_14B = "Qwen/Qwen2.5-14B-Instruct"


@pytest.mark.parametrize(
    ("instance_type", "is_native", "quantized"),
    [("g5.12xlarge", True, None), ("g6.xlarge", False, "fp8"), ("g5.xlarge", False, "int8")],
)
def test_a_quantization_is_chosen_where_native_precision_does_not_start(
    instance_type: str,
    is_native: bool,  # noqa: FBT001 - a column
    quantized: str | None,
) -> None:
    decision = decide(real_model(QWEN_14B), instance(instance_type), ANY_VERSION, NO_OVERRIDES)

    assert decision.is_native is is_native
    assert decision.base == (decision.native if is_native else decision.quantized)
    assert decision.plan == decision.base
    assert (decision.plan and decision.plan.quantization and decision.plan.quantization.name) == quantized


def test_nothing_is_chosen_where_nothing_starts() -> None:
    decision = decide(real_model(LLAMA_70B), instance("g5.xlarge"), ANY_VERSION, NO_OVERRIDES)

    assert (decision.base, decision.plan, decision.quantized) == (None, None, None)
    assert not isinstance(decision.native, Plan)


def test_the_plan_has_the_callers_values_and_the_base_has_not() -> None:
    overrides = Overrides(max_model_len=1000, engine=EngineOverrides(max_num_seqs=8))
    decision = decide(real_model(QWEN_14B), instance("g5.12xlarge"), ANY_VERSION, overrides)

    assert decision.base is not None
    assert decision.plan is not None
    assert decision.plan.max_model_len == 1000 != decision.base.max_model_len
    assert decision.plan.budget.engine_args.max_num_seqs == 8


def test_the_base_is_what_starts_without_engine_arguments_with_which_nothing_does() -> None:
    """A twentieth of an A10G does not hold the weights in any precision."""
    overrides = Overrides(engine=EngineOverrides(gpu_memory_utilization=0.05))
    decision = decide(real_model("Qwen/Qwen3-8B"), instance("g5.xlarge"), ANY_VERSION, overrides)

    assert not isinstance(decision.native, Plan)
    assert decision.base is not None
    assert decision.base.starts
    assert decision.plan is not None
    assert not decision.plan.starts


def test_the_first_quantization_that_can_be_run_is_taken_once_the_list_is_known() -> None:
    """The Hub lists no checkpoint that is quantized from the base model."""
    model, place = real_model("Qwen/Qwen2.5-14B"), instance("g5.xlarge")
    unknown, known = (decide(model, place, ANY_VERSION, NO_OVERRIDES, listed) for listed in (None, ()))

    assert unknown.base is not None
    assert unknown.base.quantization == INT8
    assert unknown.wanted_checkpoints == ("int8", "int4")
    assert known.base is not None
    assert known.base.quantization == FP8
    assert known.unlisted == (INT8, INT4)
    assert known.wanted_checkpoints == ()


def test_some_versions_may_fit_where_the_least_one_does_not() -> None:
    """Qwen 2.5 14B in INT4 on a T4: 0.30 subtracts CUDA graphs and a copy of the embedding, 0.26 neither."""
    model, place = real_model("Qwen/Qwen2.5-14B-Instruct"), instance("g4dn.16xlarge")
    fitting = fitting_versions(model, place)

    assert decide(model, place, ANY_VERSION, NO_OVERRIDES).base is None
    for version in ((0, 26), (0, 30)):
        base = decide(model, place, behavior_of(version), NO_OVERRIDES).base
        assert (base is not None) is includes(fitting, version) is (version == (0, 26))


def test_no_version_fits_where_nothing_would() -> None:
    assert fitting_versions(real_model(LLAMA_70B), instance("g5.xlarge")) == ()


@pytest.mark.parametrize("batched_tokens", [None, 2048])
def test_limits_of_the_scheduler_that_repeat_the_plans_are_not_fixed(batched_tokens: int | None) -> None:
    model, place = real_model("nvidia/Nemotron-H-56B-Base-8K"), instance("g6.12xlarge")
    recommended = decide(model, place, ANY_VERSION, NO_OVERRIDES)
    assert recommended.plan is not None
    sequences = recommended.plan.budget.engine_args.max_num_seqs
    repeated = EngineOverrides(max_num_seqs=sequences, max_num_batched_tokens=batched_tokens)
    fewer = Overrides(engine=EngineOverrides(max_num_seqs=sequences - 1))

    assert decide(model, place, ANY_VERSION, Overrides(engine=repeated)) == recommended
    assert decide(model, place, ANY_VERSION, fewer).overrides == fewer
