"""Memory behavior of each version of vLLM, in one table.

The figures come from start-up logs of that version, the behavior from its source. `ANY_VERSION` has the least
favorable behavior of all versions since 0.17: a configuration that starts under it starts under each of them.
"""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.units import gib_bytes
from recommender.model import Model
from recommender.vllm.model_runner import (
    LEAST_FAVORABLE,
    V1_SORTING,
    V1_TRITON,
    V1_TRITON_WITH_GRAPHS,
    V2_0_22,
    V2_0_23,
    V2_0_24,
    V2_0_25,
    V2_0_26,
    V2_0_27,
    V2_0_28,
    V2_0_29,
    V2_0_33,
    ModelRunner,
    ModelRunnerV1,
    ModelRunnerV2,
)
from recommender.vllm.version import Version

_OLDEST: Version = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonTorch:
    """Bytes of one GPU outside PyTorch's allocator."""

    single: int
    """CUDA context of a single GPU."""
    nvlink: int
    """The same plus the buffers of NCCL and all-reduce, for GPUs connected by NVLink."""
    pcie: int
    """The same for GPUs connected by PCIe, where custom all-reduce is disabled."""
    pcie_of_many: int
    """The same for four GPUs and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionBehavior:
    """The memory behavior of one version."""

    model_runner_v1: ModelRunnerV1
    model_runner_v2: ModelRunnerV2 | None = None
    """The runner of some models instead, from 0.22 on."""
    non_torch: NonTorch
    least_non_torch: NonTorch = NonTorch(single=0, nvlink=0, pcie=0, pcie_of_many=0)
    """Minimum of `non_torch` and the sampler's buffers together."""
    switch_bytes: int = 0
    """Additional memory of each of eight GPUs behind an NVSwitch."""
    hopper_switch_bytes: int = 0
    """Additional memory on top of that for Hopper GPUs."""
    copies_embedding: Literal["never", "on one GPU", "always"] = "never"
    """Where the compiler runs kernels on a generated copy of the input embedding on a first start."""
    masks_images: bool = True
    """Whether Pixtral's encoder makes a mask of all patches by all patches."""
    encodes_frames_in_chunks: bool = False
    """Whether Gemma 4 encodes several frames of a video at once."""
    counts_segments: bool = False
    """Whether a segment of PyTorch's allocator counts whole if one tensor in it is alive."""
    profiles_whole_context: bool = False
    """Whether the forward pass is profiled over a whole context, as in the V0 engine."""
    all_gpus_take_large_batches: bool = False
    """Whether `--max-num-seqs` defaults to 1024 on every GPU."""
    a100_takes_large_batches: bool = False
    """Whether an A100 with 80 GB has the defaults of an H100."""
    concurrent_batches: int = 1
    """Batches that may be scheduled and not yet finished, `VllmConfig.max_in_flight_tokens`."""
    reserved_blocks: int = 0
    """Blocks that the check of the longest request excludes: `null_block`, `vllm/v1/core/block_pool.py`."""
    needs_block_per_sequence: bool = False
    """Whether a model with states needs `--max-num-seqs` blocks: `vllm/config/compilation.py`."""
    tokens_follow_concurrency: bool = False
    """Whether "GPU KV cache size" is logged as concurrency x context rather than blocks x block size."""
    largest_gpus_take_double_batches: bool = False
    """`get_batch_defaults`, `vllm/engine/arg_utils.py`: 16384 tokens on GPUs with 160 GiB or more."""
    states_per_request: int = 1
    """States of a layer that a request holds: one, or two where prefixes of recurrent models are cached."""
    keeps_every_state: bool = False
    """Whether state-space models keep one for each block of tokens, `mamba_cache_mode` "all"."""
    prefill_checkpoint_blocks: int = 0
    """Additional states of a prompt: `num_prefill_checkpoint_blocks`, `vllm/v1/kv_cache_interface.py`."""
    default_state_value_bytes: int = 4
    """Bytes of a value of Nemotron-H's states where config.json does not set `mamba_ssm_cache_dtype`."""
    latent_head_dim: int | None = None
    """Width of the key and value heads as which latents were cached; `None` since 0.7."""
    shares_indexers: bool = False
    """Whether layers of sparse attention that reuse another layer's selection of tokens cache no keys."""
    delta_net_step_tokens: int = 0
    """Multiple for the block size of models with gated delta nets: `_align_hybrid_block_size`."""
    default_utilization: float = 0.9
    """`--gpu-memory-utilization`, `vllm/config/cache.py`."""
    version: Version | None = None
    """The version that was chosen; `None` for all since 0.17."""

    def model_runner(self, model: Model) -> ModelRunner:
        """The runner that vLLM chooses for `model`."""
        second = self.model_runner_v2
        return second if second is not None and second.runs_by_default(model) else self.model_runner_v1

    def runs_second_runner(self, model: Model) -> bool:
        """Whether the second runner runs `model`; without a version, under every version since 0.27."""
        if self.version is None:
            return V2_0_27.runs_by_default(model)
        return isinstance(self.model_runner(model), ModelRunnerV2)


def _non_torch_gib(
    single: float, *, nvlink: float, pcie: float, pcie_of_many: float | None = None
) -> NonTorch:
    return NonTorch(
        single=gib_bytes(single),
        nvlink=gib_bytes(nvlink),
        pcie=gib_bytes(pcie),
        pcie_of_many=gib_bytes(pcie if pcie_of_many is None else pcie_of_many),
    )


