"""Assertions that hold for every answer, whatever the documents and the request."""

import json
import math
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from handler.errors import RequestError
from recommender.model import Model
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.workload import MAX_CONCURRENCY
from recommender.recommendation import Feasible

_DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
_RESPONSES = _DOCUMENT["paths"]["/api/v1/recommend"]["get"]["responses"]


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": _DOCUMENT["components"]})


_SCHEMAS = _DOCUMENT["components"]["schemas"]
_FEASIBLE, _INFEASIBLE = _validator(_SCHEMAS["Feasible"]), _validator(_SCHEMAS["Infeasible"])
_ERROR = _validator(_SCHEMAS["Error"])

_STATUSES = {error.code: error.status for error in RequestError.__subclasses__()}

# Figures of `memory` are rounded to a thousandth of a GiB.
_ROUNDING_GIB = 0.004


def check_body(body: dict[str, Any]) -> None:
    """The body of a 200 is the one that openapi.yaml describes, in JSON of finite numbers."""
    json.dumps(body, allow_nan=False)
    is_feasible = body["explanation"]["feasible"]
    (_FEASIBLE if is_feasible else _INFEASIBLE).validate(body)
    if is_feasible:
        _check_memory(body["memory"])
        _check_sentences(body)


def check_failure(status: int, body: dict[str, Any]) -> None:
    """The error is a documented one; nothing that a caller or the Hub sends leads to a 500."""
    _ERROR.validate(body)
    assert status == _STATUSES[body["code"]]
    assert body["error"].strip()


def check_plan(answer: Feasible, overrides: Overrides) -> None:
    """The plan does not contradict itself, and contains the overrides."""
    _check_parts(answer.plan, answer.model)
    if overrides == Overrides():
        _check_start(answer.plan, answer)
    for fixed, given in (
        (overrides.tensor_parallel, answer.plan.tensor_parallel),
        (overrides.max_model_len, answer.plan.max_model_len),
        (overrides.concurrency, answer.plan.concurrency),
        (overrides.input_tokens, answer.plan.workload.input_tokens),
        (overrides.output_tokens, answer.plan.workload.output_tokens),
        (overrides.overhead_bytes, answer.plan.budget.overhead.total_bytes),
    ):
        assert fixed in (None, given)
    options = answer.alternatives
    if options is not None:
        others = (options.quantized, options.at_load, options.larger and options.larger.plan)
        for plan in filter(None, others):
            _check_parts(plan, answer.model)
            assert plan.max_concurrent_requests > 0


def _check_start(plan: Plan, answer: Feasible) -> None:
    """What is recommended without overrides starts and holds its own requests."""
    assert plan.max_concurrent_requests > 0
    assert 1 <= plan.concurrency <= min(MAX_CONCURRENCY, plan.max_concurrent_requests)
    assert 1 <= plan.max_model_len <= answer.model.max_position_embeddings
    assert plan.workload.total_tokens <= plan.max_model_len
    assert plan.budget.max_concurrent_requests(plan.max_model_len) > 0
    assert plan.budget.max_concurrency(plan.max_model_len) >= 1
    degrees = [layout.plan.tensor_parallel for layout in answer.layouts]
    assert plan.tensor_parallel in degrees
    assert set(degrees) <= set(plan.valid_tensor_parallel)
    assert max(plan.valid_tensor_parallel) <= answer.instance.accelerator_count
    assert (plan.quantization is None) == (answer.alternatives is None)


def _check_parts(plan: Plan, model: Model) -> None:
    budget = plan.budget
    parts = (budget.weight_bytes, *_overhead(plan))
    assert all(part >= 0 for part in parts)
    assert sum(parts) + budget.kv_cache_bytes == budget.usable_bytes <= budget.visible_bytes
    # The checkpoint holds the pooling head of an image encoder, which most versions do not load.
    head = 0 if model.vision is None else model.vision.head_attention + model.vision.head_layers
    assert (
        budget.weight_bytes * plan.tensor_parallel >= plan.weight_bytes - head * model.native_dtype.size_bytes
    )
    assert plan.workload.input_tokens >= 0
    assert plan.workload.output_tokens > 0


def _overhead(plan: Plan) -> tuple[int, int, int]:
    overhead = plan.budget.overhead
    return overhead.non_torch_bytes, overhead.activation_bytes, overhead.cuda_graph_bytes


def _check_memory(memory: dict[str, Any]) -> None:
    parts = ("weights", "kv_cache", "non_torch", "activations", "cuda_graphs", "unused")
    total = sum(memory[f"{part}_gib"] for part in parts)
    # Figures far above a GPU's memory have no thousandths left.
    rounding = _ROUNDING_GIB + 1e-12 * max(abs(memory[f"{part}_gib"]) for part in parts)
    assert math.isclose(total, memory["visible_gib"], abs_tol=rounding)


def _check_sentences(body: dict[str, Any]) -> None:
    assert len(body["warnings"]) == len(body["warning_codes"])
    for sentence in (*body["warnings"], *map(str, body["explanation"].values())):
        assert sentence.strip()
        assert "nan" not in sentence.lower().split()
        assert "None" not in sentence
