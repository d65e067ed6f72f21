"""An answer's values sent back as overrides give the same answer, in the same words."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS

from handler.request import parse_request
from handler.response import as_json
from recommender.hardware.instance import Instance
from recommender.messages.lever_warnings import LEVER_WARNINGS
from recommender.messages.value_warnings import VALUE_WARNINGS
from recommender.recommend import recommend
from recommender.recommendation import Feasible

# The query parameter of each value that a form sends back.
_PARAMETERS = {
    "tensor_parallel_degree": "tp",
    "quantization": "quantization",
    "max_model_len": "max_model_len",
    "concurrency": "concurrency",
    "input_sequence_length": "input_sequence_length",
    "output_sequence_length": "output_sequence_length",
    "overhead_gib": "overhead_gib",
    "max_num_seqs": "max_num_seqs",
    "max_num_batched_tokens": "max_num_batched_tokens",
    "gpu_memory_utilization": "gpu_memory_utilization",
}
_RANDOM_SUBSETS = 2

# What the page sends of an option.
_FORM = (*(name for name in _PARAMETERS if name != "overhead_gib"), "kv_cache_dtype", "enforce_eager")

# Warnings about values and engine arguments; `needs_flags` says that the values suffice.
_ABOUT_VALUES = {*VALUE_WARNINGS, *LEVER_WARNINGS} - {"needs_flags", "multimodal_profile"}


@pytest.mark.parametrize("place", GPU_INSTANCES[::4], ids=lambda instance: instance.name)
def test_any_values_of_an_answer_give_the_same_values_and_reasons_and_no_new_warning(place: Instance) -> None:
    choice = random.Random(place.name)  # noqa: S311 - the same subsets in every run
    for metadata in MODELS[::3]:
        answer = recommend(metadata, place, [place])
        if not isinstance(answer, Feasible):
            continue
        body = as_json(answer)
        for names in _subsets(choice):
            again = _handed_back(metadata, place, body, names)
            assert {name: again[name] for name in _PARAMETERS} == {
                name: body[name] for name in _PARAMETERS
            }, (
                metadata.model_id,
                names,
            )
            assert again["vllm_args"] == body["vllm_args"], (metadata.model_id, names)
            assert again["explanation"] == body["explanation"], (metadata.model_id, names)
            assert set(again["warning_codes"]) <= set(body["warning_codes"]), (metadata.model_id, names)


@pytest.mark.parametrize("place", GPU_INSTANCES[1::8], ids=lambda instance: instance.name)
def test_an_option_or_change_that_a_form_applies_gives_its_values_and_arguments_without_a_warning_about_them(
    place: Instance,
) -> None:
    for metadata in MODELS[1::3]:
        body = as_json(recommend(metadata, place, [place]))
        for option in _applicable(body.get("alternatives", {})):
            again = _handed_back(metadata, place, option, [name for name in _FORM if name in option])
            assert {name: again.get(name) for name in _FORM} == {name: option.get(name) for name in _FORM}
            assert again["vllm_args"] == option["vllm_args"], metadata.model_id
            assert _ABOUT_VALUES.isdisjoint(again["warning_codes"]), (metadata.model_id, option)


def _applicable(alternatives: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Options and changes that a form has all fields for."""
    yield from (
        alternatives[name] for name in ("quantization_option", "at_load_option") if name in alternatives
    )
    for change in alternatives.get("changes", ()):
        if "limit_mm_per_prompt" not in {
            change["change"],
            *(each["change"] for each in change.get("also", ())),
        }:
            yield change


def _subsets(choice: random.Random) -> Iterator[list[str]]:
    """Every value alone, all of them, what the form sends, and some at random."""
    yield from ([name] for name in _PARAMETERS)
    yield list(_PARAMETERS)
    yield ["tensor_parallel_degree", "overhead_gib", "max_model_len"]
    for _ in range(_RANDOM_SUBSETS):
        yield choice.sample(list(_PARAMETERS), choice.randrange(2, len(_PARAMETERS)))


def _handed_back(metadata: Any, place: Instance, body: dict[str, Any], names: list[str]) -> dict[str, Any]:
    query = {_PARAMETERS.get(name, name): str(body[name] or "none").lower() for name in names}
    request = parse_request({"model": "a/b", "instance_type": place.name, **query}, {})
    answer = recommend(metadata, place, [place], overrides=request.overrides)
    assert isinstance(answer, Feasible), (metadata.model_id, names)
    return as_json(answer)
