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
    (place.accelerator_name, place.accelerator_count): place
    for place in sorted(ALL, key=lambda place: place.memory_gib, reverse=True)
}
_EVERY = 6


@pytest.mark.parametrize("place", ALL, ids=lambda instance: instance.name)
def test_no_degree_of_any_model_breaks_an_answer(place: Instance) -> None:
    is_smallest = _SMALLEST[place.accelerator_name, place.accelerator_count] == place
    for metadata in MODELS if is_smallest else MODELS[::_EVERY]:
        base = recommend(metadata, place, [place])
        assert_consistent(base, base, NO_OVERRIDES)
        if isinstance(base, Feasible):
            assert_starts(base)
            for degree in _degrees(place):
                overrides = Overrides(tensor_parallel=degree)
                assert_consistent(recommend(metadata, place, [place], overrides=overrides), base, overrides)


def _degrees(place: Instance) -> Iterator[int]:
    """Powers of two up to the GPU count, the count itself, and a degree that few models can be divided by."""
    count = place.accelerator_count
    yield from sorted({1, 2, 3, 4, 8, 16, count} & set(range(1, count + 1)))
