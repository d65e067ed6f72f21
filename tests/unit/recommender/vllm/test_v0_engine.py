"""Which models vLLM runs in its first engine."""

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.vllm.v0_engine import runs_in_v0, runs_in_v0_alone
from recommender.vllm.version import Version

_QWEN, _LLAMA_VISION = "Qwen/Qwen2.5-1.5B-Instruct", "meta-llama/Llama-3.2-11B-Vision-Instruct"
_NEMOTRON = "nvidia/NVIDIA-Nemotron-Nano-9B-v2"


@pytest.mark.parametrize(
    ("model_id", "instance_type", "version", "expected"),
    [
        (_QWEN, "g4dn.xlarge", (0, 8, 0), True),
        (_QWEN, "p3dn.24xlarge", (0, 10, 1, 1), True),
        (_QWEN, "g4dn.xlarge", (0, 10, 2), False),
        (_QWEN, "g4dn.xlarge", None, False),
        (_QWEN, "p4d.24xlarge", (0, 8, 0), False),
        (_NEMOTRON, "p5.48xlarge", (0, 10, 1, 1), True),
        (_NEMOTRON, "p5.48xlarge", (0, 10, 2), False),
        (_LLAMA_VISION, "p5.48xlarge", (0, 10, 2), True),
    ],
)
def test_old_gpus_and_states_run_in_v0_up_to_0_10_1(
    model_id: str, instance_type: str, version: Version | None, *, expected: bool
) -> None:
    """`_is_v1_supported_oracle`, `vllm/engine/arg_utils.py` of 0.8.5, 0.10.1.1 and 0.10.2."""
    assert runs_in_v0(real_model(model_id), gpu_of(instance(instance_type)), version) == expected


def test_llama_3_2_vision_runs_in_v0_alone() -> None:
    assert runs_in_v0_alone(real_model(_LLAMA_VISION))
    assert not runs_in_v0_alone(real_model(_NEMOTRON))
