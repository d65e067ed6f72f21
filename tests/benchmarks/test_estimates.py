"""Logged start-ups, predicted as if the architectures of their models were not modelled."""

from collections.abc import Iterator
from statistics import median

from oracle.estimates import as_if_not_modelled

from benchmarks.accuracy.prediction import Prediction, predict
from benchmarks.accuracy.runs import metadata_in, read_runs
from recommender.model import HubMetadata

_OLDEST = (0, 8)


def _unknown(hub_id: str) -> HubMetadata | None:
    metadata = metadata_in(None)(hub_id)
    return None if metadata is None or metadata.config is None else as_if_not_modelled(metadata)


def _predictions() -> Iterator[Prediction]:
    for run in read_runs():
        if run.clean and run.kv_tokens and run.version is not None and run.version >= _OLDEST:
            yield predict(run, _unknown)


def test_no_estimate_promises_more_tokens_than_the_server_logged() -> None:
    errors = {
        prediction.run.id: prediction.predicted.kv_tokens / prediction.run.kv_tokens - 1
        for prediction in _predictions()
        if prediction.predicted.kv_tokens is not None and prediction.run.kv_tokens
    }

    assert len(errors) > 80
    assert {name: error for name, error in errors.items() if error > 0} == {}
    assert median(errors.values()) > -0.1
