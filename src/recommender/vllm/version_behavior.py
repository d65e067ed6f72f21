"""What differs between versions of vLLM in the memory that they take."""

from dataclasses import dataclass
from typing import Literal

from recommender.model import Model
from recommender.vllm.model_runner import ModelRunner, ModelRunnerV1, ModelRunnerV2
from recommender.vllm.version import Version


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
    default_state_value_bytes: int = 4
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
    builds_pooling_heads: bool = True
    """Whether SigLIP encoders of multimodal models have their pooling heads: `use_head`,
    `vllm/model_executor/models/siglip.py`, which is false from 0.15 on."""
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
