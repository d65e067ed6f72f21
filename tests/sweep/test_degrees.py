"""Models of the snapshot on every instance type, at every degree that the instance has GPUs for."""

from collections.abc import Iterator

import pytest
from support.consistency import assert_consistent, assert_starts
from support.instances import ALL
from support.metadata import MODELS

from recommender.hardware.instance import Instance
from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible

# The smallest type with each number of GPUs of a kind. Other types differ from it in host memory and price.
_SMALLEST = {
    (place.accelerator_name, place.accelerator_memory_gib, place.accelerator_count): place
    for place in sorted(ALL, key=lambda place: place.memory_gib, reverse=True)
}
_EVERY = 6


@pytest.mark.parametrize("place", ALL, ids=lambda instance: instance.name)
def test_no_degree_of_any_model_breaks_an_answer(place: Instance) -> None:
    is_smallest = place in _SMALLEST.values()
    part = ALL.index(place) % _EVERY
    for number, metadata in enumerate(MODELS):
        has_turn = number % _EVERY == part
        if not (is_smallest or has_turn):
            continue
        base = recommend(metadata, place, [place])
        assert_consistent(base, base, NO_OVERRIDES)
        if isinstance(base, Feasible):
            assert_starts(base)
            for degree in _degrees(base, has_turn=has_turn):
                overrides = Overrides(tensor_parallel=degree)
                assert_consistent(recommend(metadata, place, [place], overrides=overrides), base, overrides)


def _degrees(base: Feasible, *, has_turn: bool) -> Iterator[int]:
    """Powers of two up to the GPU count, the count itself, and a degree that few models can be divided by.

    Models without a turn leave out what other types try: degrees that a type with fewer of the GPUs has, and
    those that vLLM does not accept for the model on any type.
    """
    count = base.instance.accelerator_count
    fewer = max((each for each in _counts(base.instance.accelerator_name) if each < count), default=0)
    for degree in sorted({1, 2, 3, 4, 8, 16, count} & set(range(1, count + 1))):
        if has_turn or (degree > fewer and degree in base.plan.valid_tensor_parallel):
            yield degree


def _counts(accelerator: str) -> Iterator[int]:
    """The numbers of GPUs of a kind that there are types with."""
    return (place.accelerator_count for place in ALL if place.accelerator_name == accelerator)
