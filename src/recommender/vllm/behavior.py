"""Memory behavior of each version of vLLM, in one table.

The figures come from start-up logs of that version, the behavior from its source. `ANY_VERSION` stands for
all versions since 0.17 that run a model: a configuration that starts under it starts under each of them.
"""

from dataclasses import dataclass, replace
from typing import Literal

from recommender.hardware.units import gib_bytes
from recommender.model import Model
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
    ModelRunner,
    ModelRunnerV1,
    ModelRunnerV2,
)
from recommender.vllm.releases import latest_patch
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
    pins_embedding: Literal["never", "any model", "experts"] = "never"
    """Whose first start keeps the segment of that copy, because a workspace is allocated inside it. From 0.27
    on such a segment counts whole, `vllm/utils/mem_utils.py`; 0.33 allocates the workspace of cuBLAS before,
    `init_device` in `vllm/v1/worker/gpu_worker.py`."""
    profiles_whole_context: bool = False
    """Whether the forward pass is profiled over a whole context, as in the V0 engine."""
    concurrent_batches: int = 1
    """Batches that may be scheduled and not yet finished, `VllmConfig.max_in_flight_tokens`."""
    reserved_blocks: int = 0
    """Blocks that the check of the longest request excludes: `null_block`, `vllm/v1/core/block_pool.py`."""
    needs_block_per_sequence: bool = False
    """Whether a model with states needs `--max-num-seqs` blocks: `vllm/config/compilation.py`."""
    tokens_follow_concurrency: bool = False
    """Whether "GPU KV cache size" is logged as concurrency x context rather than blocks x block size."""
    states_per_request: int = 1
    """States of a layer that a request holds: one, or two where prefixes of hybrid models are cached by
    default: `_set_default_chunked_prefill_and_prefix_caching_args`, `vllm/engine/arg_utils.py`."""
    prefill_checkpoint_blocks: int = 0
    """Additional states of a prompt: `num_prefill_checkpoint_blocks`, `vllm/v1/kv_cache_interface.py`."""
    reads_state_dtype: bool = True
    """Whether `mamba_ssm_cache_dtype` of config.json sets the dtype of Nemotron-H's states:
    `NemotronHForCausalLMConfig`, `vllm/model_executor/models/config.py`, of 0.13 and later."""
    default_state_value_bytes: int
    """Bytes of a value of those states where config.json does not set it, or is not read."""
    latent_head_dim: int | None = None
    """Width of the key and value heads as which latents were cached; `None` since 0.7."""
    caches_windows_whole: bool = False
    """Whether layers with a sliding window keep all tokens where other layers have full attention:
    `unify_hybrid_kv_cache_specs`, `vllm/v1/core/kv_cache_utils.py`, before the hybrid KV cache manager."""
    caches_chunks_whole: bool = False
    """Whether layers with chunked attention keep all tokens: `ChunkedLocalAttentionSpec` is of 0.10.0, and
    from 0.10.1 to 0.13 `VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE`, `vllm/envs.py`, is 0."""
    takes_stated_caches: bool = False
    """Whether the dtype of the cache that a ModelOpt checkpoint states is used:
    `get_kv_cache_quant_algo_string`, `vllm/utils/torch_utils.py`, which 0.13 does not have."""
    pads_values: bool = False
    """Whether values that are narrower than keys are cached at the width of keys: `mimo_v2_flash.py`, in
    `vllm/model_executor/models/`; `mimo_v2.py` from 0.21 on caches them as they are."""
    latent_block_tokens: int = 16
    """Tokens of a block of latents on Hopper: `check_and_update_config`, `vllm/platforms/cuda.py`."""
    latent_block_step_tokens: int = 64
    """Multiple for the block size of models with latent attention and states: `kernel_block_alignment_size`,
    `vllm/model_executor/models/config.py` and `vllm/platforms/interface.py`; from 0.20 to 0.26 that of
    FLASH_ATTN_MLA."""
    wide_fp8_block_tokens: int = 16
    """Tokens of a block of FP8 heads of 512, those of Hopper: `_get_sm90_fa4_fp8_kv_block_size`,
    `vllm/v1/attention/backends/flash_attn.py`."""
    merges_odd_outputs: bool = False
    """Whether blocks of merged FP8 matrices may have any outputs: `_maybe_allow_fp8_block_shape_mismatch`,
    `vllm/model_executor/layers/linear.py`."""
    extends_rotary_tables: bool = True
    """Whether tables of multimodal positions always have four times the context's rows: `mrope.py`,
    `vllm/model_executor/layers/rotary_embedding/`, before `positions_factor`."""
    runs_awq_in_machete: bool = False
    """Whether AWQ runs in Hopper's kernel for mixed precision: `choose_mp_linear_kernel`,
    `vllm/model_executor/layers/quantization/awq_marlin.py` of 0.19 and later."""
    divides_moonvit: bool = False
    """Whether the layers of MoonViT are divided: `vllm/model_executor/models/moonvit.py`."""
    keeps_mxfp4_scales_once: bool = False
    """Whether the Triton kernels of MXFP4 experts replace the stored scales by their own:
    `vllm/model_executor/layers/fused_moe/oracle/mxfp4.py` of 0.27.1, and not of 0.23."""
    pads_kimi_experts: bool = False
    """Whether an expert of Kimi-Linear has a share of 256 at least: `vllm/models/kimi_k3/nvidia/model.py`,
    `min_moe_intermediate_per_partition`."""
    refines_expert_blocks: bool = False
    """Whether experts in FP8 may have shares that are no multiple of a block: `refine_fp8_moe_block_shape`,
    `vllm/model_executor/layers/fused_moe/`."""
    shares_indexers: bool = False
    """Whether layers of sparse attention that reuse another layer's selection of tokens cache no keys."""
    delta_net_step_tokens: int = 0
    """Multiple for the block size of models with gated delta nets: `_align_hybrid_block_size`."""
    quantizes_by_layer: bool = False
    """Whether vLLM quantizes to FP8 layer by layer while loading. Before, it held the whole model in 16 bit
    (vllm-project/vllm#31914)."""
    version: Version | None = None
    """The release that was chosen; `None` for all since 0.17."""

    def model_runner(self, model: Model) -> ModelRunner:
        """The runner that vLLM chooses for `model`."""
        second = self.model_runner_v2
        return second if second is not None and second.runs_by_default(model) else self.model_runner_v1

    def runs_second_runner(self, model: Model) -> bool:
        """Whether the second runner runs `model`."""
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
_0_15 = replace(_0_14, quantizes_by_layer=True)
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
    _OLDEST: _V0,
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
    first = max(each for each in _BY_FIRST_VERSION if each <= max(release, _OLDEST))
    return replace(_BY_FIRST_VERSION[first], version=release)
