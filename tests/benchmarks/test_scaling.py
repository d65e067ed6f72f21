"""The traffic model against its own simulation, and the cost of requests and of monitoring."""

import pytest

from benchmarks.scaling.costs import Latencies, lambda_usd_per_million, monthly_costs
from benchmarks.scaling.traffic import (
    INSTANCE_TYPES,
    MODELS,
    TTL_SECONDS,
    behind_a_shared_cache,
    environments_needed,
    estimate,
    popularities,
    simulate,
)

WARM_SECONDS = 0.004


def test_popularities_are_shares_in_descending_order() -> None:
    """Zipf's law for three: 1, 1/2 and 1/3 of 11/6."""
    assert popularities(3) == pytest.approx([6 / 11, 3 / 11, 2 / 11])


def test_environments_are_the_mean_plus_three_deviations() -> None:
    assert [environments_needed(busy) for busy in (0.0, 1.0, 100.0)] == [1, 4, 130]


@pytest.mark.parametrize("rate", [1, 10, 1_000, 100_000])
def test_fetches_are_bounded_by_requests_and_by_expiries(rate: float) -> None:
    found = estimate(rate, WARM_SECONDS)

    assert found.hub_misses_per_second < rate
    assert found.hub_misses_per_second < found.environments * MODELS / TTL_SECONDS
    assert found.scans_per_second < found.environments / TTL_SECONDS


def test_a_shared_cache_passes_on_each_request_once_per_time_to_live() -> None:
    assert behind_a_shared_cache(1e9) == pytest.approx(MODELS * INSTANCE_TYPES / TTL_SECONDS, rel=0.01)
    assert behind_a_shared_cache(0.001) == pytest.approx(0.001, rel=0.05)


@pytest.mark.parametrize("rate", [10, 100])
def test_the_simulation_fetches_no_more_than_the_estimate(rate: float) -> None:
    simulated, estimated = simulate(rate, WARM_SECONDS, seconds=300), estimate(rate, WARM_SECONDS)
    most = estimated.hub_misses_per_second

    assert most / 4 < simulated.hub_misses_per_second <= most
    assert simulated.busy <= estimated.busy
    assert simulated.environments == pytest.approx(estimated.environments, rel=0.4)


def test_a_single_environment_fetches_what_the_formula_gives() -> None:
    """At so low a rate the simulation has one environment."""
    rate = 0.2
    simulated = simulate(rate, WARM_SECONDS, seconds=30_000)
    shares = popularities(MODELS)
    expected = sum(rate * share / (1 + rate * share * TTL_SECONDS) for share in shares)

    assert simulated.hub_misses_per_second == pytest.approx(expected, rel=0.1)


def test_the_same_seed_gives_the_same_simulation() -> None:
    assert simulate(5, WARM_SECONDS, seconds=60) == simulate(5, WARM_SECONDS, seconds=60)


def test_a_function_with_half_a_processor_takes_twice_as_long() -> None:
    latencies = Latencies(init=0.5, first_answer=0.1, warm=0.002)

    assert latencies.warm_at(1769) == latencies.warm_at(3538) == 0.002
    assert latencies.warm_at(1769 // 2) == pytest.approx(0.004, rel=0.001)


def test_invocations_are_billed_in_whole_milliseconds() -> None:
    """By hand, 1 GB for 2 ms a million times: $0.20 + 2,000 GB-seconds x $0.0000133334."""
    assert lambda_usd_per_million(0.0011, 1024) == pytest.approx(0.20 + 2_000 * 0.0000133334)


def test_monitoring_costs_are_counted_from_the_template_and_the_metrics() -> None:
    """8 metrics and PriceFailures; 11 alarms, one of them on two metrics; 11 codes and internal_error."""
    counts = {cost.name: (cost.count, cost.usd) for cost in monthly_costs()}

    assert counts == {
        "custom metrics": (9, pytest.approx(2.70)),
        "custom metrics by error code, at most": (12, pytest.approx(3.60)),
        "metrics watched by alarms": (12, pytest.approx(1.20)),
        "dashboard": (1, 3.0),
    }
