"""An EC2 instance type as the table describes it."""

from dataclasses import dataclass
from typing import Literal

AcceleratorType = Literal["gpu", "neuron"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One row of the instance table. Memory figures are nominal GiB, the accelerators' over all devices."""

    name: str
    family: str
    accelerator_type: AcceleratorType
    accelerator_name: str
    accelerator_count: int
    accelerator_memory_gib: float
    vcpus: int
    memory_gib: float

    @property
    def is_neuron(self) -> bool:
        """Whether the accelerators are AWS Inferentia or Trainium."""
        return self.accelerator_type == "neuron"
