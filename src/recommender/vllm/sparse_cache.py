"""Where sparse attention caches latents in a format of its own instead of as single values."""

from recommender.vllm.facts import attention_backend
from recommender.vllm.version import Version

_BLACKWELL, _WORKSTATION_BLACKWELL = 10, 12

# Before, the class of DeepSeek V3.2 sets the format for any FP8 cache, in 0.11.0 even for the default:
# `DeepseekV32ForCausalLM`, `vllm/model_executor/models/config.py`.
_FIRST_BY_BACKEND: Version = (0, 18)
_LAST_BY_DEFAULT: Version = (0, 11, 0)

# Before, FlashInfer comes first on Blackwell only where a GPU has 16 heads at most:
# `_get_backend_priorities`, `vllm/platforms/cuda.py`.
_FIRST_WITH_FLASHINFER: Version = (0, 19)


def packs_latents(capability: tuple[int, int], kv_cache_dtype: str, version: Version) -> bool:
    """Whether `version` caches latents as `fp8_ds_mla`: FP8 with scales, and the rotary key in 16 bit.

    FLASHMLA_SPARSE caches in FP8 in that way only, FLASHINFER_MLA_SPARSE_SM120 by default too; the other
    backends of sparse attention cache single values. Where several would do, the one that takes most counts.
    Source: `_canonicalize_sparse_mla_kv_cache_dtype`, `mla_attention.py` in
    `vllm/model_executor/layers/attention/`.
    """
    is_fp8 = kv_cache_dtype.startswith("fp8")
    if version < _FIRST_BY_BACKEND:
        return is_fp8 or (kv_cache_dtype == "auto" and version == _LAST_BY_DEFAULT)
    if capability[0] == _WORKSTATION_BLACKWELL:
        return _takes("FLASHINFER_MLA_SPARSE_SM120", capability, kv_cache_dtype, version)
    if capability[0] == _BLACKWELL and version >= _FIRST_WITH_FLASHINFER:
        return False
    return is_fp8 and _takes("FLASHMLA_SPARSE", capability, kv_cache_dtype, version)


def _takes(name: str, capability: tuple[int, int], kv_cache_dtype: str, version: Version) -> bool:
    backend = attention_backend(name, version)
    return backend is not None and backend.takes(capability, kv_cache_dtype)
