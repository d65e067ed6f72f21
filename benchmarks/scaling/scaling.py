"""What the service costs and what breaks first as requests grow: `make scaling`.

Everything follows from the latencies in `measured.json`, prices and a model of the traffic; the parts of
docs/scaling.md and its picture are made of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import measured, with_part
from benchmarks.scaling import prices
from benchmarks.scaling.plot import plot
from benchmarks.scaling.traffic import HUB_SECONDS, Load, behind_a_shared_cache, load, simulated
from local.embedded.instance_records import shipped_items
from local.runtime.template import load_template

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
PICTURE = DOCUMENT.with_name("scaling.svg")

_MEMORIES_MB = (512, 1024, 1769)
_RATES = (10, 1_000, 100_000)
_SIMULATED_RATES = (1, 10, 100)
_SIMULATED_SECONDS = 600.0

# The function's line of log and Lambda's two, and the gateway's, as the runtime prints them.
_LOG_BYTES = 1_400

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Seconds of a whole processor, as they were measured."""

    init: float
    first_answer: float
    warm: float

    def warm_at(self, memory_mb: int) -> float:
        """Seconds of a warm answer with the share of a processor that `memory_mb` have."""
        return self.warm / _share(memory_mb)

    def cold_at(self, memory_mb: int) -> float:
        """Seconds of a start and its answer, which waits for one round trip to the Hub."""
        return (self.init + self.first_answer) / _share(memory_mb) + HUB_SECONDS


def latencies() -> Latencies:
    """The measured ones."""
    cold, warm = measured("cold")["variants"]["ours"], measured("warm")["variants"]["ours"]
    return Latencies(
        init=cold["init_cpu_ms"]["median"] / 1000,
        first_answer=cold["first_answer_cpu_ms"]["median"] / 1000,
        warm=warm["function_cpu_ms"]["median"] / 1000,
    )


def main() -> int:
    """Print the figures, and put them and the picture where they are shown."""
    shown = parts(latencies())
    document = DOCUMENT.read_text()
    for name, text in shown.items():
        print(text, end="\n\n")
        document = with_part(document, name, text)
    DOCUMENT.write_text(document)
    PICTURE.write_text(picture(latencies()))
    return 0


def parts(found: Latencies) -> dict[str, str]:
    """The parts of the document by name."""
    warm = _memory_latency(found)
    return {
        "latencies": _latencies_text(found),
        "costs": _costs_text(found),
        "traffic": _traffic_text([load(rate, warm) for rate in _RATES]),
        "limits": _limits_text([load(rate, warm) for rate in _RATES]),
        "simulated": _simulated_text(warm),
    }


def picture(found: Latencies) -> str:
    """The picture that goes with them."""
    return plot(_memory_latency(found))


def _memory_latency(found: Latencies) -> float:
    return found.warm_at(_function_properties()["MemorySize"])


def _share(memory_mb: int) -> float:
    return min(1.0, memory_mb / prices.MB_OF_A_PROCESSOR)


def _latencies_text(found: Latencies) -> str:
    return (
        f"A start takes {1000 * found.init:,.0f} ms of a processor, the first answer"
        f" {1000 * found.first_answer:,.0f} ms and a warm answer {1000 * found.warm:.2f} ms"
        f" ({measured('cold')['date']}; {measured('cold')['machine']}). A round trip to the Hub is taken as"
        f" {1000 * HUB_SECONDS:.0f} ms."
    )


def _costs_text(found: Latencies) -> str:
    rows = "\n".join(_cost_row(found, memory) for memory in _MEMORIES_MB)
    logs = _LOG_BYTES * _MILLION / 1e9 * prices.PER_GB_OF_LOGS
    scans = scan_units() * prices.PER_MILLION_READ_UNITS
    return f"""\
| memory | warm answer | a million of them | cold start with its answer | a million of them |
| --- | --- | --- | --- | --- |
{rows}

Each million adds {_usd(prices.PER_MILLION_API_CALLS)} for the HTTP API and about {_usd(logs)} for logs of
{_LOG_BYTES:,} bytes a request. A scan of the table takes {scan_units():g} read units: a million scans cost
{_usd(scans)}. A million answers from CloudFront cost
{_usd(prices.PER_MILLION_CDN_REQUESTS)}, and none of the above."""


