"""How many logged start-ups of real vLLM servers stand behind the memory figures of each GPU.

They are the clean runs since vLLM 0.17 of `benchmarks/accuracy/vllm_runs.jsonl`; a test compares the numbers.
"""

from collections.abc import Mapping

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance

MEASURED_RUNS: Mapping[str, int] = {
    "A10G": 1,
    "A100-40": 4,
    "A100-80": 4,
    "B200": 1,
    "H100": 62,
    "L4": 17,
    "L40S": 2,
    "RTX PRO Server 6000": 6,
}
"""By the GPU's name in the catalogue."""


def measured_runs(instance: Instance) -> int:
    """The number for the GPU of `instance`; 0 where no log is known."""
    return MEASURED_RUNS.get(gpu_of(instance).name, 0)
