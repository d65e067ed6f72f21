"""The GPUs that the oracle can pretend to have."""

from dataclasses import dataclass

_GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeGpu:
    """What vLLM and PyTorch ask a GPU for."""

    name: str
    compute_capability: tuple[int, int]
    memory_bytes: int
    multiprocessors: int
    shared_memory_bytes: int
    """The most shared memory that one block of threads can opt in to."""


# Memory as vLLM logs it; multiprocessors and shared memory: the CUDA C++ programming guide.
GPUS = {
    "h100": FakeGpu(
        name="NVIDIA H100 80GB HBM3",
        compute_capability=(9, 0),
        memory_bytes=int(79.1 * _GIB),
        multiprocessors=132,
        shared_memory_bytes=232_448,
    ),
    "a100": FakeGpu(
        name="NVIDIA A100-SXM4-80GB",
        compute_capability=(8, 0),
        memory_bytes=int(79.15 * _GIB),
        multiprocessors=108,
        shared_memory_bytes=166_912,
    ),
    "l4": FakeGpu(
        name="NVIDIA L4",
        compute_capability=(8, 9),
        memory_bytes=int(22.04 * _GIB),
        multiprocessors=58,
        shared_memory_bytes=101_376,
    ),
    "a10g": FakeGpu(
        name="NVIDIA A10G",
        compute_capability=(8, 6),
        memory_bytes=int(21.99 * _GIB),
        multiprocessors=80,
        shared_memory_bytes=101_376,
    ),
}
