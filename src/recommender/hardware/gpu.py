"""The GPUs of EC2: visible memory, compute capability and links, each with its source."""

from dataclasses import dataclass

from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB

# Where INT8, BF16 and FP8 arithmetic begin: vLLM's CUTLASS kernels, `csrc/quantization/w8a8`;
# `vllm/platforms/cuda.py`, `supported_dtypes`; Ada and Hopper.
INT8_CAPABILITY = (7, 5)
BF16_CAPABILITY = (8, 0)
FP8_CAPABILITY = (8, 9)
HOPPER_CAPABILITY = (9, 0)
BLACKWELL_CAPABILITY = (10, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """The facts of one GPU that decide how vLLM runs on it."""

    name: str
    visible_bytes: int
    """Total memory as CUDA reports it, less than the nominal size; vLLM takes its share of this."""
    compute_capability: tuple[int, int]
    nvlink: bool
    """Whether the GPUs of one instance are joined by NVLink rather than PCIe."""
    source: str = ""
    """Source of the visible memory."""
    memory_gb_per_second: int | None = None
    """Peak bandwidth of the memory, in 10^9 bytes; `None` where no data sheet states it."""
    is_known: bool = True
    """False for a GPU that is not in the table."""

    @property
    def computes_fp8(self) -> bool:
        """Whether it has tensor cores for FP8."""
        return self.compute_capability >= FP8_CAPABILITY

    @property
    def computes_int8(self) -> bool:
        """Whether vLLM has INT8 kernels for it, not on Volta or Blackwell (vllm-project/vllm#21097)."""
        return INT8_CAPABILITY <= self.compute_capability < BLACKWELL_CAPABILITY

    @property
    def computes_bf16(self) -> bool:
        """Whether it has BF16 arithmetic."""
        return self.compute_capability >= BF16_CAPABILITY


def _row(  # noqa: PLR0913 - the columns
    name: str,
    visible_gib: float,
    capability: tuple[int, int],
    gb_per_second: int | None,
    *,
    nvlink: bool,
    source: str,
) -> Gpu:
    return Gpu(
        name=name,
        visible_bytes=int(visible_gib * GIB),
        compute_capability=capability,
        nvlink=nvlink,
        source=source,
        memory_gb_per_second=gb_per_second,
    )


# Visible memory is the lowest `total_memory` that vLLM logs on that GPU; a "run" is one of
# `benchmarks/accuracy/vllm_runs.jsonl`. Compute capability: https://developer.nvidia.com/cuda-gpus. NVLink:
# EC2's pages of the instance families. Names are EC2's, with the nominal size where two GPUs share a name.
# Bandwidth: NVIDIA's data sheets and product pages of V100, T4 (the product brief), A10 (for A10G), L40S,
# A100, H100 and H200 (SXM) and DGX B200 (64 TB/s for eight), https://www.nvidia.com/en-us/data-center/. For
# RTX PRO Server 6000 it is that of the workstation edition, which is at least as high. L4: 192 bits at
# 12.5 Gbit/s, as https://fpsbench.com/compare/gpu/nvidia-l4-vs-nvidia-tesla-m40 lists it. B300: that of B200,
# which has HBM3e as well; the device itself reports 7.67 TB/s (pytorch/ao#4002).
_GPUS = {
    gpu.name: gpu
    for gpu in (
        _row("V100-16", 15.77, (7, 0), 900, nvlink=True, source="run llama31-8b-2xv100-16-063-11251"),
        _row("V100-32", 31.74, (7, 0), 900, nvlink=True, source="run r1distill-qwen7b-v100-32"),
        _row("T4", 14.56, (7, 5), 320, nvlink=False, source="run qwen25-15b-t4-050"),
        _row("T4g", 14.56, (7, 5), 320, nvlink=False, source="no log: that of T4, the same chip"),
        _row(
            "A10G",
            21.99,
            (8, 6),
            600,
            nvlink=False,
            source="public logs, up to 22.19",
        ),
        _row("L4", 22.04, (8, 9), 300, nvlink=False, source="run llama3-8b-4xl4-g6-djl-v022"),
        _row(
            "L40S",
            44.31,
            (8, 9),
            864,
            nvlink=False,
            source="public logs, up to 44.53",
        ),
        _row("A100-40", 39.38, (8, 0), 1555, nvlink=True, source="run qwen25vl-72b-4xa100-40-v0-16570"),
        _row("A100-80", 79.15, (8, 0), 2039, nvlink=True, source="run llama32-11b-vision-4xa100-8903"),
        _row(
            "H100",
            79.1,
            (9, 0),
            3350,
            nvlink=True,
            source="public logs, up to 79.32",
        ),
        _row("H200", 139.8, (9, 0), 4800, nvlink=True, source="run glm53-flash-8xh200-p5en"),
        _row("B200", 178.35, (10, 0), 8000, nvlink=True, source="run qwen25-7b-2xb200-fp8kv"),
        _row("B300", 267.7, (10, 3), 8000, nvlink=True, source="public logs"),
        _row(
            "RTX PRO 4500",
            31.0,
            (12, 0),
            None,
            nvlink=False,
            source="no log: 0.97 of EC2's figure",
        ),
        _row(
            "RTX PRO Server 6000",
            94.97,
            (12, 0),
            1792,
            nvlink=False,
            source="run glm53-flash-nvfp4-3xrtxpro6000",
        ),
    )
}

GPU_NAMES = tuple(_GPUS)

# The smallest ratio of visible memory to EC2's figure in the table above is the T4's 0.91.
_UNKNOWN_VISIBLE_SHARE = 0.90


def gpu_named(name: str) -> Gpu:
    """The GPU of `GPU_NAMES` with that name."""
    return _GPUS[name]


def gpu_of(instance: Instance) -> Gpu:
    """The GPU of `instance`; conservative values for one that is not in the table.

    An unknown GPU is assumed to have 90 % of EC2's figure visible, no FP8 units and no NVLink.
    """
    device_gib = instance.device_mib / 1024
    name = instance.accelerator_name
    known = _GPUS.get(f"{name}-{device_gib:g}") or _GPUS.get(name)
    if known is not None and known.visible_bytes <= device_gib * GIB:
        return known
    return Gpu(
        name=name,
        visible_bytes=int(device_gib * _UNKNOWN_VISIBLE_SHARE * GIB),
        compute_capability=BF16_CAPABILITY,
        nvlink=False,
        is_known=False,
    )
