"""The defaults of vLLM's engine arguments by GPU and version."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.model import Model, parse_model
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import (
    EngineOverrides,
    default_engine_args,
    engine_args_for,
    under_version,
)
from recommender.vllm.quantization import BITSANDBYTES_INT4
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("instance_type", "version", "expected"),
    [
        ("g4dn.xlarge", None, (2048, 256)),
        ("g5.xlarge", None, (2048, 256)),
        ("g6e.xlarge", None, (2048, 256)),
        ("p4de.24xlarge", None, (2048, 256)),
        ("p5.48xlarge", None, (8192, 1024)),
        ("g7e.2xlarge", None, (8192, 1024)),
        ("p6-b200.48xlarge", None, (8192, 1024)),
        ("p4de.24xlarge", (0, 8, 5), (8192, 1024)),
        ("p5.48xlarge", (0, 19), (8192, 1024)),
        ("g5.xlarge", (0, 8, 3), (2048, 1024)),
        ("g5.xlarge", (0, 8), (2048, 256)),
        ("p6-b200.48xlarge", (0, 27), (8192, 1024)),
        ("p6-b200.48xlarge", (0, 28), (16_384, 1024)),
    ],
)
def test_batch_defaults_depend_on_the_gpu(
    instance_type: str, version: Version | None, expected: tuple[int, int]
) -> None:
    """`get_batch_defaults` in `vllm/engine/arg_utils.py`; an A100 is not a large GPU from 0.9 on."""
    found = default_engine_args(gpu_of(instance(instance_type)), behavior_of(version))

    assert expected == (found.max_num_batched_tokens, found.max_num_seqs)


@pytest.mark.parametrize(
    ("version", "context", "expected"),
    [
        ((0, 6), 1000, (2048, 256)),
        ((0, 6), 20_000, (20_000, 256)),
        ((0, 6), 32_768, (32_768, 256)),
        ((0, 6), 32_769, (2048, 256)),
        ((0, 19), 20_000, (8192, 1024)),
    ],
)
def test_the_v0_engine_took_a_whole_context_as_a_batch(
    version: Version, context: int, expected: tuple[int, int]
) -> None:
    found = default_engine_args(gpu_of(instance("p5.48xlarge")), behavior_of(version), context_tokens=context)

    assert (found.max_num_batched_tokens, found.max_num_seqs) == expected


def test_a_version_has_its_own_defaults_unless_the_caller_fixes_others() -> None:
    gpu, version = gpu_of(instance("p6-b200.48xlarge")), behavior_of((0, 33))
    default = default_engine_args(gpu)
    fixed = dataclasses.replace(default, max_num_batched_tokens=4096)

    assert under_version(default, gpu, version).max_num_batched_tokens == 16_384
    assert under_version(fixed, gpu, version).max_num_batched_tokens == 4096


def test_a_version_has_its_own_default_of_sequences_unless_the_caller_fixes_another() -> None:
    """1024 on every GPU up to 0.8.3."""
    gpu, version = gpu_of(instance("g5.xlarge")), behavior_of((0, 8, 3))
    default = default_engine_args(gpu)
    fixed = dataclasses.replace(default, max_num_seqs=64)

    assert under_version(default, gpu, version).max_num_seqs == 1024
    assert under_version(fixed, gpu, version).max_num_seqs == 64


def test_a_block_per_sequence_is_required_from_0_20_on() -> None:
    gpu = gpu_of(instance("g5.xlarge"))
    required = [default_engine_args(gpu, behavior_of((0, n))).required_state_blocks for n in (19, 20)]

    assert required == [0, 256]


def test_fixed_engine_arguments_replace_the_defaults() -> None:
    model, gpu = parse_model(llama()), gpu_of(instance("p5.48xlarge"))
    overrides = EngineOverrides(
        max_num_seqs=64,
        max_num_batched_tokens=4096,
        gpu_memory_utilization=0.95,
        kv_cache_dtype="fp8",
        enforce_eager=True,
    )
    found = engine_args_for(model, gpu, overrides=overrides)

    assert (found.max_num_seqs, found.max_num_batched_tokens, found.gpu_memory_utilization) == (
        64,
        4096,
        0.95,
    )
    assert (found.kv_cache_value_bytes, found.enforce_eager, found.default_max_num_seqs) == (1, True, None)


def test_without_fixed_ones_they_are_the_defaults_of_which_sequences_may_be_lowered() -> None:
    model, gpu = parse_model(llama()), gpu_of(instance("p5.48xlarge"))
    found = engine_args_for(model, gpu)

    assert found == dataclasses.replace(default_engine_args(gpu), default_max_num_seqs=1024)
    assert not found.lowers_max_num_seqs
    assert dataclasses.replace(found, max_num_seqs=1023).lowers_max_num_seqs


def test_the_default_number_of_sequences_is_not_above_the_batched_tokens() -> None:
    model, gpu = parse_model(llama()), gpu_of(instance("p5.48xlarge"))

    assert (
        engine_args_for(model, gpu, overrides=EngineOverrides(max_num_batched_tokens=512)).max_num_seqs == 512
    )


def at_context(
    model: Model, instance_type: str, version: Version, tokens: int, fixed: int | None = None
) -> int:
    """The batched tokens for a context."""
    gpu, overrides = gpu_of(instance(instance_type)), EngineOverrides(max_num_batched_tokens=fixed)
    found = engine_args_for(model, gpu, behavior_of(version), overrides).at_context(tokens)

    assert found.max_model_len == tokens
    return found.max_num_batched_tokens


@pytest.mark.parametrize(
    ("instance_type", "version", "tokens", "expected"),
    [
        ("g4dn.xlarge", (0, 8, 0), 32_768, 32_768),
        ("g4dn.xlarge", (0, 10, 1, 1), 4096, 4096),
        ("g4dn.xlarge", (0, 10, 1, 1), 1024, 2048),
        ("g4dn.xlarge", (0, 10, 2), 32_768, 2048),
        ("p4d.24xlarge", (0, 10, 1, 1), 32_768, 2048),
    ],
)
def test_a_gpu_before_ampere_gets_whole_prompts_up_to_0_10_1(
    instance_type: str, version: Version, tokens: int, expected: int
) -> None:
    """`_is_v1_supported_oracle`, `vllm/engine/arg_utils.py`; 2048 is the least, and A100's default."""
    model = real_model("Qwen/Qwen2.5-1.5B-Instruct")

    assert at_context(model, instance_type, version, tokens) == expected