_V0 = VersionBehavior(
    model_runner_v1=V1_SORTING,
    non_torch=_non_torch_gib(0.1, nvlink=0.6, pcie=0.35),
    # From logs up to 0.7: DeepSeek V2.5 on A100, Llama 3.1 405B on H100 and DeepSeek-R1 on H200.
    switch_bytes=gib_bytes(1.2),
    hopper_switch_bytes=gib_bytes(5.4),
    profiles_whole_context=True,
    default_state_value_bytes=2,
    latent_head_dim=256,
)
_0_7 = replace(_V0, latent_head_dim=None)
# Up to 0.9.0 the V1 engine counts the CUDA context.
_0_8 = replace(
    _0_7,
    profiles_whole_context=False,
    all_gpus_take_large_batches=True,
    non_torch=_non_torch_gib(0.45, nvlink=0.95, pcie=0.75),
)
_0_8_4 = replace(_0_8, all_gpus_take_large_batches=False)
_0_8_5 = replace(_0_8_4, a100_takes_large_batches=True)
_0_9 = replace(_0_8_5, a100_takes_large_batches=False, hopper_switch_bytes=0)
_0_9_1 = replace(_0_9, non_torch=_V0.non_torch)
_0_17 = replace(
    _0_9_1,
    model_runner_v1=V1_TRITON,
    non_torch=_non_torch_gib(0.13, nvlink=2.1, pcie=0.35),
    switch_bytes=0,
    copies_embedding="always",
)
_0_18 = replace(_0_17, non_torch=_non_torch_gib(0.25, nvlink=2.1, pcie=0.35))
_0_20 = replace(
    _0_18,
    model_runner_v1=V1_TRITON_WITH_GRAPHS,
    default_utilization=0.92,
    needs_block_per_sequence=True,
    default_state_value_bytes=4,
)
_0_21 = replace(_0_20, tokens_follow_concurrency=True)
_0_22 = replace(
    _0_21,
    model_runner_v2=V2_0_22,
    non_torch=_non_torch_gib(0.25, nvlink=2.1, pcie=0.1),
)
_0_23 = replace(_0_22, model_runner_v2=V2_0_23, encodes_frames_in_chunks=True)
_0_24 = replace(_0_23, model_runner_v2=V2_0_24, shares_indexers=True)
_0_25 = replace(
    _0_24,
    model_runner_v2=V2_0_25,
    non_torch=_non_torch_gib(0.25, nvlink=0.75, pcie=0.1),
)
_0_26 = replace(
    _0_25,
    model_runner_v2=V2_0_26,
    concurrent_batches=2,
    keeps_every_state=True,
)
# From 0.27 on all memory lost on the GPU is counted, not only PyTorch's peak and non-torch memory. Four GPUs
# on PCIe: `qwen3-235b-fp8-4xpro6000-0271`.
_0_27 = replace(
    _0_26,
    model_runner_v2=V2_0_27,
    non_torch=_non_torch_gib(0.11, nvlink=0.61, pcie=0.11, pcie_of_many=0.41),
    states_per_request=2,
    counts_segments=True,
)
_0_28 = replace(
    _0_27, model_runner_v2=V2_0_28, largest_gpus_take_double_batches=True, keeps_every_state=False
)
_0_29 = replace(
    _0_28,
    model_runner_v2=V2_0_29,
    copies_embedding="on one GPU",
    masks_images=False,
    reserved_blocks=1,
)
_0_32 = replace(_0_29, prefill_checkpoint_blocks=1)
_0_33 = replace(_0_32, model_runner_v2=V2_0_33, delta_net_step_tokens=64)

_BY_FIRST_VERSION: dict[Version, VersionBehavior] = {
    _OLDEST: _V0,
    (0, 7): _0_7,
    (0, 8): _0_8,
    (0, 8, 4): _0_8_4,
    (0, 8, 5): _0_8_5,
    (0, 9): _0_9,
    (0, 9, 1): _0_9_1,
    (0, 17): _0_17,
    (0, 18): _0_18,
    (0, 20): _0_20,
    (0, 21): _0_21,
    (0, 22): _0_22,
    (0, 23): _0_23,
    (0, 24): _0_24,
    (0, 25): _0_25,
    (0, 26): _0_26,
    (0, 27): _0_27,
    (0, 28): _0_28,
    (0, 29): _0_29,
    (0, 32): _0_32,
    (0, 33): _0_33,
}

ANY_VERSION = replace(
    _0_33,
    model_runner_v1=LEAST_FAVORABLE,
    model_runner_v2=None,
    least_non_torch=_non_torch_gib(0.27, nvlink=2.25, pcie=0.6),
    copies_embedding="always",
    masks_images=True,
    keeps_every_state=True,
    shares_indexers=False,
    tokens_follow_concurrency=False,
)


def behavior_of(version: Version | None) -> VersionBehavior:
    """The behavior of `version`; without one, the behavior that is safe for every version since 0.17."""
    if version is None:
        return ANY_VERSION
    first = max(each for each in _BY_FIRST_VERSION if each <= max(version, _OLDEST))
    return replace(_BY_FIRST_VERSION[first], version=version)
