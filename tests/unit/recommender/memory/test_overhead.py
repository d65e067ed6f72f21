"""Memory in addition to weights and KV cache."""

import dataclasses

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.units import GIB
from recommender.memory.budget import budget
from recommender.memory.overhead import runtime_overhead
from recommender.model.dtype import Dtype
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version


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

    assert logged_gib <= overhead.total_bytes / GIB + 0.15


def test_logits_of_fp32_take_twice_as_much() -> None:
    """Llama 3.1 8B in FP32 on H100 under vLLM 0.19: a peak of 2.21 GiB is logged, 1.89 in BF16."""
    gpu, model = gpu_of(instance("p5.48xlarge")), real_model("meta-llama/Llama-3.1-8B-Instruct")
    engine_args = default_engine_args(gpu, behavior_of((0, 19)))
    peaks = [
        runtime_overhead(model, gpu, 1, engine_args, dtype).activation_bytes / GIB
        for dtype in (Dtype.BFLOAT16, Dtype.FLOAT32)
    ]

    assert [1.89, 2.21] == pytest.approx(peaks, abs=0.02)


@pytest.mark.parametrize(
    ("model_id", "visible_gib", "gpu_memory_utilization", "version", "tensor_parallel", "logged_gib"),
    [
        ("Qwen/Qwen3-8B", 22.04, 0.9, (0, 30), 1, 2.71),
        ("openai/gpt-oss-20b", 79.25, 0.65, (0, 19), 1, 36.56),
        ("meta-llama/Meta-Llama-3-8B", 22.04, 0.92, (0, 22), 4, 15.41),
        ("meta-llama/Meta-Llama-3-8B", 22.04, 0.92, (0, 23), 4, 16.19),
        ("meta-llama/Llama-3.1-8B-Instruct", 79.25, 0.92, (0, 31), 1, 56.21),
    ],
)
def test_a_first_start_compiles_on_a_copy_of_the_embedding(
    model_id: str,
    visible_gib: float,
    gpu_memory_utilization: float,
    version: Version,
    tensor_parallel: int,
    logged_gib: float,
) -> None:
    """With 256 sequences it is the peak: `Available KV cache memory` of servers on L4 and A100."""
    gpu = Gpu(name="GPU", visible_bytes=int(visible_gib * GIB), compute_capability=(8, 9), nvlink=False)
    engine_args = dataclasses.replace(
        default_engine_args(gpu, behavior_of(version)),
        gpu_memory_utilization=gpu_memory_utilization,
        max_num_batched_tokens=2048,
        max_num_seqs=256,
    )
    found = budget(real_model(model_id), gpu, tensor_parallel, engine_args=engine_args)

    assert logged_gib == pytest.approx(found.kv_cache_bytes / GIB, abs=0.15)
