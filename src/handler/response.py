"""A recommendation as the JSON body of an answer."""

import math
from typing import Any

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.measured_runs import measured_runs
from recommender.hardware.units import GIB, gib
from recommender.messages.changes import change_text
from recommender.model import ModelInfo
from recommender.planning.alternatives import Alternatives
from recommender.planning.changes import Change
from recommender.planning.decoding_time import plan_floor
from recommender.planning.instances import InstancePlan
from recommender.planning.layouts import Layout
from recommender.planning.plan import Plan
from recommender.planning.pre_quantized import PreQuantizedCheckpoint
from recommender.planning.serve_arguments import serve_arguments
from recommender.recommendation import Feasible, Infeasible, Recommendation


def as_json(recommendation: Recommendation) -> dict[str, Any]:
    """The body of the answer, its keys in a fixed order."""
    if isinstance(recommendation, Infeasible):
        return _infeasible(recommendation)
    return _feasible(recommendation)


def _feasible(answer: Feasible) -> dict[str, Any]:
    plan = answer.plan
    body: dict[str, Any] = {
        **_values(plan),
        "overhead_gib": _gib_rounded_down(plan.budget.overhead.total_bytes),
        "valid_tp_options": list(plan.valid_tensor_parallel),
        "warnings": [warning.text for warning in answer.warnings],
        "warning_codes": [warning.code for warning in answer.warnings],
        "notes": [note.text for note in answer.notes],
        "note_codes": [note.code for note in answer.notes],
        "explanation": _explanation(answer),
        "model_info": model_json(answer.model_info),
        "instance_info": instance_json(answer.instance),
        "memory": _memory(answer),
        "vllm_args": list(serve_arguments(plan)),
        "layouts": [_layout(each) for each in answer.layouts],
    }
    if plan.needs_pre_quantized_checkpoint and answer.checkpoints is not None:
        body["checkpoints"] = _checkpoints(answer.checkpoints, plan)
    if answer.alternatives is not None:
        body["alternatives"] = _alternatives(answer.alternatives, answer.checkpoints)
    return body


def _infeasible(answer: Infeasible) -> dict[str, Any]:
    explanation: dict[str, Any] = {"feasible": False, "code": answer.code, "reason": answer.reason}
    body: dict[str, Any] = {"explanation": explanation}
    if answer.alternatives is not None:
        body["alternatives"] = _alternatives(answer.alternatives, None)
        if answer.alternatives.larger is not None:
            explanation["suggested_instance"] = answer.alternatives.larger.instance.name
    if answer.model_info is not None:
        body["model_info"] = model_json(answer.model_info)
    body["instance_info"] = instance_json(answer.instance)
    return body


def _values(plan: Plan) -> dict[str, Any]:
    """The values that fill the form of a benchmark."""
    engine_args = plan.budget.engine_args
    body: dict[str, Any] = {
        "tensor_parallel_degree": plan.tensor_parallel,
        "quantization": plan.quantization.name if plan.quantization else None,
        "max_model_len": plan.max_model_len,
        "concurrency": plan.concurrency,
        "input_sequence_length": plan.workload.input_tokens,
        "output_sequence_length": plan.workload.output_tokens,
        "max_num_seqs": engine_args.max_num_seqs,
        "max_num_batched_tokens": engine_args.max_num_batched_tokens,
        "gpu_memory_utilization": engine_args.gpu_memory_utilization,
    }
    if engine_args.kv_cache_dtype != "auto":
        body["kv_cache_dtype"] = engine_args.kv_cache_dtype
    if engine_args.enforce_eager:
        body["enforce_eager"] = True
    return body


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "tensor_parallel_degree": layout.plan.tensor_parallel,
        "replicas": layout.replicas,
        "max_model_len": layout.plan.max_model_len,
        "kv_cache_tokens": layout.kv_cache_tokens,
        "kv_cache_tokens_total": layout.kv_cache_tokens_total,
        "max_concurrent_requests_total": layout.max_concurrent_requests_total,
        "vllm_args": list(layout.serve_arguments),
    }


def _explanation(answer: Feasible) -> dict[str, Any]:
    sentences = answer.explanation
    body: dict[str, Any] = {
        "feasible": True,
        "tensor_parallel_degree": sentences.tensor_parallel_degree,
        "quantization": sentences.quantization,
        "max_model_len": sentences.max_model_len,
        "concurrency": sentences.concurrency,
    }
    if sentences.input_sequence_length is not None:
        body["input_sequence_length"] = sentences.input_sequence_length
    body["production_note"] = sentences.production_note
    return body


