"""The generated parts of docs/scaling.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.results import measured
from benchmarks.scaling import prices
from benchmarks.scaling.costs import (
    LOG_BYTES,
    Latencies,
    lambda_usd_per_million,
    logs_usd_per_million,
    monthly_costs,
    scan_units,
)
from benchmarks.scaling.plot import plot
from benchmarks.scaling.traffic import HUB_SECONDS, Traffic, behind_a_shared_cache, estimate, simulate
from local.runtime.template import load_template

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
PICTURE = DOCUMENT.with_name("scaling.svg")

_MEMORIES_MB = (512, 1024, 1769)
_RATES = (10, 1_000, 100_000)
_SIMULATED_RATES = (1, 10, 100)
_SIMULATED_SECONDS = 600.0


def parts(latencies: Latencies) -> dict[str, str]:
    """The text of each generated part, by the name in its markers."""
    warm = _warm_seconds(latencies)
    estimates = [estimate(rate, warm) for rate in _RATES]
    return {
        "latencies": _latencies_text(latencies),
        "costs": _costs_text(latencies),
        "monthly": _monthly_text(),
        "traffic": _traffic_text(estimates),
        "limits": _limits_text(estimates),
        "simulated": _simulated_text(warm),
    }


def picture(latencies: Latencies) -> str:
    """The plot of the Hub's API calls as SVG."""
    return plot(_warm_seconds(latencies))


def _warm_seconds(latencies: Latencies) -> float:
    return latencies.warm_at(load_template()["Resources"]["RecommendFunction"]["Properties"]["MemorySize"])


def _latencies_text(latencies: Latencies) -> str:
    cold = measured("cold")
    return (
        f"A start takes {1000 * latencies.init:,.0f} ms of processor time, the first answer"
        f" {1000 * latencies.first_answer:,.0f} ms and a warm answer {1000 * latencies.warm:.2f} ms"
        f" ({cold['date']}; {cold['machine']}; Python {cold['python']}). A round trip to the Hub is assumed"
        f" to take {1000 * HUB_SECONDS:.0f} ms."
    )


def _costs_text(latencies: Latencies) -> str:
    rows = "\n".join(_cost_row(latencies, memory) for memory in _MEMORIES_MB)
    scans = scan_units() * prices.PER_MILLION_READ_UNITS
    return f"""\
| memory | warm answer | per million | cold start with its answer | per million |
| --- | --- | --- | --- | --- |
{rows}

- Each million requests adds {_usd(prices.PER_MILLION_API_CALLS)} for the HTTP API.
- Each million requests adds about {_usd(logs_usd_per_million())} for logs of {LOG_BYTES:,} bytes per request.
- A million scans of the table, of {scan_units():g} read units each, cost {_usd(scans)}.
- A million answers from CloudFront cost {_usd(prices.PER_MILLION_CDN_REQUESTS)}, and none of the above."""


def _cost_row(latencies: Latencies, memory_mb: int) -> str:
    warm, cold = latencies.warm_at(memory_mb), latencies.cold_at(memory_mb)
    return (
        f"| {memory_mb:,} MB | {1000 * warm:.1f} ms | {_usd(lambda_usd_per_million(warm, memory_mb))}"
        f" | {1000 * cold:,.0f} ms | {_usd(lambda_usd_per_million(cold, memory_mb))} |"
    )


def _monthly_text() -> str:
    costs = monthly_costs()
    rows = "\n".join(
        f"| {cost.name} | {cost.count} | {_usd(cost.usd_each)} | {_usd(cost.usd)} |" for cost in costs
    )
    return f"""\
| per month | count | each | cost |
| --- | --- | --- | --- |
{rows}
| total | | | {_usd(sum(cost.usd for cost in costs))} |"""


def _traffic_text(estimates: list[Traffic]) -> str:
    rows = "\n".join(
        f"| {each.requests_per_second:,} | {each.environments:,} | {each.busy:,.1f}"
        f" | {each.hub_calls_per_window:,.0f} | {each.scans_per_second:,.2f}"
        f" | {behind_a_shared_cache(each.requests_per_second):,.1f} |"
        for each in estimates
    )
    return f"""\
| requests per second | environments | busy environments | Hub API calls in 5 minutes | scans per second | requests per second behind a shared cache |
| --- | --- | --- | --- | --- | --- |
{rows}"""  # noqa: E501 - a table


def limits(traffic: Traffic) -> dict[str, tuple[float, float]]:
    """Use and allowance, by the name of the limit."""
    parameters: dict[str, Any] = load_template()["Parameters"]
    rate, environments = traffic.requests_per_second, traffic.environments
    return {
        "anonymous Hub API calls in 5 minutes": (traffic.hub_calls_per_window, prices.HUB_CALLS_ANONYMOUS),
        "the stage's throttle (`RequestsPerSecond`)": (rate, parameters["RequestsPerSecond"]["Default"]),
        "the account's HTTP API requests per second": (rate, prices.API_CALLS_PER_SECOND),
        "the account's concurrent executions": (environments, prices.CONCURRENT_EXECUTIONS),
    }


def _limits_text(estimates: list[Traffic]) -> str:
    rows = "\n".join(_limit_rows(estimates))
    return f"""\
| limit | {" | ".join(f"{each.requests_per_second:,} per second" for each in estimates)} |
| --- | {" | ".join("---" for _ in estimates)} |
{rows}"""


def _limit_rows(estimates: list[Traffic]) -> Iterator[str]:
    by_rate = [limits(each) for each in estimates]
    for name in by_rate[0]:
        yield f"| {name} | {' | '.join(_use(*each[name]) for each in by_rate)} |"


def _use(used: float, allowed: float) -> str:
    excess = f" (**{used / allowed:,.1f} x**)" if used > allowed else ""
    return f"{used:,.0f} of {allowed:,}{excess}"


def _simulated_text(warm_seconds: float) -> str:
    rows = "\n".join(
        f"| {rate:,} | {simulated.environments:,} | {simulated.hub_misses_per_second:.2f}"
        f" | {estimated.environments:,} | {estimated.hub_misses_per_second:.2f} |"
        for rate in _SIMULATED_RATES
        for simulated in (simulate(rate, warm_seconds, seconds=_SIMULATED_SECONDS),)
        for estimated in (estimate(rate, warm_seconds),)
    )
    return f"""\
| requests per second | environments, simulated | models fetched per second | environments, estimated | models fetched per second |
| --- | --- | --- | --- | --- |
{rows}"""  # noqa: E501 - a table


def _usd(amount: float) -> str:
    return f"${amount:,.2f}"
