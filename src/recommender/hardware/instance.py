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
    accelerator_device_mib: int | None = None
    """Memory of one device, as EC2 gives it; `None` where only the nominal figure is known."""
    architecture: str = "x86_64"
    """Processor architecture."""
    usd_per_hour: float | None = None
    """On-demand price for Linux; `None` where it is not known."""
    price_region: str | None = None
    price_date: str | None = None
    """The day that the price is from, as ISO 8601."""
    is_listed: bool = True
    """Whether EC2 offered it at the last import."""

    @property
    def device_mib(self) -> float:
        """Memory of one device: EC2's figure, or else the nominal one."""
        return self.accelerator_device_mib or self.accelerator_memory_gib / self.accelerator_count * 1024

    @property
    def is_neuron(self) -> bool:
        """Whether the accelerators are AWS Inferentia or Trainium."""
        return self.accelerator_type == "neuron"
