"""Values that the caller fixes."""

from recommender.planning.overrides import NO_OVERRIDES, Overrides


def test_nothing_is_fixed_by_default() -> None:
    assert Overrides() == NO_OVERRIDES
    assert Overrides(tensor_parallel=1) != NO_OVERRIDES
