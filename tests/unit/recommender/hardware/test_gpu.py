"""The table of GPUs."""

import dataclasses

from support.instances import ALL, instance

from benchmarks.accuracy.runs import read_runs
from recommender.hardware.gpu import gpu_of
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