def _alternatives(
    alternatives: Alternatives, checkpoints: tuple[PreQuantizedCheckpoint, ...] | None
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if alternatives.quantized is not None:
        body["quantization_option"] = _quantization_option(alternatives.quantized, checkpoints)
    if alternatives.at_load is not None:
        body["at_load_option"] = _quantization_option(alternatives.at_load, None)
    if alternatives.larger is not None:
        body["larger_instance"] = alternatives.larger.instance.name
        body["larger_instance_info"] = _larger_instance_info(alternatives.larger)
    if alternatives.changes:
        body["changes"] = [_change(each) for each in alternatives.changes]
    return body


def _change(change: Change) -> dict[str, Any]:
    first, *others = change.settings
    body: dict[str, Any] = {"change": first.name, "value": first.value}
    if others:
        body["also"] = [{"change": each.name, "value": each.value} for each in others]
    return {
        **body,
        "text": change_text(change),
        **_values(change.plan),
        "vllm_args": list(serve_arguments(change.plan)),
    }


def _quantization_option(
    plan: Plan, checkpoints: tuple[PreQuantizedCheckpoint, ...] | None
) -> dict[str, Any]:
    body = {
        **_values(plan),
        "estimated_mem_gib": _weights_gib(plan),
        "requires_pre_quantized": plan.needs_pre_quantized_checkpoint,
        "vllm_args": list(serve_arguments(plan)),
    }
    if plan.needs_pre_quantized_checkpoint and checkpoints is not None:
        body["checkpoints"] = _checkpoints(checkpoints, plan)
    return body


def _checkpoints(checkpoints: tuple[PreQuantizedCheckpoint, ...], plan: Plan) -> list[dict[str, Any]]:
    """The checkpoints that are quantized as `plan` is."""
    return [
        {
            "model": each.model_id,
            "method": each.method,
            "downloads": each.downloads,
            "gated": each.is_gated,
            "estimated_mem_gib": _weights_gib(each.plan),
            **_values(each.plan),
            # The form's value stays, although vLLM reads the quantization from the checkpoint.
            "quantization": each.quantized_to,
            "vllm_args": list(serve_arguments(each.plan)),
        }
        for each in checkpoints
        if plan.quantization is not None and each.quantized_to == plan.quantization.name
    ]


def _larger_instance_info(larger: InstancePlan) -> dict[str, Any]:
    return {
        **instance_json(larger.instance),
        "estimated_mem_gib": _weights_gib(larger.plan),
        **_values(larger.plan),
        "vllm_args": list(serve_arguments(larger.plan)),
        **price_json(larger.instance),
    }


def price_json(instance: Instance) -> dict[str, Any]:
    """On-demand USD per hour, their region and their day, where they are known."""
    if instance.usd_per_hour is None:
        return {}
    price = {"usd_per_hour": instance.usd_per_hour, "price_region": instance.price_region}
    return price if instance.price_date is None else {**price, "price_date": instance.price_date}


def model_json(info: ModelInfo) -> dict[str, Any]:
    """What the answer repeats of the model."""
    body: dict[str, Any] = {
        "parameter_count": info.parameter_count,
        "native_dtype": info.native_dtype,
        "max_position_embeddings": info.max_position_embeddings,
        "architecture": info.architecture,
    }
    if info.sliding_window is not None:
        body["sliding_window"] = info.sliding_window
    if info.quantization is not None:
        body["quantization"] = info.quantization
    return body


def instance_json(instance: Instance) -> dict[str, Any]:
    """The accelerators of the instance."""
    return {
        "accelerator_count": instance.accelerator_count,
        "accelerator_memory_gib": instance.accelerator_memory_gib,
        "accelerator_name": instance.accelerator_name,
    }


def _memory(answer: Feasible) -> dict[str, Any]:
    """The memory of one GPU in GiB; the parts from weights to unused add up to what is visible.

    Tokens and concurrency are the figures that vLLM logs for the plan's context on a first start, or on later
    ones, which find the model compiled.
    """
    plan, budget, overhead = answer.plan, answer.plan.budget, answer.plan.budget.overhead
    floor = plan_floor(answer.model, gpu_of(answer.instance), plan)
    return {
        "visible_gib": _exact_gib(budget.visible_bytes),
        "budget_gib": _exact_gib(budget.usable_bytes),
        "weights_gib": _exact_gib(budget.weight_bytes),
        "kv_cache_gib": _exact_gib(budget.kv_cache_bytes),
        "non_torch_gib": _exact_gib(overhead.non_torch_bytes),
        "activations_gib": _exact_gib(overhead.activation_bytes),
        "cuda_graphs_gib": _exact_gib(overhead.cuda_graph_bytes),
        "unused_gib": _exact_gib(budget.visible_bytes - budget.usable_bytes),
        "kv_cache_tokens": budget.logged_tokens(plan.max_model_len),
        "kv_cache_tokens_later": budget.after_first_start.logged_tokens(plan.max_model_len),
        "max_concurrency": round(budget.max_concurrency(plan.max_model_len), 2),
        "measured_runs": measured_runs(answer.instance),
        **({} if floor is None else {"least_ms_per_token": math.floor(floor * 1000) / 1000}),
    }


def _weights_gib(plan: Plan) -> float:
    """What all GPUs hold of the weights: the figure of one GPU, as in sentences, times the degree."""
    return round(gib(plan.budget.weight_bytes * plan.tensor_parallel), 1)


def _gib_rounded_down(size_bytes: int) -> float:
    """Three decimals, never above the size: as an override, they leave at least as much for the cache."""
    return size_bytes * 1000 // GIB / 1000


def _exact_gib(size_bytes: int) -> float:
    return round(gib(size_bytes), 3)
