"""What requests and monitoring cost, from the measured latencies, the template and AWS's prices."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.results import measured
from benchmarks.scaling import prices
from benchmarks.scaling.traffic import HUB_SECONDS
from handler.errors import RequestError
from handler.metrics import Metric
from local.embedded.instance_records import shipped_items
from local.runtime.template import load_template

MILLION = 1_000_000

# A request's lines of log: the function's own, Lambda's two and the gateway's, as the emulator prints them.
LOG_BYTES = 1_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Measured latencies, in seconds of a whole processor."""

    init: float
    first_answer: float
    warm: float

    def warm_at(self, memory_mb: int) -> float:
        """Seconds of a warm answer with the share of a processor that comes with `memory_mb`."""
        return self.warm / _processor_share(memory_mb)

    def cold_at(self, memory_mb: int) -> float:
        """Seconds of a cold start and its answer, with one round trip to the Hub."""
        return (self.init + self.first_answer) / _processor_share(memory_mb) + HUB_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyCost:
    """A cost that does not depend on the number of requests."""

    name: str
    count: int
    usd_each: float

    @property
    def usd(self) -> float:
        """The cost per month."""
        return self.count * self.usd_each


def measured_latencies() -> Latencies:
    """The latencies recorded in `measured.json`."""
    cold, warm = measured("cold")["variants"]["ours"], measured("warm")["variants"]["ours"]
    return Latencies(
        init=cold["init_cpu_ms"]["median"] / 1000,
        first_answer=cold["first_answer_cpu_ms"]["median"] / 1000,
        warm=warm["function_cpu_ms"]["median"] / 1000,
    )


def lambda_usd_per_million(seconds: float, memory_mb: int) -> float:
    """The price of a million invocations; Lambda bills duration in whole milliseconds."""
    billed = -(-seconds * 1000 // 1) / 1000
    return prices.PER_MILLION_INVOCATIONS + MILLION * billed * memory_mb / 1024 * prices.PER_GB_SECOND


def logs_usd_per_million() -> float:
    """The price of the logs of a million requests."""
    return LOG_BYTES * MILLION / 1e9 * prices.PER_GB_OF_LOGS


def scan_units() -> float:
    """Read units for one scan of the table, with the instance types that the embedded table has."""
    size = sum(
        len(name) + len(str(next(iter(value.values()))))
        for item in shipped_items()
        for name, value in item.items()
    )
    return max(1, -(-size // prices.EVENTUAL_READ_BYTES))


def monthly_costs() -> tuple[MonthlyCost, ...]:
    """The fixed costs of monitoring. Metrics by error code exist only once the error has occurred."""
    own_metrics = len(Metric) + 1  # and the import's PriceFailures
    error_codes = len(RequestError.__subclasses__()) + 1  # and internal_error
    resources = list(load_template()["Resources"].values())
    dashboards = sum(each["Type"] == "AWS::CloudWatch::Dashboard" for each in resources)
    return (
        MonthlyCost(name="custom metrics", count=own_metrics, usd_each=prices.PER_METRIC),
        MonthlyCost(
            name="custom metrics by error code, at most", count=error_codes, usd_each=prices.PER_METRIC
        ),
        MonthlyCost(
            name="metrics watched by alarms", count=sum(_alarm_metrics()), usd_each=prices.PER_ALARM_METRIC
        ),
        MonthlyCost(name="dashboard", count=dashboards, usd_each=prices.PER_DASHBOARD),
    )


def _alarm_metrics() -> Iterator[int]:
    """How many metrics each alarm of the template watches; metric math watches several."""
    for resource in load_template()["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            metrics = resource["Properties"].get("Metrics", [{"MetricStat": {}}])
            yield sum("MetricStat" in each for each in metrics)


def _processor_share(memory_mb: int) -> float:
    return min(1.0, memory_mb / prices.MB_OF_A_PROCESSOR)
