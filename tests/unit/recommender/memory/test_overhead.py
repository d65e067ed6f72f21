"""Memory in addition to weights and KV cache."""

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget


@pytest.mark.parametrize(
    ("model_id", "instance_type", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 1, 0.25 + 1.89),
        ("meta-llama/Llama-3.1-8B-Instruct", "p5.48xlarge", 4, 2.13 + 1.89),
        ("google/gemma-2-9b-it", "p5.48xlarge", 1, 0.25 + 3.65),
        ("google/gemma-3-12b-it", "p5.48xlarge", 1, 0.25 + 3.94),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "p5.48xlarge", 2, 2.07 + 1.21),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", 1, 0.26 + 1.93),
        ("moonshotai/Kimi-Dev-72B", "p5.48xlarge", 4, 2.21 + 2.29),
        ("Qwen/Qwen3-8B", "g6.xlarge", 1, 0.1 + 1.61),
    ],
)
def test_overhead_is_no_less_than_a_server_logged(
    model_id: str, instance_type: str, tensor_parallel: int, logged_gib: float
) -> None:
    """Non-torch memory and activation peak of public logs of vLLM 0.19 and 0.30."""
    gpu = gpu_of(instance(instance_type))
    overhead = budget(real_model(model_id), gpu, tensor_parallel).overhead

    assert logged_gib <= overhead.total_bytes / GIB
