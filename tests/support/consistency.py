"""Whether an answer contradicts itself: figures, sentences, arguments and warnings against each other.

Nothing here depends on how the answer was calculated; the condition of each warning is stated a second time.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from handler.response import as_json
from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import Budget
from recommender.memory.budget import budget as memory_budget
from recommender.messages.warnings import WARNING_CODES
from recommender.model import Model
from recommender.planning.compatibility import version_limits
from recommender.planning.incompatibilities import NoWheels
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan
from recommender.planning.tensor_parallelism import nearest_degree, valid_degrees
from recommender.recommend import Feasible, Infeasible, Recommendation
from recommender.vllm.engine_args import default_engine_args

# Three decimals of the four parts of the overhead, and one decimal of the sentence.
_ROUNDING_GIB = 0.003
_DECIMAL_GIB = 0.052
_GIB = re.compile(r"(-?[\d,]+(?:\.\d+)?) GiB")
_TOKENS = re.compile(r"([\d,]+) tokens")
_NONSENSE = re.compile(r"\bNone\b|\bnan\b|\binf\b|(?<![\w.])-\d|  |\{|\.\.")

# Compute capabilities of vLLM's kernels and wheels: BF16 from 8.0, FP8 from 8.9, INT8 from 7.5 to 9.0.
_BF16, _FP8, _INT8, _AFTER_INT8, _WHEELS = (8, 0), (8, 9), (7, 5), (10, 0), (7, 5)


def assert_consistent(answer: Recommendation, base: Recommendation, overrides: Overrides) -> None:
    """`base` is the answer without overrides, to which the reason of a fixed value refers."""
    body = as_json(answer)
    if isinstance(answer, Infeasible) or isinstance(base, Infeasible):
        assert isinstance(answer, Infeasible)
        assert isinstance(base, Infeasible)
        assert "tensor_parallel_degree" not in body
        assert not _NONSENSE.search(body["explanation"]["reason"]), body["explanation"]["reason"]
        return
    _assert_overrides_are_in_it(body, answer, overrides)
    _assert_memory_adds_up(body)
    _assert_arguments_are_the_values(body)
    _assert_sentences_agree(body, answer, base)
    expected = set(_expected_warnings(answer, overrides))
    assert body["warning_codes"] == [code for code in WARNING_CODES if code in expected]


def _assert_overrides_are_in_it(body: dict[str, Any], answer: Feasible, overrides: Overrides) -> None:
    fixed = {
        "tensor_parallel_degree": overrides.tensor_parallel,
        "max_model_len": overrides.max_model_len,
        "concurrency": overrides.concurrency,
        "input_sequence_length": overrides.input_tokens,
        "output_sequence_length": overrides.output_tokens,
    }
    assert all(body[name] == value for name, value in fixed.items() if value is not None)
    if overrides.quantization is not None and answer.model.quantization is None:
        assert (body["quantization"] or "none") == overrides.quantization
    if overrides.overhead_bytes is not None:
        assert answer.plan.budget.overhead.total_bytes == overrides.overhead_bytes


def _assert_memory_adds_up(body: dict[str, Any]) -> None:
    memory = body["memory"]
    parts = ("weights_gib", "kv_cache_gib", "non_torch_gib", "activations_gib", "cuda_graphs_gib")
    used = sum(memory[part] for part in parts)

    assert used == pytest.approx(memory["budget_gib"], abs=_ROUNDING_GIB)
    assert used + memory["unused_gib"] == pytest.approx(memory["visible_gib"], abs=_ROUNDING_GIB)
    assert memory["kv_cache_tokens"] >= 0
    assert (memory["kv_cache_tokens"] == 0) >= (memory["kv_cache_gib"] < 0)


def _assert_arguments_are_the_values(body: dict[str, Any]) -> None:
    pairs = [argument for argument in body["vllm_args"] if argument != "--enforce-eager"]
    arguments = dict(zip(pairs[::2], pairs[1::2], strict=True))

    assert arguments["--tensor-parallel-size"] == str(body["tensor_parallel_degree"])
    assert arguments["--max-model-len"] == str(body["max_model_len"])
    at_load = body["quantization"] is not None and "needs_prepared_checkpoint" not in body["warning_codes"]
    assert ("--quantization" in arguments) == at_load


def _assert_sentences_agree(body: dict[str, Any], answer: Feasible, base: Feasible) -> None:
    sentences = [text for text in body["explanation"].values() if isinstance(text, str)] + body["warnings"]
    gib_figures, token_figures = _gib_figures(body, answer, base), _token_figures(answer, base)
    for sentence in sentences:
        assert not _NONSENSE.search(sentence), sentence
        for figure in _GIB.findall(sentence):
            value = float(figure.replace(",", ""))
            assert any(abs(value - known) <= _DECIMAL_GIB for known in gib_figures), sentence
        for figure in _TOKENS.findall(sentence):
            assert int(figure.replace(",", "")) in token_figures, sentence


def _gib_figures(body: dict[str, Any], answer: Feasible, base: Feasible) -> list[float]:
    """Every amount of memory that a sentence of this answer may quote."""
    place, memory, budget = answer.instance, body["memory"], base.plan.budget
    own = memory["non_torch_gib"] + memory["activations_gib"] + memory["cuda_graphs_gib"]
    share = place.accelerator_memory_gib / place.accelerator_count
    sizes = [
        answer.plan.weight_bytes,
        base.plan.weight_bytes,
        budget.weight_bytes,
        budget.kv_cache_bytes,
        _stored_bytes(answer),
        _profile_bytes(answer),
        *(_largest_budget(answer, plan).kv_cache_bytes for plan in (answer.plan, base.plan)),
    ]
    return [
        *(value for name, value in memory.items() if name.endswith("_gib")),
        *(own, memory["weights_gib"] + own),
        *(size / GIB for size in sizes),
        place.memory_gib,
        *(degree * share for degree in range(1, place.accelerator_count + 1)),
    ]


def _largest_budget(answer: Feasible, plan: Plan) -> Budget:
    """That of the largest degree that vLLM accepts, which may replicate KV heads."""
    degree = plan.valid_tensor_parallel[-1]
    args = plan.budget.engine_args
    return memory_budget(answer.model, gpu_of(answer.instance), degree, plan.quantization, engine_args=args)


def _token_figures(answer: Feasible, base: Feasible) -> set[int]:
    context, encoder = answer.model.context, answer.model.encoder
    items = () if encoder is None else (encoder.largest.at(answer.plan.max_model_len).tokens,)
    return {context.tokens, context.default_tokens, *items} | {
        tokens
        for plan in (answer.plan, base.plan)
        for tokens in (
            plan.max_model_len,
            plan.workload.input_tokens,
            plan.workload.output_tokens,
            plan.workload.total_tokens,
            plan.budget.kv_cache_tokens,
        )
    }


def _expected_warnings(answer: Feasible, overrides: Overrides) -> Iterator[str]:  # noqa: C901, PLR0912, PLR0915 - one condition for each name
    plan, model, place, gpu = answer.plan, answer.model, answer.instance, gpu_of(answer.instance)
    memory, version = plan.budget, plan.budget.engine_args.behavior.version
    degree, count, capability = plan.tensor_parallel, place.accelerator_count, gpu.compute_capability
    if degree > count:
        yield "tp_exceeds_gpus"
    if degree not in valid_degrees(model, degree, memory.engine_args.behavior, replicate_kv_heads=True):
        yield "tp_not_accepted"
    fits = memory.weight_bytes + memory.overhead.total_bytes < memory.usable_bytes
    if not fits:
        yield "memory_exceeded"
    if model.context.is_enforced and plan.max_model_len > model.max_position_embeddings:
        yield "context_above_limit"
    blocks = memory.layout.blocks(memory.kv_cache_bytes)
    lacks_blocks = fits and memory.layout.has_states and 0 < blocks < memory.engine_args.required_state_blocks
    if fits and not lacks_blocks and not memory.max_concurrent_requests(plan.max_model_len):
        yield "context_above_cache"
    if memory.engine_args.max_num_seqs < _default_sequences(answer, overrides):
        yield "needs_flags"
    if plan.workload.input_tokens + plan.workload.output_tokens > plan.max_model_len:
        yield "workload_above_context"
    if 0 < memory.max_concurrent_requests(plan.workload.total_tokens) < plan.concurrency:
        yield "requests_queue"
    if _profile_bytes(answer) >= GIB:
        yield "multimodal_profile"
    name = plan.quantization.name if plan.quantization is not None else None
    if name == "fp8" and capability < _FP8:
        yield "no_fp8_arithmetic"
    if name == "int8" and not _INT8 <= capability < _AFTER_INT8:
        yield "no_int8_arithmetic"
    if name is not None and plan.quantization is not None and plan.quantization.flag is None:
        yield "needs_prepared_checkpoint"
    if overrides.quantization not in {None, "none"} and model.quantization is not None:
        yield "quantized_already"
    if capability < _BF16 and model.native_dtype.torch_name != "float16":
        yield from _without_bf16(answer)
    if model.is_estimated:
        yield "architecture_estimated"
    if place.memory_gib * GIB < _stored_bytes(answer):
        yield "little_host_memory"
    if lacks_blocks:
        yield "states_limit_sequences"
    if degree < count:
        yield "fewer_gpus"
    if not gpu.is_known:
        yield "unknown_gpu"
    if version is None and capability < _WHEELS:
        yield "lacks_wheels"
    if place.architecture != "x86_64":
        yield "other_processors"
    if version is None and _some_versions_do_not_run(model, gpu):
        yield "not_every_version"


def _default_sequences(answer: Feasible, overrides: Overrides) -> int:
    """vLLM's default, at most the batched tokens; 0 where the caller fixes the number."""
    if overrides.engine.max_num_seqs is not None:
        return 0
    args = answer.plan.budget.engine_args
    default = default_engine_args(gpu_of(answer.instance), args.behavior)
    return min(default.max_num_seqs, args.max_num_batched_tokens)