@pytest.mark.parametrize(("version", "expected"), [((0, 10, 1, 1), 32_768), ((0, 10, 2), 2048)])
def test_a_model_with_states_gets_whole_prompts_on_every_gpu(version: Version, expected: int) -> None:
    model = real_model("nvidia/NVIDIA-Nemotron-Nano-9B-v2")

    assert at_context(model, "g6e.xlarge", version, 32_768) == expected


def test_batched_tokens_that_the_caller_fixes_limit_the_context_of_whole_prompts() -> None:
    model, gpu = real_model("Qwen/Qwen2.5-1.5B-Instruct"), gpu_of(instance("g4dn.xlarge"))
    fixed = EngineOverrides(max_num_batched_tokens=4096)
    old, recent, free = (
        engine_args_for(model, gpu, behavior_of(version), overrides)
        for version, overrides in [((0, 9, 2), fixed), ((0, 19), fixed), ((0, 9, 2), EngineOverrides())]
    )

    assert (old.longest_prompt, recent.longest_prompt, free.longest_prompt) == (4096, None, None)
    assert at_context(model, "g4dn.xlarge", (0, 9, 2), 8192, fixed=4096) == 4096


def test_a_class_of_the_v0_engine_gets_whole_prompts_and_few_sequences() -> None:
    """Llama 3.2 Vision, whose profile has an image for each sequence."""
    model, gpu = real_model("meta-llama/Llama-3.2-11B-Vision-Instruct"), gpu_of(instance("p5.48xlarge"))
    default, fixed = (
        engine_args_for(model, gpu, behavior_of((0, 10, 2)), EngineOverrides(max_num_seqs=sequences))
        for sequences in (None, 2)
    )

    assert at_context(model, "p5.48xlarge", (0, 10, 2), 131_072) == 131_072
    assert (default.max_num_seqs, fixed.max_num_seqs) == (16, 2)
    assert default.default_max_num_seqs is None


@pytest.mark.parametrize(("visible_gib", "context"), [(69.9, 8192), (70, None)])
def test_the_whole_context_of_such_a_class_needs_a_gpu_of_70_gib(
    visible_gib: float, context: int | None
) -> None:
    model, gpu = real_model("meta-llama/Llama-3.2-11B-Vision-Instruct"), gpu_of(instance("p5.48xlarge"))
    other = dataclasses.replace(gpu, visible_bytes=int(visible_gib * GIB))
    found = engine_args_for(model, other, behavior_of((0, 10, 0)))

    assert found.max_model_len == context


def test_two_batches_are_in_flight_from_0_26_on() -> None:
    gpu = gpu_of(instance("g5.xlarge"))
    tokens = [default_engine_args(gpu, behavior_of((0, n))).in_flight_tokens for n in (25, 26)]

    assert tokens == [2048, 4096]


def test_bitsandbytes_unpacks_a_matrix_in_the_forward_pass() -> None:
    """The widest of a layer, 1024 x 4096 in 16 bit; with one sequence the sampler has no larger peak."""
    model, gpu, behavior = parse_model(llama()), gpu_of(instance("g5.xlarge")), behavior_of((0, 19))
    engine_args = dataclasses.replace(
        default_engine_args(gpu, behavior), max_num_batched_tokens=16_384, max_num_seqs=1, enforce_eager=True
    )
    native, unpacked = (
        budget(model, gpu, 1, each, engine_args=engine_args).overhead.activation_bytes
        for each in (None, BITSANDBYTES_INT4)
    )

    assert unpacked - native == 1024 * 4096 * 2


def test_an_encoder_that_no_request_needs_is_left_out_from_0_15_on() -> None:
    """`_mark_tower_model`, `vllm/model_executor/models/interfaces.py`."""
    model, gpu = real_model("google/gemma-3-12b-it"), gpu_of(instance("g6e.xlarge"))
    text = EngineOverrides(language_model_only=True)
    loaded = [
        engine_args_for(model, gpu, behavior_of(version), text).loaded(model).weights.float_values
        < model.weights.float_values
        for version in ((0, 14), (0, 15, 0), None)
    ]

    assert loaded == [False, True, True]
