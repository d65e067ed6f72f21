"""CloudWatch metrics of the service, written in the embedded metric format (EMF).

One line for each invocation holds all its metrics; an error adds a second line with the dimension `code`,
because a dimension counts for all metrics of a line. Every line has the request's `correlation_id`, as every
line of the log has.

No metric has a dimension whose values callers choose, such as the model: each value of a dimension makes a
metric of its own, which costs money.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from aws_lambda_powertools.metrics import Metrics, MetricUnit, single_metric
from aws_lambda_powertools.metrics.functions import is_metrics_disabled

from handler.errors import HubBadResponse, HubRateLimited, HubUnreachable

_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "vllm-recommender")


class Metric(StrEnum):
    """The names. Where the values are 0 and 1, the average is the share and the sample count the total."""

    COLD_STARTS = "ColdStarts"
    """1 with the first answer of an environment."""
    FEASIBLE = "Feasible"
    """1 for an answer with a configuration, 0 for one that explains why there is none."""
    COMPARISONS = "Comparisons"
    """1 for a list of all instances."""
    ERRORS = "Errors"
    """1 for a request that failed; once more with the dimension `code`."""
    HUB_CACHE_HITS = "HubCacheHits"
    """1 for a model whose metadata were cached, 0 for one that the Hub was asked for."""
    HUB_LATENCY = "HubLatency"
    """The milliseconds of a visit to the Hub, with all its requests and attempts."""
    HUB_FAILURES = "HubFailures"
    """1 for a visit to which the Hub did not answer, or not with a usable response, else 0."""
    HUB_RATE_LIMITED = "HubRateLimited"
    """1 for a visit that the Hub answered with 429, else 0."""


_metrics = Metrics(namespace=_NAMESPACE)
_metrics.add_metric(Metric.COLD_STARTS, MetricUnit.Count, 1)


def begin(correlation_id: str) -> None:
    """Write `correlation_id` into the lines of the request that begins."""
    _metrics.add_metadata("correlation_id", correlation_id)


def recommended(*, feasible: bool) -> None:
    """A recommendation was made."""
    _count(Metric.FEASIBLE, feasible)


def compared() -> None:
    """A list of all instances was made."""
    _count(Metric.COMPARISONS, 1)


def failed(code: str) -> None:
    """A request was answered with the error `code`."""
    _count(Metric.ERRORS, 1)
    if is_metrics_disabled():  # which Powertools does not look at for a single metric
        return
    with single_metric(Metric.ERRORS, MetricUnit.Count, 1, namespace=_NAMESPACE) as metric:
        metric.add_dimension("code", code)
        for key, value in _metrics.metadata_set.items():
            metric.add_metadata(key, value)


def looked_up(*, hit: bool) -> None:
    """A model's metadata were looked up in the cache."""
    _count(Metric.HUB_CACHE_HITS, hit)


def hub_visited(seconds: float, error: Exception | None) -> None:
    """A visit to the Hub took `seconds` and ended with `error`, or with what was asked for."""
    _metrics.add_metric(Metric.HUB_LATENCY, MetricUnit.Milliseconds, 1000 * seconds)
    _count(Metric.HUB_FAILURES, isinstance(error, HubUnreachable | HubBadResponse))
    _count(Metric.HUB_RATE_LIMITED, isinstance(error, HubRateLimited))


@contextmanager
def hub_visit() -> Iterator[None]:
    """Record the block as one visit to the Hub, whether or not it raises."""
    began = time.monotonic()
    outcome: Exception | None = None
    try:
        yield
    except Exception as error:
        outcome = error
        raise
    finally:
        hub_visited(time.monotonic() - began, outcome)


def publish() -> None:
    """Write the metrics of the request to standard output, where Lambda reads them."""
    _metrics.flush_metrics()
    _metrics.clear_metrics()  # because flushing keeps them where metrics are disabled


def _count(metric: Metric, value: float) -> None:
    _metrics.add_metric(metric, MetricUnit.Count, value)
