"""GPU memory outside PyTorch's allocator."""

import pytest
from support.metadata import real_model

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.memory.non_torch import non_torch_bytes
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("version", "links", "degree", "expected_gib"),
    [
        ((0, 7), "NVLink", 1, 0.1),
        ((0, 7), "NVLink", 2, 0.6),
        ((0, 7), "PCIe", 4, 0.35),
        ((0, 9, 0), "NVLink", 1, 0.45),
        ((0, 9, 0), "NVLink", 2, 0.95),
        ((0, 9, 0), "PCIe", 2, 0.75),
        ((0, 16), "NVLink", 1, 0.1),
        ((0, 17), "NVLink", 1, 0.13),
        ((0, 17), "NVLink", 2, 2.1),
        ((0, 17), "PCIe", 2, 0.35),
        ((0, 19), "NVLink", 1, 0.25),
        ((0, 19), "NVLink", 2, 2.1),
        ((0, 19), "PCIe", 4, 0.35),
        ((0, 22), "NVLink", 1, 0.25),
        ((0, 24), "NVLink", 8, 2.1),
        ((0, 22), "PCIe", 4, 0.1),
        ((0, 26), "NVLink", 1, 0.25),
        ((0, 25), "NVLink", 8, 0.75),
        ((0, 26), "NVLink", 8, 0.75),
        ((0, 26), "PCIe", 4, 0.1),
        ((0, 28), "NVLink", 1, 0.11),
        ((0, 28), "PCIe", 3, 0.11),
        ((0, 28), "PCIe", 4, 0.41),
        ((0, 28), "NVLink", 4, 0.61),
    ],
    ids=str,
)
def test_it_depends_on_the_links_and_the_version(
    version: Version, links: str, degree: int, expected_gib: float
) -> None:
    """Mixtral: the first runner, which keeps no buffers of the sampler."""
    gpu = Gpu(name="GPU", visible_bytes=79 * GIB, compute_capability=(8, 0), nvlink=links == "NVLink")
    model, behavior = real_model("mistralai/Mixtral-8x7B-Instruct-v0.1"), behavior_of(version)
    engine_args = default_engine_args(gpu, behavior)
    found = non_torch_bytes(model, gpu, degree, engine_args, behavior.model_runner(model))

    assert expected_gib == pytest.approx(found / GIB, abs=1e-6)


@pytest.mark.parametrize(
    ("version", "capability", "links", "degree", "expected_gib"),
    [
        ((0, 7), (8, 0), "NVLink", 8, 0.6 + 1.2),
        ((0, 7), (8, 0), "NVLink", 7, 0.6),
        ((0, 7), (8, 0), "PCIe", 8, 0.35),
        ((0, 7), (9, 0), "NVLink", 8, 0.6 + 1.2 + 5.4),
        ((0, 9, 0), (9, 0), "NVLink", 8, 0.95 + 1.2),
        ((0, 17), (9, 0), "NVLink", 8, 2.1),
    ],
    ids=str,
)
def test_eight_gpus_behind_a_switch_took_more_memory_up_to_0_16(
    version: Version, capability: tuple[int, int], links: str, degree: int, expected_gib: float
) -> None:
    """DeepSeek V2.5 on A100 and DeepSeek-R1 on H200, as logged up to 0.7."""
    gpu = Gpu(name="GPU", visible_bytes=79 * GIB, compute_capability=capability, nvlink=links == "NVLink")
    model, behavior = real_model("mistralai/Mixtral-8x7B-Instruct-v0.1"), behavior_of(version)
    engine_args = default_engine_args(gpu, behavior)
    found = non_torch_bytes(model, gpu, degree, engine_args, behavior.model_runner(model))

    assert expected_gib == pytest.approx(found / GIB, abs=1e-6)


def test_the_second_runner_keeps_buffers_of_its_sampler_since_0_27() -> None:
    """Qwen3 8B with 256 sequences: 4.25 bytes x 256 x 151,936 are 0.154 GiB."""
    gpu = Gpu(name="GPU", visible_bytes=22 * GIB, compute_capability=(8, 9), nvlink=False)
    model, behavior = real_model("Qwen/Qwen3-8B"), behavior_of((0, 27))
    engine_args = default_engine_args(gpu, behavior)
    found = non_torch_bytes(model, gpu, 1, engine_args, behavior.model_runner(model))

    assert found / GIB == pytest.approx(0.11 + 0.154, abs=1e-3)
