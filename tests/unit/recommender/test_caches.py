"""Caches of limited size."""

from collections.abc import Callable

import pytest

from recommender.caches import bounded_cache, model_cache


@pytest.mark.parametrize("cached", [bounded_cache, model_cache])
def test_a_function_is_called_once_while_its_key_is_kept(
    cached: Callable[[Callable[[int], int]], Callable[[int], int]],
) -> None:
    """Each of two functions has a cache of its own, which keeps the keys that were used last."""
    called: list[int] = []

    def identity(number: int) -> int:
        called.append(number)
        return number

    first, second = cached(identity), cached(identity)
    for function in (first, second, first, second):
        function(1)
    for number in range(2, 2000):
        first(number)
    first(1999)
    first(1)

    assert called == [1, 1, *range(2, 2000), 1]
