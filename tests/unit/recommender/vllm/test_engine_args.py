"""The defaults of vLLM's engine arguments by GPU and version."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import llama

from recommender.hardware.gpu import gpu_of
from recommender.memory.budget import budget
from recommender.model import parse_model
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args, under_version
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
    [((0, 6), 20_000, 20_000), ((0, 6), 40_000, 2048), ((0, 19), 20_000, 8192)],
)
def test_the_v0_engine_took_a_whole_context_as_a_batch(version: Version, context: int, expected: int) -> None:
    found = default_engine_args(gpu_of(instance("p5.48xlarge")), behavior_of(version), context_tokens=context)

    assert found.max_num_batched_tokens == expected


def test_a_version_has_its_own_defaults_unless_the_caller_fixes_others() -> None:
    gpu, version = gpu_of(instance("p6-b200.48xlarge")), behavior_of((0, 33))
    default = default_engine_args(gpu)
    fixed = dataclasses.replace(default, max_num_seqs=64)

    assert under_version(default, gpu, version).max_num_batched_tokens == 16_384
    assert under_version(fixed, gpu, version).max_num_batched_tokens == 8192


def test_a_block_per_sequence_is_required_from_0_20_on() -> None:
    gpu = gpu_of(instance("g5.xlarge"))
    required = [default_engine_args(gpu, behavior_of((0, n))).required_state_blocks for n in (19, 20)]

    assert required == [0, 256]


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
