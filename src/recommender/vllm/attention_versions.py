"""Which versions of vLLM have an attention backend for a GPU and a cache."""

from recommender.caches import bounded_cache
from recommender.vllm import facts
from recommender.vllm.behavior import behavior_of
from recommender.vllm.releases import ranges_where
from recommender.vllm.supported_versions import Capability, VersionRanges, includes
from recommender.vllm.version import Version

# Backends of sparse latent attention that `_get_backend_priorities` of `vllm/platforms/cuda.py` tries. The
# facts of backends begin with 0.11.1; the class of DeepSeek V3.2 came with 0.11.0, and the same backend.
_SPARSE_BACKENDS = (
    "FLASHMLA_SPARSE",
    "FLASHINFER_MLA_SPARSE",
    "FLASHINFER_MLA_SPARSE_SM120",
    "FLASHINFER_MLA_SPARSE_SM90",
    "FLASH_ATTN_MLA_SPARSE",
    "FLASH_ATTN_MLA_SPARSE_FA4",
)
_FIRST_WITH_BACKENDS: Version = (0, 11, 1)
_FIRST_WITHOUT_REPLACED_CACHES: Version = (0, 18, 0)

# Backends that vLLM tries for an FP8 cache of keys and values, and of latents: `_get_backend_priorities`.
_FP8_BACKENDS = ("FLASHINFER", "TRITON_ATTN")
_FP8_LATENT_BACKENDS = ("FLASHMLA", "CUTLASS_MLA", "FLASHINFER_MLA", "TRITON_MLA")

# Triton converts E4M3 from capability 8.9 on, and E5M2 from 8.0 on.
_TRITON_CAPABILITIES: dict[str, Capability] = {"fp8": (8, 9), "fp8_e4m3": (8, 9), "fp8_e5m2": (8, 0)}

# Before backends state what they support: `is_kv_cache_dtype_supported` of `vllm/platforms/cuda.py` in 0.10
# and 0.11.0; before, FlashAttention 3 alone: `_is_v1_supported_oracle`, `vllm/engine/arg_utils.py`.
_FIRST_WITH_TRITON: Version = (0, 10, 0)
_FLASH_ATTENTION_3: Capability = (9, 0)


@bounded_cache
def sparse_attention_versions(
    capability: Capability, kv_cache_dtype: str, class_name: str = ""
) -> VersionRanges:
    """Those with a backend of sparse latent attention for a GPU and a cache.

    Up to 0.17 the class of DeepSeek V3.2 takes any FP8 cache for `fp8_ds_mla`: `DeepseekV32ForCausalLM`,
    `vllm/model_executor/models/config.py`.
    """

    def has_backend(release: Version) -> bool:
        version = max(release, _FIRST_WITH_BACKENDS)
        is_replaced = class_name == "DeepseekV32ForCausalLM" and release < _FIRST_WITHOUT_REPLACED_CACHES
        dtype = "fp8_ds_mla" if is_replaced and kv_cache_dtype.startswith("fp8") else kv_cache_dtype
        backends = (facts.attention_backend(name, version) for name in _SPARSE_BACKENDS)
        return any(backend is not None and backend.takes(capability, dtype) for backend in backends)

    return ranges_where(has_backend)


@bounded_cache
def fp8_cache_versions(capability: Capability, kv_cache_dtype: str, *, is_latent: bool) -> VersionRanges:
    """Those with an attention backend for a GPU and an FP8 cache of keys and values, or of latents."""

    def is_supported(release: Version) -> bool:
        if not is_latent and capability == _FLASH_ATTENTION_3 and kv_cache_dtype != "fp8_e5m2":
            return True
        if release < _FIRST_WITH_BACKENDS:
            by_triton = capability >= _TRITON_CAPABILITIES[kv_cache_dtype] and not is_latent
            return by_triton and release >= _FIRST_WITH_TRITON
        names = _FP8_LATENT_BACKENDS if is_latent else _FP8_BACKENDS
        return any(_has_fp8_cache(name, release, capability, kv_cache_dtype) for name in names)

    return ranges_where(is_supported)


@bounded_cache
def stated_cache_versions(capability: Capability, *, is_latent: bool) -> VersionRanges:
    """Those that ignore an FP8 cache that a checkpoint sets, or have a backend for it on a GPU."""
    supported = fp8_cache_versions(capability, "fp8", is_latent=is_latent)
    return ranges_where(
        lambda release: not behavior_of(release).takes_stated_caches or includes(supported, release)
    )


def _has_fp8_cache(name: str, release: Version, capability: Capability, kv_cache_dtype: str) -> bool:
    backend = facts.attention_backend(name, release)
    if backend is None or kv_cache_dtype not in backend.kv_cache_dtypes:
        return False
    if name.startswith("TRITON"):
        return capability >= _TRITON_CAPABILITIES[kv_cache_dtype]
    return backend.capabilities is None or capability in backend.capabilities
