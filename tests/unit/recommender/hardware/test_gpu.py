"""The table of GPUs."""

import dataclasses

import pytest
from support.instances import ALL, instance

from benchmarks.accuracy.runs import read_runs
from recommender.hardware.gpu import GPU_NAMES, HOPPER_CAPABILITY, gpu_named, gpu_of
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB


def test_every_gpu_of_the_table_is_known() -> None:
    assert all(gpu_of(each).is_known for each in ALL if not each.is_neuron)


def test_every_gpu_says_where_its_memory_is_from() -> None:
    """A run that is named is one of the logged ones, and saw no less."""
    logged = {run.id: run.total_gpu_memory_gib for run in read_runs()}
    gpus = [gpu_of(each) for each in ALL if not each.is_neuron]
    named = [(gpu, gpu.source.partition("run ")[2].split()[0]) for gpu in gpus if "run " in gpu.source]

    assert all(gpu.source for gpu in gpus)
    assert named
    assert all(gpu.visible_bytes / GIB <= (logged[run] or 0) + 0.001 for gpu, run in named)


_NAMES_IN_LOGS = {
    "V100-16": "V100-16GB",
    "V100-32": "V100-32GB",
    "A100-40": "A100-40GB",
    "A100-80": "A100-80GB",
    "H100": "H100-80GB",
    "RTX PRO Server 6000": "RTX PRO 6000",
}


@pytest.mark.parametrize("name", sorted(set(GPU_NAMES) - {"T4g", "B300", "RTX PRO 4500"}))
def test_the_visible_memory_is_the_lowest_that_is_logged(name: str) -> None:
    """A few public logs that are no runs show up to 0.1 GiB less."""
    logged = [
        run.total_gpu_memory_gib
        for run in read_runs()
        if run.gpu == _NAMES_IN_LOGS.get(name, name) and run.total_gpu_memory_gib is not None
    ]

    assert -0.02 < min(logged) - gpu_named(name).visible_bytes / GIB < 0.1


@pytest.mark.parametrize(
    ("name", "nominal_gb", "capability", "links", "gb_per_second"),
    [
        ("V100-16", 16, (7, 0), "NVLink", 900),
        ("V100-32", 32, (7, 0), "NVLink", 900),
        ("T4", 16, (7, 5), "PCIe", 320),
        ("T4g", 16, (7, 5), "PCIe", 320),
        ("A10G", 24, (8, 6), "PCIe", 600),
        ("L4", 24, (8, 9), "PCIe", 300),
        ("L40S", 48, (8, 9), "PCIe", 864),
        ("A100-40", 40, (8, 0), "NVLink", 1555),
        ("A100-80", 80, (8, 0), "NVLink", 2039),
        ("H100", 80, (9, 0), "NVLink", 3350),
        ("H200", 141, (9, 0), "NVLink", 4800),
        ("B200", 180, (10, 0), "NVLink", 64_000 // 8),
        ("B300", 288, (10, 3), "NVLink", 8000),
        ("RTX PRO 4500", 32, (12, 0), "PCIe", None),
        ("RTX PRO Server 6000", 96, (12, 0), "PCIe", 1792),
    ],
)
def test_a_gpu_is_the_one_of_its_data_sheet(
    name: str, nominal_gb: int, capability: tuple[int, int], links: str, gb_per_second: int | None
) -> None:
    """NVIDIA's data sheets and https://developer.nvidia.com/cuda-gpus; links as EC2 states them."""
    gpu = gpu_named(name)

    assert 0.9 * nominal_gb < gpu.visible_bytes / GIB < nominal_gb
    assert (gpu.compute_capability, gpu.memory_gb_per_second) == (capability, gb_per_second)
    assert gpu.nvlink == (links == "NVLink")


@pytest.mark.parametrize(
    ("capability", "expected"),
    [
        ((7, 0), []),
        ((7, 5), ["INT8"]),
        ((8, 0), ["INT8", "BF16"]),
        ((8, 6), ["INT8", "BF16"]),
        ((8, 9), ["INT8", "BF16", "FP8"]),
        ((9, 0), ["INT8", "BF16", "FP8"]),
        ((10, 0), ["BF16", "FP8"]),
    ],
    ids=str,
)
def test_arithmetic_begins_with_an_architecture(capability: tuple[int, int], expected: list[str]) -> None:
    """INT8 with Turing and not on Blackwell, BF16 with Ampere, FP8 with Ada."""
    gpu = dataclasses.replace(gpu_named("T4"), compute_capability=capability)
    computes = {"INT8": gpu.computes_int8, "BF16": gpu.computes_bf16, "FP8": gpu.computes_fp8}

    assert [name for name, does in computes.items() if does] == expected


def test_h100_and_h200_are_hopper_gpus() -> None:
    hopper = {name for name in GPU_NAMES if gpu_named(name).compute_capability == HOPPER_CAPABILITY}

    assert hopper == {"H100", "H200"}


def test_memory_that_is_visible_to_the_last_byte_is_trusted() -> None:
    assert gpu_of(_with_gpu("H100", memory_gib=gpu_named("H100").visible_bytes / GIB)).is_known


def test_an_unknown_gpu_is_assumed_to_show_90_percent_of_the_figure_of_ec2() -> None:
    gpu = gpu_of(dataclasses.replace(instance("g5.xlarge"), accelerator_name="A99"))

    assert not gpu.is_known
    assert gpu.visible_bytes == int(0.9 * 22_888 * 1024**2)


def test_the_two_a100_are_distinguished_by_their_memory() -> None:
    assert (
        gpu_of(instance("p4d.24xlarge")).visible_bytes
        < 40 * GIB
        < gpu_of(instance("p4de.24xlarge")).visible_bytes
    )


def test_an_unknown_gpu_is_assumed_to_lack_fp8_and_nvlink() -> None:
    gpu = gpu_of(_with_gpu("X1", memory_gib=100))

    assert (gpu.is_known, gpu.visible_bytes, gpu.computes_fp8, gpu.nvlink) == (False, 90 * GIB, False, False)


def test_a_known_gpu_with_less_memory_than_it_can_have_is_not_trusted() -> None:
    assert not gpu_of(_with_gpu("H100", memory_gib=40)).is_known


def _with_gpu(name: str, *, memory_gib: float) -> Instance:
    return Instance(
        name="x1.large",
        family="x1",
        accelerator_type="gpu",
        accelerator_name=name,
        accelerator_count=1,
        accelerator_memory_gib=memory_gib,
        vcpus=8,
        memory_gib=64,
    )
