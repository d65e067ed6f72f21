"""Every model of the snapshot, estimated as if it were not modelled, next to what is calculated."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from oracle.estimates import as_if_not_modelled
from support.instances import instance
from support.metadata import MODELS

from recommender.hardware.gpu import gpu_of
from recommender.memory.calculate_budget import budget
from recommender.model import Model, parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import CalculationError
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version

# Pixtral's encoder makes a mask of all patches by all patches up to 0.28, which no other family does.
_EXCEPTIONS = {"OPEA/Mistral-Small-3.1-24B-Instruct-2503-int4-AutoRound-awq-sym"}

_CONTEXTS = (4096, 131_072)


def _pairs() -> Iterator[tuple[Model, Model]]:
    """The models that can be parsed in both ways."""
    for metadata in MODELS:
        try:
            yield parse_model(metadata), parse_model(as_if_not_modelled(metadata))
        except CalculationError:
            continue


@pytest.mark.parametrize("version", [None, (0, 19, 0), (0, 26, 0), (0, 33, 0)], ids=str)
@pytest.mark.parametrize("place", ["g5.xlarge", "p5.48xlarge", "p6-b200.48xlarge"])
def test_an_estimate_leaves_no_more_for_the_cache_than_the_calculation(
    place: str, version: Version | None
) -> None:
    gpu, larger = gpu_of(instance(place)), set()
    default = default_engine_args(gpu, behavior_of(version))
    for known, unknown in _pairs():
        for context in _CONTEXTS:
            engine_args = replace(default, max_model_len=min(context, known.max_position_embeddings))
            for degree in (1, 8):
                calculated, estimated = (
                    budget(model, gpu, degree, engine_args=engine_args, dtype=Dtype.BFLOAT16).kv_cache_bytes
                    for model in (known, unknown)
                )
                if estimated > calculated:
                    larger.add(known.model_id)

    assert larger <= _EXCEPTIONS