def _cost_row(found: Latencies, memory_mb: int) -> str:
    warm, cold = found.warm_at(memory_mb), found.cold_at(memory_mb)
    return (
        f"| {memory_mb:,} MB | {1000 * warm:.1f} ms | {_usd(_lambda_cost(warm, memory_mb))}"
        f" | {1000 * cold:,.0f} ms | {_usd(_lambda_cost(cold, memory_mb))} |"
    )


def _lambda_cost(seconds: float, memory_mb: int) -> float:
    """USD for a million answers; duration is billed in whole milliseconds."""
    billed = -(-seconds * 1000 // 1) / 1000
    return prices.PER_MILLION_INVOCATIONS + _MILLION * billed * memory_mb / 1024 * prices.PER_GB_SECOND


def scan_units() -> float:
    """Read units of one scan of the table of the laptop."""
    size = sum(
        len(name) + len(str(next(iter(value.values()))))
        for item in shipped_items()
        for name, value in item.items()
    )
    return max(1, -(-size // prices.EVENTUAL_READ_BYTES))


def _traffic_text(loads: list[Load]) -> str:
    rows = "\n".join(
        f"| {each.requests_per_second:,} | {each.environments:,} | {each.busy:,.1f}"
        f" | {each.hub_calls_per_window:,.0f} | {each.scans_per_second:,.2f}"
        f" | {behind_a_shared_cache(each.requests_per_second):,.1f} |"
        for each in loads
    )
    return f"""\
| requests a second | environments | of them busy | Hub's API calls in 5 minutes | scans a second | requests a second behind a shared cache |
| --- | --- | --- | --- | --- | --- |
{rows}"""  # noqa: E501 - a table


def limits(each: Load) -> dict[str, tuple[float, float]]:
    """What is used and what is allowed, by the name of the limit."""
    parameters = load_template()["Parameters"]
    return {
        "the Hub's calls without a token, 5 minutes": (each.hub_calls_per_window, prices.HUB_CALLS_ANONYMOUS),
        "the stage's throttle (`RequestsPerSecond`)": (
            each.requests_per_second,
            parameters["RequestsPerSecond"]["Default"],
        ),
        "the function's `ReservedConcurrency`": (
            each.environments,
            parameters["ReservedConcurrency"]["Default"],
        ),
        "the account's HTTP APIs, requests a second": (
            each.requests_per_second,
            prices.API_CALLS_PER_SECOND,
        ),
        "the account's concurrent executions": (each.environments, prices.CONCURRENT_EXECUTIONS),
    }


def _limits_text(loads: list[Load]) -> str:
    rows = "\n".join(_limit_rows(loads))
    return f"""\
| limit | {" | ".join(f"{each.requests_per_second:,} a second" for each in loads)} |
| --- | {" | ".join("---" for _ in loads)} |
{rows}"""


def _limit_rows(loads: list[Load]) -> Iterator[str]:
    by_load = [limits(each) for each in loads]
    for name in by_load[0]:
        yield f"| {name} | {' | '.join(_used(*each[name]) for each in by_load)} |"


def _used(used: float, allowed: float) -> str:
    excess = f" (**{used / allowed:,.1f} x**)" if used > allowed else ""
    return f"{used:,.0f} of {allowed:,}{excess}"


def _simulated_text(warm_seconds: float) -> str:
    rows = "\n".join(
        f"| {rate:,} | {single.environments:,} | {single.hub_misses_per_second:.2f}"
        f" | {reckoned.environments:,} | {reckoned.hub_misses_per_second:.2f} |"
        for rate in _SIMULATED_RATES
        for single in (simulated(rate, warm_seconds, seconds=_SIMULATED_SECONDS),)
        for reckoned in (load(rate, warm_seconds),)
    )
    return f"""\
| requests a second | environments, simulated | models fetched a second | environments, reckoned | models fetched a second |
| --- | --- | --- | --- | --- |
{rows}"""  # noqa: E501 - a table


def _function_properties() -> dict[str, Any]:
    properties: dict[str, Any] = load_template()["Resources"]["RecommendFunction"]["Properties"]
    return properties


def _usd(amount: float) -> str:
    return f"${amount:,.2f}"


if __name__ == "__main__":
    raise SystemExit(main())
