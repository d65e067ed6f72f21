"""Makes PyTorch, Triton and vLLM believe that the process has eight CUDA GPUs.

`install` must run before anything of vLLM is imported. The README says why each patch is needed.
"""

import ctypes
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import torch
import triton

from tools.vllm_oracle.gpus import FakeGpu

GPUS_PER_HOST = 8

_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1",
}

# The functions of the driver library that extension modules of the wheels (0.12 to 0.33) name.
_DRIVER_FUNCTIONS = (
    "cuCtxGetCurrent",
    "cuCtxSetCurrent",
    "cuDeviceGet",
    "cuDeviceGetAttribute",
    "cuDeviceGetCount",
    "cuDevicePrimaryCtxRetain",
    "cuDriverGetVersion",
    "cuGetErrorString",
    "cuGetProcAddress_v2",
    "cuInit",
    "cuMemAddressFree",
    "cuMemAddressReserve",
    "cuMemCreate",
    "cuMemGetAllocationGranularity",
    "cuMemMap",
    "cuMemRelease",
    "cuMemSetAccess",
    "cuMemUnmap",
    "cuPointerGetAttribute",
    "cuTensorMapEncodeTiled",
)
_NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE


def install(gpu: FakeGpu) -> None:
    """Apply all patches for `gpu`."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    _load_driver_stub()
    _patch_torch(gpu)
    _patch_triton(gpu)
    _patch_platform(gpu)


def _load_driver_stub() -> None:
    """`libcuda.so.1` with functions that return an error, so that vLLM's extension modules can be loaded.

    Without them its custom operators, and their shape functions for the meta device, are not registered.
    """
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="vllm-oracle-"))
        library = folder / "libcuda.so.1"
        source = "".join(f"int {name}() {{ return {_NO_DEVICE}; }}\n" for name in _DRIVER_FUNCTIONS)
        subprocess.run(  # noqa: S603 - a constant command
            ["gcc", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-x", "c", "-", "-o", str(library)],  # noqa: S607
            input=source.encode(),
            check=True,
        )
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


class _NoStream:
    """A CUDA stream or event on which nothing is queued."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def _patch_torch(gpu: FakeGpu) -> None:
    class Properties:
        name = gpu.name
        major, minor = gpu.compute_capability
        total_memory = gpu.memory_bytes
        multi_processor_count = gpu.multiprocessors
        shared_memory_per_block_optin = gpu.shared_memory_bytes
        warp_size = 32

    cuda = torch.cuda
    cuda.get_device_properties = lambda *_, **__: Properties
    cuda.get_device_capability = lambda *_, **__: gpu.compute_capability
    cuda.get_device_name = lambda *_, **__: gpu.name
    cuda.current_device = lambda: 0
    cuda.device_count = lambda: GPUS_PER_HOST
    cuda.mem_get_info = lambda *_, **__: (gpu.memory_bytes, gpu.memory_bytes)
    cuda.Stream = cuda.Event = _NoStream
    cuda.current_stream = lambda *_, **__: _NoStream()


def _patch_triton(gpu: FakeGpu) -> None:
    """Some modules ask Triton for its target while they are imported; nothing is compiled or launched."""
    from triton.backends.compiler import GPUTarget

    major, minor = gpu.compute_capability

    class Utils:
        @staticmethod
        def get_device_properties(_device: int = 0) -> dict[str, int]:
            return {
                "max_shared_mem": gpu.shared_memory_bytes,
                "max_num_regs": 65_536,
                "multiprocessor_count": gpu.multiprocessors,
                "warpSize": 32,
                "sm_clock_rate": 0,
                "mem_clock_rate": 0,
                "mem_bus_width": 0,
            }

    class Driver:
        utils: ClassVar[type[Utils]] = Utils

        def get_current_target(self) -> Any:
            return GPUTarget("cuda", 10 * major + minor, 32)

        def get_current_device(self) -> int:
            return 0

        def get_active_torch_device(self) -> torch.device:
            return torch.device("cuda", 0)

        def get_device_interface(self) -> Any:
            return torch.cuda

        def get_current_stream(self, _device: int = 0) -> int:
            return 0

    triton.runtime.driver.set_active(Driver())


def _patch_platform(gpu: FakeGpu) -> None:
    """vLLM's own CUDA platform, which asks this class for facts and takes every decision itself."""
    from vllm import platforms
    from vllm.platforms import cuda
    from vllm.platforms.interface import DeviceCapability

    class FakeCudaPlatform(cuda.NonNvmlCudaPlatform):
        @classmethod
        def get_device_capability(cls, device_id: int = 0) -> Any:  # noqa: ARG003
            return DeviceCapability(*gpu.compute_capability)

        @classmethod
        def get_device_name(cls, device_id: int = 0) -> str:  # noqa: ARG003
            return gpu.name

        @classmethod
        def get_device_uuid(cls, device_id: int = 0) -> str:
            return f"GPU-{device_id}"

        @classmethod
        def get_device_total_memory(cls, device_id: int = 0) -> int:  # noqa: ARG003
            return gpu.memory_bytes

        @classmethod
        def is_fully_connected(cls, physical_device_ids: list[int]) -> bool:  # noqa: ARG003
            return True

        @classmethod
        def device_count(cls) -> int:
            return GPUS_PER_HOST

        @classmethod
        def num_compute_units(cls, device_id: int = 0) -> int:  # noqa: ARG003
            return gpu.multiprocessors

        @classmethod
        def get_current_memory_usage(cls, device: Any = None) -> float:  # noqa: ARG003
            return 0.0

    platforms._current_platform = FakeCudaPlatform()  # noqa: SLF001
