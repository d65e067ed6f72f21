"""Memory behavior of each version of vLLM, in one table.

The figures come from start-up logs of that version, the behavior from its source. `ANY_VERSION` stands for
all versions since 0.17 that run a model: a configuration that starts under it starts under each of them.
"""

from dataclasses import replace

from recommender.hardware.units import gib_bytes
from recommender.vllm.model_runner import (
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
)
from recommender.vllm.releases import latest_patch
from recommender.vllm.version import Version
from recommender.vllm.version_behavior import NonTorch, VersionBehavior


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
    reads_state_dtype=False,
    default_state_value_bytes=2,
    latent_head_dim=256,
    caches_windows_whole=True,
    caches_chunks_whole=True,
    pads_values=True,
)
_0_7 = replace(_V0, latent_head_dim=None)
# Up to 0.9.0 the V1 engine counts the CUDA context.
_0_8 = replace(
    _0_7,
    profiles_whole_context=False,
    latent_block_tokens=64,
    non_torch=_non_torch_gib(0.45, nvlink=0.95, pcie=0.75),
)
_0_9 = replace(_0_8, hopper_switch_bytes=0)
_0_9_1 = replace(_0_9, non_torch=_V0.non_torch, caches_windows_whole=False)
_0_10 = replace(_0_9_1, caches_chunks_whole=False)
_0_10_1 = replace(_0_10, caches_chunks_whole=True)
_0_13 = replace(_0_10_1, reads_state_dtype=True)
_0_14 = replace(
    _0_13, caches_chunks_whole=False, merges_odd_outputs=True, takes_stated_caches=True, divides_moonvit=True
)
_0_15 = replace(_0_14, quantizes_by_layer=True, builds_pooling_heads=False)
_0_17 = replace(
    _0_15,
    model_runner_v1=V1_TRITON,
    non_torch=_non_torch_gib(0.13, nvlink=2.1, pcie=0.35),
    switch_bytes=0,
    copies_embedding="always",
)
_0_18 = replace(_0_17, latent_block_tokens=16, non_torch=_non_torch_gib(0.25, nvlink=2.1, pcie=0.35))
_0_19 = replace(_0_18, runs_awq_in_machete=True)
_0_20 = replace(
    _0_19,
    model_runner_v1=V1_TRITON_WITH_GRAPHS,
    needs_block_per_sequence=True,
    default_state_value_bytes=4,
    latent_block_step_tokens=16,
)
_0_21 = replace(_0_20, tokens_follow_concurrency=True, pads_values=False)
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
)
# From 0.27 on all memory lost on the GPU is counted, not only PyTorch's peak and non-torch memory. Four GPUs
# on PCIe: `qwen3-235b-fp8-4xpro6000-0271`.
_0_27 = replace(
    _0_26,
    model_runner_v2=V2_0_27,
    non_torch=_non_torch_gib(0.11, nvlink=0.61, pcie=0.11, pcie_of_many=0.41),
    pins_embedding="any model",
    latent_block_step_tokens=128,
    keeps_mxfp4_scales_once=True,
    pads_kimi_experts=True,
)
_0_28 = replace(_0_27, model_runner_v2=V2_0_28, states_per_request=2)
_0_29 = replace(
    _0_28,
    model_runner_v2=V2_0_29,
    copies_embedding="on one GPU",
    masks_images=False,
    reserved_blocks=1,
)
_0_30 = replace(_0_29, refines_expert_blocks=True)
_0_31 = replace(_0_30, wide_fp8_block_tokens=64)
_0_32 = replace(_0_31, prefill_checkpoint_blocks=1, extends_rotary_tables=False)
_0_33 = replace(_0_32, model_runner_v2=V2_0_33, pins_embedding="experts", delta_net_step_tokens=64)

_BY_FIRST_VERSION: dict[Version, VersionBehavior] = {
    (0,): _V0,
    (0, 7): _0_7,
    (0, 8): _0_8,
    (0, 9): _0_9,
    (0, 9, 1): _0_9_1,
    (0, 10): _0_10,
    (0, 10, 1): _0_10_1,
    (0, 13): _0_13,
    (0, 14): _0_14,
    (0, 15): _0_15,
    (0, 17): _0_17,
    (0, 18): _0_18,
    (0, 19): _0_19,
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
    (0, 30): _0_30,
    (0, 31): _0_31,
    (0, 32): _0_32,
    (0, 33): _0_33,
}

FIRST_VERSIONS = tuple(_BY_FIRST_VERSION)
"""The first version of each behavior, oldest first."""

# The memory of an answer without a chosen version is the least of `covered_versions.py`, each with its own
# behavior. What remains is what every version accepts and logs.
ANY_VERSION = replace(_0_33, refines_expert_blocks=False)


def behavior_of(version: Version | None) -> VersionBehavior:
    """The behavior of `version`; without one, the behavior that is safe for every version since 0.17.

    A minor release stands for its last patch release.
    """
    if version is None:
        return ANY_VERSION
    release = latest_patch(version)
    return replace(_BY_FIRST_VERSION[first_version_of(release)], version=release)


def first_version_of(release: Version) -> Version:
    """The first version with the behavior of `release`."""
    return max(first for first in FIRST_VERSIONS if first <= release)
