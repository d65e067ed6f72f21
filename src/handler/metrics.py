"""What is counted and timed, for CloudWatch.

Code notes what happens, in whatever thread it happens; `publish` writes the notes as one line of CloudWatch's
embedded metric format (EMF) for each invocation, and one more for an error. Powertools is handed the notes
only there because its collection is not made for several threads.

No metric has a dimension that callers choose, such as the model: each value of a dimension makes a metric of
its own, which costs money.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.metrics import EphemeralMetrics, Metrics, MetricUnit

from handler.errors import HubBadResponse, HubRateLimited, HubUnreachable

# An invocation makes a dozen. Notes that nobody publishes shall not pile up, and at 100 values of a metric
# Powertools would print a line by itself, whether or not metrics are disabled.
_MOST_NOTES = 99

_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "vllm-recommender")


class Metric(StrEnum):
    """The names. Where the values are 0 and 1, the average is the share and the sample count the total."""

    COLD_STARTS = "ColdStarts"
    """1 with the first answer of an environment."""
    FEASIBLE = "Feasible"
    """1 for a recommendation that holds a configuration, 0 for one that says why there is none."""
    ERRORS = "Errors"
    """1 for a request that failed; once more with the dimension `code`."""
    HUB_CACHE_HITS = "HubCacheHits"
    """1 for a model whose metadata were remembered, 0 for one that the Hub was asked for."""
    HUB_LATENCY = "HubLatency"
    """What a visit to the Hub took, in milliseconds, with all its requests and attempts."""
    HUB_FAILURES = "HubFailures"
    """1 for a visit that the Hub did not answer, or not as a Hub does, else 0."""
    HUB_RATE_LIMITED = "HubRateLimited"
    """1 for a visit that the Hub refused because there were too many, else 0."""


@dataclass(frozen=True, slots=True)
class _Note:
    metric: Metric
    value: float
    unit: MetricUnit = MetricUnit.Count
    code: str | None = None


_collected = Metrics(namespace=_NAMESPACE)
_notes: deque[_Note] = deque([_Note(Metric.COLD_STARTS, 1)], maxlen=_MOST_NOTES)


def recommended(*, feasible: bool) -> None:
    """A recommendation was made."""
    _notes.append(_Note(Metric.FEASIBLE, feasible))


def failed(code: str) -> None:
    """A request was answered with the error `code`."""
    _notes.append(_Note(Metric.ERRORS, 1))
    _notes.append(_Note(Metric.ERRORS, 1, code=code))


def looked_up(*, hit: bool) -> None:
    """A model's metadata were looked for in the cache."""
    _notes.append(_Note(Metric.HUB_CACHE_HITS, hit))


def hub_visited(seconds: float, outcome: object) -> None:
    """A visit to the Hub took `seconds` and came to `outcome`, an error or what was asked for."""
    _notes.append(_Note(Metric.HUB_LATENCY, 1000 * seconds, MetricUnit.Milliseconds))
    _notes.append(
        _Note(Metric.HUB_FAILURES, isinstance(outcome, HubUnreachable | HubBadResponse | TimeoutError))
    )
    _notes.append(_Note(Metric.HUB_RATE_LIMITED, isinstance(outcome, HubRateLimited)))


@contextmanager
def hub_visit() -> Iterator[None]:
    """Note what happens inside, be it an error, as one visit to the Hub."""
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
    """Write what was noted since the last time to standard output, where Lambda reads it."""
    if not _notes:
        return
    while _notes:
        note = _notes.popleft()
        if note.code is None:
            _collected.add_metric(note.metric, note.unit, note.value)
        else:
            _publish_apart(note, note.code)
    _collected.flush_metrics()
    _collected.clear_metrics()  # which the line before leaves undone where metrics are disabled


def _publish_apart(note: _Note, code: str) -> None:
    """A line of its own, because a dimension counts for all metrics of a line."""
    line = EphemeralMetrics(namespace=_NAMESPACE)
    line.add_dimension("code", code)
    line.add_metric(note.metric, note.unit, note.value)
    line.flush_metrics()