def _profile_bytes(answer: Feasible) -> int:
    """What the encoder's profile takes from the KV cache of each GPU."""
    plan, gpu = answer.plan, gpu_of(answer.instance)
    if not answer.model.has_vision:
        return 0
    degree = nearest_degree(answer.model, plan.tensor_parallel, plan.budget.engine_args.behavior)
    text_only = replace(plan.budget.engine_args, language_model_only=True)
    alone = memory_budget(answer.model, gpu, degree, plan.quantization, engine_args=text_only)
    return alone.kv_cache_bytes - plan.budget.kv_cache_bytes


def _without_bf16(answer: Feasible) -> Iterator[str]:
    if not answer.model.supports_float16:
        yield "runs_in_fp32"
    elif answer.model.native_dtype.torch_name == "bfloat16":
        yield "runs_in_fp16"


def _stored_bytes(answer: Feasible) -> int:
    dtype = answer.plan.cast_to or answer.model.native_dtype
    return answer.model.weights.size_bytes(dtype)


def _some_versions_do_not_run(model: Model, gpu: Gpu) -> bool:
    """Of those that an answer without a chosen version covers, for other reasons than their wheels."""
    return any(not isinstance(limit, NoWheels) for limit in version_limits(model, gpu))


def assert_starts(answer: Feasible) -> None:
    """Everything that vLLM checks before it serves, and enough memory for the recommended requests."""
    plan = answer.plan

    assert plan.tensor_parallel in plan.valid_tensor_parallel
    assert plan.tensor_parallel <= answer.instance.accelerator_count
    assert plan.budget.starts_with(plan.max_model_len)
    assert plan.budget.max_concurrent_requests(plan.workload.total_tokens) >= plan.concurrency
    assert plan.max_model_len <= answer.model.max_position_embeddings
    assert plan.workload.total_tokens <= plan.max_model_len
    assert plan.budget.engine_args.max_num_batched_tokens >= plan.budget.engine_args.max_num_seqs
