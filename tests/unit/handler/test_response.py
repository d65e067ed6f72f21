"""Recommendations as JSON. tests/golden compares whole answers."""

import json
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import quantized_from, real

from handler.response import as_json
from recommender.recommend import recommend, with_checkpoints
from recommender.recommendation import Feasible

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def answer(model_id: str, instance_type: str) -> dict[str, Any]:
    return as_json(recommend(real(model_id), instance(instance_type), ALL))


def test_the_parts_of_the_memory_add_up_to_what_is_visible() -> None:
    memory = answer(MISTRAL, "g5.xlarge")["memory"]
    parts = ("weights", "kv_cache", "non_torch", "activations", "cuda_graphs", "unused")

    assert sum(memory[f"{part}_gib"] for part in parts) == pytest.approx(memory["visible_gib"], abs=0.004)


def test_an_answer_without_a_configuration_has_a_reason_and_no_values() -> None:
    body = answer("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")

    assert "tensor_parallel_degree" not in body
    assert body["explanation"]["feasible"] is False
    assert body["explanation"]["suggested_instance"] == body["alternatives"]["larger_instance"]


def test_a_sliding_window_is_stated_only_where_the_model_has_one() -> None:
    assert answer("mistralai/Mistral-7B-v0.1", "g5.xlarge")["model_info"]["sliding_window"] == 4096
    assert "sliding_window" not in answer(MISTRAL, "g5.xlarge")["model_info"]


def test_each_quantization_lists_its_own_checkpoints() -> None:
    model_id = "meta-llama/Llama-3.1-8B-Instruct"
    found = recommend(real(model_id), instance("g4dn.xlarge"), ALL)
    assert isinstance(found, Feasible)
    body = as_json(with_checkpoints(found, quantized_from(model_id)))

    assert body["quantization"] == "int8"
    assert {each["quantization"] for each in body["checkpoints"]} == {"int8"}
    assert body["checkpoints"] == body["alternatives"]["quantization_option"]["checkpoints"]


def test_the_body_is_json_of_finite_numbers() -> None:
    json.dumps(answer("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge"), allow_nan=False)
