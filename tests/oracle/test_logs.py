"""vLLM's answers against what servers of the same version logged."""

import statistics

import pytest

from benchmarks.accuracy.runs import LoggedRun, read_runs
from oracle.answers import answers
from recommender.hardware.units import GIB

_VERSION = "0.19.0"


@pytest.fixture(scope="module")
def errors() -> list[tuple[str, float]]:
    """Model and relative error of the weights of each run that loads a checkpoint as it is."""
    weights = {
        (answer.model, degree): each.weight_bytes
        for answer in answers(_VERSION)
        for degree, each in answer.degrees.items()
        if each.weight_bytes is not None
    }
    return [
        (run.hub_id or "", weights[run.hub_id or "", run.tp] / GIB / run.weights_gib - 1)
        for run in read_runs()
        if _is_plain(run) and run.weights_gib and (run.hub_id, run.tp) in weights
    ]


def test_most_weights_are_the_logged_ones(errors: list[tuple[str, float]]) -> None:
    assert len(errors) >= 50
    assert statistics.median(abs(error) for _, error in errors) < 0.0005


def test_only_mxfp4_which_is_padded_while_loading_is_further_off(errors: list[tuple[str, float]]) -> None:
    assert {model for model, error in errors if abs(error) > 0.02} <= {
        "openai/gpt-oss-20b",
        "openai/gpt-oss-120b",
    }


def _is_plain(run: LoggedRun) -> bool:
    is_quantized_at_load = run.quantization == "fp8"
    return (
        run.vllm_version.startswith("0.19")
        and run.pp == 1
        and run.dtype != "float32"
        and not is_quantized_at_load
    )
