"""Memory in addition to weights and KV cache."""

from dataclasses import replace

import pytest
from support.instances import instance
from support.metadata import real, real_model

from local.embedded.snapshot import load_snapshot
from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.overhead import runtime_overhead
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version

_COVERED: tuple[Version, ...] = tuple((0, minor) for minor in range(17, 34))


@pytest.mark.parametrize(
    ("model_id", "instance_type", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 1, 0.25 + 1.89 + 0.91),
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 4, 2.13 + 1.89 + 0.67),
        ("google/gemma-2-9b-it", "p5.48xlarge", 1, 0.25 + 3.65 + 1.09),
        ("google/gemma-3-12b-it", "p5.48xlarge", 1, 0.25 + 3.94 + 0.94),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "p5.48xlarge", 2, 2.07 + 1.21 + 0.93),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", 1, 0.26 + 1.93 + 1.57),
        ("moonshotai/Kimi-Dev-72B", "p5.48xlarge", 4, 2.21 + 2.29 + 1.54),
        ("Qwen/Qwen3-8B", "g6.xlarge", 1, 0.1 + 1.61),
    ],
)
def test_overhead_is_no_less_than_a_server_logged(
    model_id: str, instance_type: str, tensor_parallel: int, logged_gib: float
) -> None:
    """Non-torch memory, activation peak and CUDA graphs of public logs of vLLM 0.19 and 0.30."""
    gpu = gpu_of(instance(instance_type))
    overhead = runtime_overhead(
        real_model(model_id), gpu, tensor_parallel, default_engine_args(gpu), Dtype.BFLOAT16
    )

    assert logged_gib <= overhead.total_bytes / GIB + 0.2


@pytest.mark.parametrize(
    "instance_type", ["g5.xlarge", "g6.12xlarge", "p4d.24xlarge", "p5.48xlarge", "p6-b200.48xlarge"]
)
@pytest.mark.parametrize("tensor_parallel", [1, 4])
def test_without_a_version_the_overhead_is_the_largest_of_one_version(
    instance_type: str, tensor_parallel: int
) -> None:
    """Not the sum of the largest parts of different versions, which no server has."""
    gpu = gpu_of(instance(instance_type))
    engine_args = default_engine_args(gpu)
    for model_id in sorted(load_snapshot().repos)[::9]:
        try:
            model = parse_model(real(model_id))
        except UnsupportedModel:
            continue
        by_version = [
            runtime_overhead(
                model,
                gpu,
                tensor_parallel,
                replace(engine_args, behavior=behavior_of(version)),
                Dtype.BFLOAT16,
            ).total_bytes
            for version in _COVERED
        ]
        overhead = runtime_overhead(model, gpu, tensor_parallel, engine_args, Dtype.BFLOAT16)

        assert overhead.total_bytes == max(by_version), model_id
