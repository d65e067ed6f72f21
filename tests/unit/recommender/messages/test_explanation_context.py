"""What the sentences are made from."""

from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.messages.explanation_context import ExplanationContext
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.recommended_values import recommended_values
from recommender.vllm.behavior import ANY_VERSION

_PHI = real_model("microsoft/phi-4")
_G5 = instance("g5.48xlarge")


def _context(overrides: Overrides) -> ExplanationContext:
    base = best_plan(_PHI, _G5)
    assert isinstance(base, Plan)
    plan = apply_overrides(_PHI, _G5, base, overrides, ANY_VERSION)
    return ExplanationContext(
        model=_PHI,
        instance=_G5,
        gpu=gpu_of(_G5),
        plan=plan,
        overrides=overrides,
        recommended=recommended_values(_PHI, _G5, base, plan, overrides),
        larger=None,
    )


def test_a_plan_starts_if_degree_context_and_limit_allow_it() -> None:
    assert _context(Overrides()).starts
    assert not _context(Overrides(tensor_parallel=4)).starts
    assert not _context(Overrides(max_model_len=16_385)).starts
    assert not _context(Overrides(tensor_parallel=1, max_model_len=16_384)).starts


def test_the_shortfall_is_the_one_of_the_degree_that_the_memory_is_for() -> None:
    """phi-4 has 10 KV heads, so that the memory at TP 4 is the one at TP 2."""
    assert _context(Overrides(tensor_parallel=4)).shortfall.tensor_parallel == 2
