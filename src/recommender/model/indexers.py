"""What the indexers of sparse attention cache of each token."""

from dataclasses import dataclass
from typing import ClassVar

from recommender.model.attention import AttentionCache

# `vllm/model_executor/models/deepseek_v2.py`, `Indexer.quant_block_size`.
_INDEXER_SCALE_BLOCK = 128

# `vllm/v1/attention/backends/mla/indexer.py`, `get_max_prefill_buffer_size`.
_WORKSPACE_CONTEXTS = 40

_MIB = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseIndexerCache(AttentionCache):
    """A key in FP8 and its scales, by which an indexer chooses tokens: sparse attention (DeepSeek V3.2)."""

    block_tokens: ClassVar[int] = 64
    is_sparse: ClassVar[bool] = True
    # `VLLM_SPARSE_INDEXER_MAX_LOGITS_MB` in `vllm/envs.py`.
    profiled_logit_bytes: ClassVar[int] = 512 * _MIB

    width: int
    """`index_head_dim`."""
    replicated_parameters: int = 0
    """The indexer's projections, which every GPU holds whole."""

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:  # noqa: ARG002 - neither matters
        """Every GPU keeps all keys, with a float32 scale for 128 values.

        Source: `vllm/model_executor/models/deepseek_v2.py`, `Indexer`.
        """
        return self._key_bytes

    def unshared_parameters(self, tensor_parallel: int, hidden_size: int) -> int:  # noqa: ARG002 - as in KVHeads
        """The rest of the projections."""
        return self.replicated_parameters * (tensor_parallel - 1) // tensor_parallel

    def workspace_bytes(self, context_tokens: int) -> int:
        """The keys of 40 contexts."""
        return _WORKSPACE_CONTEXTS * context_tokens * self._key_bytes

    @property
    def _key_bytes(self) -> int:
        scales = -(-self.width // _INDEXER_SCALE_BLOCK)
        return self.width + 4 * scales


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockKeyCache(AttentionCache):
    """A key by which an indexer chooses blocks of tokens (MiniMax M3).

    Source: `vllm/models/minimax_m3/common/indexer.py` and `common/sparse_attention.py`.
    """

    block_tokens: ClassVar[int] = 128

    width: int
    """`sparse_index_dim`."""

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:  # noqa: ARG002 - not divided
        """Every GPU keeps all keys, in the dtype of the cache."""
        return self.width * value_bytes
