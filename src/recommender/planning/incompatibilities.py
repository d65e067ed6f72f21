"""Reasons why vLLM does not run a model; `compatibility.py` decides which of them hold.

A reason that depends on the version has the `versions` for which it does not hold.
"""

from dataclasses import dataclass
from typing import Literal

from recommender.planning.tensor_parallelism import Obstacle
from recommender.vllm.supported_versions import Capability, VersionRanges

Setting = Literal["dual_chunk_attention_config", "mixed_windows", "windows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNotInVersion:
    """The registry has the model's class in other versions only, or in none."""

    class_name: str
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRefused:
    """The model's class runs with a setting of its config.json in other versions only, or in none."""

    class_name: str
    setting: Setting
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWheels:
    """The released wheels run on the GPU in other versions only."""

    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNotInVersion:
    """vLLM has the checkpoint's quantization method in other versions only."""

    method: str
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeNotInVersion:
    """vLLM reads a format of the checkpoint's layers in other versions only."""

    scheme: str
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertsNotInVersion:
    """vLLM runs experts that are quantized like the checkpoint's in other versions only."""

    method: str
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodDeprecated:
    """vLLM takes the checkpoint's quantization method only with `--allow-deprecated-quantization`."""

    method: str
    versions: VersionRanges
    """Those that do not need the flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSparseAttention:
    """No attention backend runs the model's sparse attention on the GPU."""

    versions: VersionRanges
    has_fp8_cache: bool
    """Whether the checkpoint sets a KV cache in FP8, which fewer backends support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFP8Cache:
    """No attention backend of the model supports an FP8 cache on the GPU."""

    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBackendForStatedCache:
    """The checkpoint sets a KV cache in FP8, which other versions ignore or support on the GPU."""

    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityTooLow:
    """The quantization method needs a GPU of a higher compute capability."""

    method: str
    needed: Capability
    versions: VersionRanges


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKernels:
    """vLLM has no kernels of a kind for the GPU, in any version."""

    kind: Literal["INT8"]


@dataclass(frozen=True, slots=True, kw_only=True)
class No16BitDtype:
    """The GPU has no BF16 and the model no FP16 mode, and there are no quantized kernels for FP32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeNotAccepted:
    """vLLM does not divide the model by a tensor parallel degree."""

    degree: int
    obstacle: Obstacle
    largest_accepted: int | None
    """Below `degree`; `None` where vLLM does not accept the model even for one GPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotFit:
    """The memory of the GPUs is too small for weights, overhead and a KV cache."""


VersionLimit = (
    ClassNotInVersion
    | SettingRefused
    | NoWheels
    | MethodNotInVersion
    | SchemeNotInVersion
    | ExpertsNotInVersion
    | MethodDeprecated
    | NoSparseAttention
    | NoBackendForStatedCache
    | CapabilityTooLow
)
MissingKernels = NoKernels | No16BitDtype
Incompatibility = VersionLimit | MissingKernels | DegreeNotAccepted | DoesNotFit
