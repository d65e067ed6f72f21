"""Whether an answer contradicts itself: figures, sentences, arguments and warnings against each other.

Nothing here depends on how the answer was calculated; the condition of each warning is stated a second time.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import pytest

from handler.response import as_json
from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget as memory_budget
from recommender.memory.overhead import depends_on_context
from recommender.messages.warnings import WARNING_CODES
from recommender.model import Model
from recommender.model.dtype import Dtype
from recommender.planning.compatibility import fp8_cache_incompatibility
from recommender.planning.context import budget_for_largest_context
from recommender.planning.incompatibilities import NoWheels
from recommender.planning.overrides import Overrides
from recommender.planning.recommended_values import recommended_values
from recommender.planning.shortfall import Shortfall, shortfall
from recommender.planning.tensor_parallelism import degree_obstacle, nearest_degree, valid_degrees
from recommender.planning.version_limits import version_limits
from recommender.recommendation import Feasible, Infeasible, Recommendation
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineArgs, default_engine_args
from recommender.vllm.facts import refuses_float16
from recommender.vllm.version_behavior import VersionBehavior
from support.figures import counts, gib_figures, names_pattern
from support.instances import ALL as _INSTANCES

# One decimal, and a term of a sum that is rounded up so that the sum exceeds the limit.
_SUM_GIB = 0.101
# Three decimals of the four parts of the overhead, and one decimal of the sentence.
_ROUNDING_GIB = 0.003
_DECIMAL_GIB = 0.052
_SUM = re.compile(r"would need (.*? that vLLM may use)")
_NONSENSE = tuple(
    map(
        re.compile,
        (
            r"\bNone\b|\bnan\b|\binf\b|(?<![\w.])-\d|  |\{|\.\.| [.,;:]",
            r"\b1 (?!of\b|x\b)(?:[A-Za-z]+ )?(?:requests|tokens|GPUs|heads|sequences|blocks|replicas)\b",
            r"\b(?:fp8|int8|int4|bf16|fp16|awq|gptq|mxfp4)\b(?<!quantization=fp8)(?<!quantization=int4)",
            # The value of a flag is written as vLLM reads it.
            r"(?<![\w./,-])(?<!-tokens )\d{5,}(?![\w.]*[A-Za-z])(?! (?:in the|of the))",
            r"(?<![\w./,-])[1-9]\d{3}(?= (?:tokens|requests|blocks|sequences|GiB))",
            r"\. (?!vLLM\b)[a-z]+\b",
        ),
    )
)
_MODEL_ID = re.compile(r"\b[\w.-]+/[\w.-]+\w")
# Labels with digits.
# Arguments of vLLM without a value.
_SWITCHES = ("--enforce-eager", "--allow-deprecated-quantization")

_LABELS = ("BF16", "FP16", "FP32", "FP8", "INT8", "INT4", "MXFP4", "NVFP4", "fp8", "int8", "int4", "16 bit")
_INSTANCE_NAMES = {name for place in _INSTANCES for name in (place.name, place.accelerator_name)}
_NAMES = names_pattern({*_INSTANCE_NAMES, *_LABELS})

# Compute capabilities of vLLM's kernels and wheels: BF16 from 8.0, FP8 from 8.9, INT8 from 7.5 to 9.0.
_UNDIVIDED_TOKENS = {"Gemma3ForConditionalGeneration": 256, "Gemma4ForConditionalGeneration": 2496}
_BF16, _FP8, _INT8, _AFTER_INT8, _WHEELS = (8, 0), (8, 9), (7, 5), (10, 0), (7, 5)


def assert_consistent(answer: Recommendation, base: Recommendation, overrides: Overrides) -> None:
    """`base` is the answer without overrides; only engine arguments make a model fit that does not."""
    body = as_json(answer)
    if isinstance(answer, Infeasible):
        assert isinstance(base, Infeasible)
        assert "tensor_parallel_degree" not in body
        assert_reads_well(body["explanation"]["reason"])
        if answer.code == "does_not_fit":
            assert_sums_exceed(body["explanation"]["reason"])
        return
    assert isinstance(base, Feasible) or overrides.engine != NO_ENGINE_OVERRIDES
    _assert_overrides_are_in_it(body, answer, overrides)
    _assert_memory_adds_up(body)
    _assert_arguments_are_the_values(body)
    _assert_sentences_agree(body, answer, overrides)
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
    pairs = [argument for argument in body["vllm_args"] if argument not in _SWITCHES]
    arguments = dict(zip(pairs[::2], pairs[1::2], strict=True))

    assert arguments["--tensor-parallel-size"] == str(body["tensor_parallel_degree"])
    assert arguments["--max-model-len"] == str(body["max_model_len"])
    at_load = body["quantization"] is not None and "needs_prepared_checkpoint" not in body["warning_codes"]
    assert ("--quantization" in arguments) == at_load


def _assert_sentences_agree(body: dict[str, Any], answer: Feasible, overrides: Overrides) -> None:
    """Every number in a sentence is one of the answer, or of what it was asked about."""
    sentences = [text for text in body["explanation"].values() if isinstance(text, str)]
    place = answer.instance
    is_known = place.name in _INSTANCE_NAMES and place.accelerator_name in _INSTANCE_NAMES
    names = _NAMES if is_known else names_pattern({*_INSTANCE_NAMES, place.name, place.accelerator_name})
    memory, numbers = _gib_figures(body, answer), _counts(body, answer, overrides)
    for sentence in [*sentences, *body["warnings"], *body["notes"]]:
        assert_reads_well(sentence)
        for gib in gib_figures(sentence):
            tolerance = _SUM_GIB if "would need" in sentence else _DECIMAL_GIB
            assert any(abs(gib - known) <= tolerance for known in memory), (gib, sentence)
        for number in counts(_MODEL_ID.sub("", sentence), names):
            assert number in numbers, (number, sentence)


@lru_cache(1 << 16)
def assert_reads_well(sentence: str) -> None:
    """Grammar, separators and capitals that a template gets wrong."""
    sentence = _MODEL_ID.sub("X", sentence)
    for nonsense in _NONSENSE:
        found = nonsense.search(sentence)
        assert found is None, (found, sentence)


def assert_sums_exceed(sentence: str) -> int:
    """What is said to be needed is more than what is said to be there; the number of such sums."""
    sums = _SUM.findall(re.sub(r" \([^)]*\)", "", sentence))
    for needed in sums:
        *terms, limit = gib_figures(needed)
        assert len(terms) == 3, sentence
        assert sum(terms) > limit + _ROUNDING_GIB, sentence
    return len(sums)


def _gib_figures(body: dict[str, Any], answer: Feasible) -> list[float]:
    """Every amount of memory that a sentence of this answer may quote."""
    place, memory = answer.instance, body["memory"]
    own = memory["non_torch_gib"] + memory["activations_gib"] + memory["cuda_graphs_gib"]
    sizes = [
        answer.plan.weight_bytes,
        _stored_bytes(answer),
        _profile_bytes(answer),
        *(size for lack in _shortfalls(answer) for size in _terms(lack)),
    ]
    return [
        *(value for name, value in memory.items() if name.endswith("_gib")),
        *(own, memory["weights_gib"] + own),
        *(size / GIB for size in sizes),
        *(place.memory_gib, place.accelerator_memory_gib),
        *(each.accelerator_memory_gib for each in _INSTANCES),
        0.1,
    ]


def _terms(lack: Shortfall) -> tuple[int, ...]:
    return lack.weight_bytes, lack.even_share_bytes, lack.overhead_bytes, lack.cache_bytes


def _shortfalls(answer: Feasible) -> Iterator[Shortfall]:
    """The sums of the plan, and of native precision at every degree."""
    plan, model, gpu = answer.plan, answer.model, gpu_of(answer.instance)
    args = plan.budget.engine_args
    context = min(512, model.max_position_embeddings)
    native = model.weights.size_bytes(plan.cast_to or model.native_dtype)
    for degree in {*plan.valid_tensor_parallel, nearest_degree(model, plan.tensor_parallel, args.behavior)}:
        yield shortfall(plan.weight_bytes, degree, plan.budget, plan.max_model_len)
        memory = budget_for_largest_context(model, gpu, degree, None, _unlowered(args))
        yield shortfall(native, degree, memory, context)


def _unlowered(args: EngineArgs) -> EngineArgs:
    """With the default number of sequences, which a plan at another degree may lower to another one."""
    return replace(args, max_num_seqs=args.default_max_num_seqs or args.max_num_seqs)


def _counts(body: dict[str, Any], answer: Feasible, overrides: Overrides) -> set[float]:
    """Every other number."""
    plan, model, place = answer.plan, answer.model, answer.instance
    args = plan.budget.engine_args
    behavior, gpu = args.behavior, gpu_of(place)
    recommended = recommended_values(model, place, answer.decision.base or plan, plan, overrides)
    context, encoder = model.context, model.encoder
    items = () if encoder is None else (encoder.largest.at(plan.max_model_len).tokens,)
    share = args.gpu_memory_utilization * 100
    return {
        *_numbers(body),
        *_numbers([str(value) for value in asdict(overrides).values()]),
        *(recommended.tensor_parallel, recommended.max_model_len, recommended.concurrency),
        *(context.tokens, context.default_tokens, *items),
        *(512, 256, 64, 16, round(share)),
        *(plan.workload.total_tokens, plan.max_concurrent_requests),
        plan.budget.max_concurrent_requests(plan.max_model_len),
        plan.concurrency - plan.max_concurrent_requests,
        plan.budget.layout.blocks(plan.budget.kv_cache_bytes),
        plan.budget.state_blocks,
        plan.concurrency - plan.budget.engine_args.max_num_seqs,
        *(args.max_num_seqs, args.default_max_num_seqs or 0, args.max_num_batched_tokens),
        *_shape_numbers(model),
        *_degree_numbers(answer),
        *_obstacle_numbers(model, {plan.tensor_parallel, place.accelerator_count}, behavior),
        *gpu.compute_capability,
    }


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _numbers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield value
    elif isinstance(value, str) and value.isdecimal():
        yield float(value)


def _shape_numbers(model: Model) -> set[float]:
    shape = model.shape
    sizes = {shape.attention_heads, shape.intermediate_size, shape.expert_intermediate_size}
    return {*sizes, model.kv_heads or 0, shape.vocabulary}


def _obstacle_numbers(model: Model, degrees: set[int], behavior: VersionBehavior) -> Iterator[float]:
    for degree in degrees:
        obstacle = degree_obstacle(model, degree, behavior)
        yield degree
        yield nearest_degree(model, degree, behavior)
        if obstacle is not None:
            yield from (value for value in asdict(obstacle).values() if isinstance(value, int))


def _degree_numbers(answer: Feasible) -> Iterator[float]:
    """Degrees, replicas, and what their caches hold."""
    plan, model, gpu = answer.plan, answer.model, gpu_of(answer.instance)
    count, args = answer.instance.accelerator_count, plan.budget.engine_args
    yield count
    for degree in {*plan.valid_tensor_parallel, plan.tensor_parallel}:
        yield from (degree, degree // (model.kv_heads or 1))
        near = nearest_degree(model, degree, args.behavior)
        length = plan.max_model_len if depends_on_context(model, plan.budget.engine_args) else None
        of_context = replace(_unlowered(args), max_model_len=length)
        memory = budget_for_largest_context(model, gpu, near, plan.quantization, of_context)
        for replicas in {count // degree, plan.tensor_parallel // degree, 1}:
            yield from (replicas, replicas * degree)
            yield replicas * memory.logged_tokens(plan.max_model_len)
            yield replicas * memory.max_concurrent_requests(plan.workload.total_tokens)


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
    yield from _expected_of_engine_arguments(answer, overrides)
    if plan.workload.input_tokens + plan.workload.output_tokens > plan.max_model_len:
        yield "workload_above_context"
    held, sequences = plan.max_concurrent_requests, memory.engine_args.max_num_seqs
    if 0 < held < plan.concurrency and held <= sequences:
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
    elif not model.runs_in_marlin and answer.plan.cast_to is Dtype.FLOAT16:
        yield "runs_in_fp16"
    if model.is_estimated:
        yield "architecture_estimated"
    if 0.8 * place.memory_gib * GIB <= _stored_bytes(answer):
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


def _expected_of_engine_arguments(answer: Feasible, overrides: Overrides) -> Iterator[str]:
    plan, gpu = answer.plan, gpu_of(answer.instance)
    memory, args = plan.budget, plan.budget.engine_args
    if memory.visible_bytes - memory.usable_bytes < GIB / 2:
        yield "little_unused_memory"
    if args.max_num_batched_tokens < args.max_num_seqs:
        yield "batched_tokens_below_sequences"
    if args.max_num_batched_tokens < _UNDIVIDED_TOKENS.get(answer.model.class_name, 0):
        yield "batched_tokens_below_image"
    longest = memory.engine_args.longest_prompt
    if longest is not None and plan.max_model_len > longest:
        yield "batched_tokens_below_context"
    if (overrides.engine.max_num_batched_tokens or plan.workload.input_tokens) < plan.workload.input_tokens:
        yield "prompts_in_several_batches"
    if args.max_num_seqs < min(plan.concurrency, plan.max_concurrent_requests):
        yield "sequences_below_concurrency"
    if fp8_cache_incompatibility(answer.model, gpu, args.kv_cache_dtype, args.behavior) is not None:
        yield "no_fp8_cache"
    if args.enforce_eager and _holds_minimum_with_graphs(answer):
        yield "eager_mode"


def _holds_minimum_with_graphs(answer: Feasible) -> bool:
    plan, gpu = answer.plan, gpu_of(answer.instance)
    degree = nearest_degree(answer.model, plan.tensor_parallel, plan.budget.engine_args.behavior)
    captured = replace(plan.budget.engine_args, enforce_eager=False)
    memory = memory_budget(answer.model, gpu, degree, plan.quantization, engine_args=captured)
    return memory.starts_with(min(512, answer.model.max_position_embeddings))


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
    if refuses_float16(answer.model.architecture, answer.plan.budget.engine_args.behavior.version):
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
