"""From EC2's record to the table's item."""

from typing import Any

import pytest

from importer.row import UnusableRecord, nominal_gib, parse_record


def record(**changes: Any) -> dict[str, Any]:
    """`g5.12xlarge` as EC2 describes it, with `changes` on top."""
    return {
        "InstanceType": "g5.12xlarge",
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "VCpuInfo": {"DefaultVCpus": 48},
        "MemoryInfo": {"SizeInMiB": 196_608},
        "GpuInfo": {"Gpus": [gpu()]},
        **changes,
    }


def gpu(**changes: Any) -> dict[str, Any]:
    return {
        "Name": "A10G",
        "Manufacturer": "NVIDIA",
        "Count": 4,
        "MemoryInfo": {"SizeInMiB": 22_888},
        **changes,
    }


def test_an_item_has_the_nominal_and_the_exact_memory() -> None:
    row = parse_record(record())
    assert row is not None

    assert row.item() == {
        "name": "g5.12xlarge",
        "family": "g5",
        "accelerator_type": "gpu",
        "accelerator_name": "A10G",
        "accelerator_count": 4,
        "accelerator_memory_gib": 96,
        "accelerator_device_mib": 22_888,
        "vcpus": 48,
        "memory_gib": 192,
        "architecture": "x86_64",
        "listed": True,
    }


@pytest.mark.parametrize(
    ("device_mib", "expected"),
    [
        (16_384, 16),
        (22_888, 24),
        (45_776, 48),
        (40_960, 40),
        (81_920, 80),
        (98_304, 96),
        (144_384, 141),
        (183_359, 179),
        (275_040, 268),
    ],
)
def test_the_nominal_memory_is_what_the_card_is_sold_with(device_mib: int, expected: int) -> None:
    assert expected == nominal_gib(device_mib)


def test_neuron_devices_are_not_gpus() -> None:
    devices = [{"Name": "Inferentia2", "Count": 6, "MemoryInfo": {"SizeInMiB": 32_768}}]
    neuron = {**record(InstanceType="inf2.24xlarge"), "NeuronInfo": {"NeuronDevices": devices}}
    del neuron["GpuInfo"]
    row = parse_record(neuron)
    assert row is not None

    assert (row.accelerator_type, row.accelerator_name, row.accelerator_count) == (
        "neuron",
        "Inferentia2",
        6,
    )


def test_a_type_without_accelerators_has_no_row() -> None:
    plain = record()
    del plain["GpuInfo"]

    assert parse_record(plain) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GpuInfo": {"Gpus": [gpu(Count=0)]}}, "device count is 0"),
        ({"GpuInfo": {"Gpus": [gpu(Count=True)]}}, "device count is True"),
        ({"GpuInfo": {"Gpus": [gpu(Count="4")]}}, "device count is 4"),
        ({"GpuInfo": {"Gpus": [gpu(Manufacturer="Habana")]}}, "accelerators by Habana"),
        ({"GpuInfo": {"Gpus": [gpu(), gpu(Name="T4")]}}, "2 kinds of device"),
        ({"GpuInfo": {"Gpus": []}}, "0 kinds of device"),
        ({"GpuInfo": {"Gpus": [gpu(MemoryInfo={})]}}, "SizeInMiB"),
        ({"GpuInfo": {"Gpus": [gpu(MemoryInfo={"SizeInMiB": -1})]}}, "device memory is -1"),
        ({"GpuInfo": {"Gpus": [gpu(Name="")]}}, "no device name"),
        ({"GpuInfo": None}, "TypeError"),
        ({"GpuInfo": {"Gpus": [7]}}, "AttributeError"),
        ({"InstanceType": None}, "no name"),
        ({"VCpuInfo": {}}, "DefaultVCpus"),
        ({"ProcessorInfo": {"SupportedArchitectures": []}}, "IndexError"),
        ({"MemoryInfo": {"SizeInMiB": 0}}, "memory is 0"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_malformed_record_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnusableRecord, match=reason):
        parse_record(record(**changes))


@pytest.mark.parametrize("key", ["FpgaInfo", "MediaAcceleratorInfo", "InferenceAcceleratorInfo"])
def test_other_accelerators_are_refused(key: str) -> None:
    other = {**record(), key: {}}
    del other["GpuInfo"]

    with pytest.raises(UnusableRecord):
        parse_record(other)
