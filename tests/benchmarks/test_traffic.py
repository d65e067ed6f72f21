"""The model of the traffic: what must hold of it, and single requests beside the formula."""

import pytest

from benchmarks.scaling.traffic import (
    INSTANCE_TYPES,
    MODELS,
    TTL_SECONDS,
    behind_a_shared_cache,
    enough,
    load,
    popularities,
    simulated,
)

WARM_SECONDS = 0.004


def test_popularities_are_shares_in_falling_order() -> None:
    shares = popularities(3)

    assert shares == pytest.approx([6 / 11, 3 / 11, 2 / 11])


def test_environments_are_the_mean_and_three_deviations() -> None:
    assert [enough(busy) for busy in (0.0, 1.0, 100.0)] == [1, 4, 130]


@pytest.mark.parametrize("rate", [1, 10, 1_000, 100_000])
def test_no_more_is_fetched_than_asked_for_nor_than_expires(rate: float) -> None:
    found = load(rate, WARM_SECONDS)

    assert found.hub_misses_per_second < rate
    assert found.hub_misses_per_second < found.environments * MODELS / TTL_SECONDS
    assert found.scans_per_second < found.environments / TTL_SECONDS


def test_a_shared_cache_lets_each_question_through_once_in_its_time() -> None:
    assert behind_a_shared_cache(1e9) == pytest.approx(MODELS * INSTANCE_TYPES / TTL_SECONDS, rel=0.01)
    assert behind_a_shared_cache(0.001) == pytest.approx(0.001, rel=0.05)


@pytest.mark.parametrize("rate", [10, 100])
def test_single_requests_fetch_no_more_than_the_formula_says(rate: float) -> None:
    single, reckoned = simulated(rate, WARM_SECONDS, seconds=300), load(rate, WARM_SECONDS)

    assert reckoned.hub_misses_per_second / 4 < single.hub_misses_per_second <= reckoned.hub_misses_per_second
    assert single.busy <= reckoned.busy
    assert single.environments == pytest.approx(reckoned.environments, rel=0.4)


def test_one_environment_fetches_what_the_formula_says() -> None:
    """At so low a rate there is one alone, which remembers as the formula has it."""
    rate = 0.2
    single = simulated(rate, WARM_SECONDS, seconds=30_000)
    shares = popularities(MODELS)
    expected = sum(rate * share / (1 + rate * share * TTL_SECONDS) for share in shares)

    assert single.hub_misses_per_second == pytest.approx(expected, rel=0.1)


def test_the_same_seed_gives_the_same_requests() -> None:
    assert simulated(5, WARM_SECONDS, seconds=60) == simulated(5, WARM_SECONDS, seconds=60)
