"""One instance type: parsed from EC2's record, rendered as a DynamoDB item."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

_MIB_PER_GIB = 1024
_BYTES_PER_MIB = 1024**2

# Cards sold by decimal capacity: EC2 states their memory in whole MiB, 22,888 for 24e9 bytes.
_DECIMAL_TOLERANCE = 1e-4

_OTHER_ACCELERATORS = {
    "FpgaInfo": "FPGAs",
    "InferenceAcceleratorInfo": "accelerators that are neither GPUs nor Neuron devices",
    "MediaAcceleratorInfo": "media accelerators",
}

Item = dict[str, Any]
"""A DynamoDB item in Python's types, as boto3's resource takes it."""


class UnusableRecord(ValueError):
    """A record that is not an instance type with whole GPUs or Neuron devices; the message states why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The facts of one instance type."""

    name: str
    accelerator_type: Literal["gpu", "neuron"]
    accelerator_name: str
    accelerator_count: int
    accelerator_device_mib: int
    """Memory of one device, as EC2 states it."""
    vcpus: int
    memory_mib: int
    architecture: str

    def item(self) -> Item:
        """The item without dates and prices."""
        gib = nominal_gib(self.accelerator_device_mib) * self.accelerator_count
        return {
            "name": self.name,
            "family": self.name.partition(".")[0],
            "accelerator_type": self.accelerator_type,
            "accelerator_name": self.accelerator_name,
            "accelerator_count": self.accelerator_count,
            "accelerator_memory_gib": gib,
            "accelerator_device_mib": self.accelerator_device_mib,
            "vcpus": self.vcpus,
            "memory_gib": Decimal(self.memory_mib) / _MIB_PER_GIB,
            "architecture": self.architecture,
            "listed": True,
        }


def parse_record(record: Mapping[str, Any]) -> Row | None:
    """The row for a record of `DescribeInstanceTypes`; `None` for a type without accelerators.

    Raises `UnusableRecord` for other accelerators, fractions of a GPU, several kinds of device, and
    fields that are missing or implausible.
    """
    try:
        return _parsed(record)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise UnusableRecord(f"{_name(record)}: {type(error).__name__} at {error}") from error


def nominal_gib(device_mib: int) -> int:
    """The memory that a device is sold with: 24 for 22,888 MiB, which are 24e9 bytes; 141 for 144,384 MiB."""
    decimal = device_mib * _BYTES_PER_MIB / 1e9
    if device_mib % _MIB_PER_GIB and abs(decimal / round(decimal) - 1) < _DECIMAL_TOLERANCE:
        return round(decimal)
    return device_mib // _MIB_PER_GIB


def _parsed(record: Mapping[str, Any]) -> Row | None:
    kind, devices = _devices(record)
    if kind is None:
        return None
    if len(devices) != 1:
        raise UnusableRecord(f"{_name(record)}: {len(devices)} kinds of device")
    (device,) = devices
    count = _positive(record, "device count", device["Count"])
    return Row(
        name=_name(record),
        accelerator_type=kind,
        accelerator_name=_text(record, "device name", device["Name"]),
        accelerator_count=count,
        accelerator_device_mib=_positive(record, "device memory", device["MemoryInfo"]["SizeInMiB"]),
        vcpus=_positive(record, "vCPUs", record["VCpuInfo"]["DefaultVCpus"]),
        memory_mib=_positive(record, "memory", record["MemoryInfo"]["SizeInMiB"]),
        architecture=_text(record, "architecture", record["ProcessorInfo"]["SupportedArchitectures"][0]),
    )


def _devices(record: Mapping[str, Any]) -> tuple[Literal["gpu", "neuron"] | None, list[Mapping[str, Any]]]:
    """NVIDIA's GPUs or AWS's Neuron devices; Inferentia also has an `InferenceAcceleratorInfo`."""
    if "GpuInfo" in record:
        gpus = record["GpuInfo"]["Gpus"]
        others = sorted({str(gpu.get("Manufacturer")) for gpu in gpus} - {"NVIDIA"})
        if others:
            raise UnusableRecord(f"{_name(record)}: accelerators by {', '.join(others)}")
        return "gpu", gpus
    if "NeuronInfo" in record:
        return "neuron", record["NeuronInfo"]["NeuronDevices"]
    other = next((key for key in _OTHER_ACCELERATORS if key in record), None)
    if other is not None:
        raise UnusableRecord(f"{_name(record)}: {_OTHER_ACCELERATORS[other]}")
    return None, []


def _name(record: Mapping[str, Any]) -> str:
    return _text(record, "name", record.get("InstanceType"))


def _text(record: Mapping[str, Any], what: str, value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise UnusableRecord(f"{str(record.get('InstanceType'))[:40]}: no {what}")


def _positive(record: Mapping[str, Any], what: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise UnusableRecord(f"{_name(record)}: {what} is {str(value)[:40]}")
