"""Kinds of attention: what a layer caches of each token.

A kind is one class with all of its facts, from the bytes of a token to the blocks that vLLM needs.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from recommender.model.attention_span import FULL_ATTENTION, AttentionSpan

# Tokens of one block of the KV cache, `vllm/config/cache.py`.
BLOCK_TOKENS = 16

# `vllm/v1/attention/backends/flash_attn.py`, `_get_sm90_fa4_fp8_kv_block_size`.
_WIDE_HEAD = 512

# 512 values in FP8, 4 scales in FP32 and 64 values of the rotary key in 16 bit: `MLAAttentionSpec`,
# `vllm/v1/kv_cache_interface.py`, and `vllm/v1/attention/backends/mla/flashmla_sparse.py`.
_PACKED_LATENT_BYTES = 656


class LayerShape(Protocol):
    """The sizes of a language model that the matrices of its layers depend on."""

    @property
    def hidden_size(self) -> int: ...  # noqa: D102 - as in `Shape`
    @property
    def attention_heads(self) -> int: ...  # noqa: D102
    @property
    def gates_attention(self) -> bool: ...  # noqa: D102


class AttentionCache(ABC):
    """What one layer caches of each token."""

    __slots__ = ()

    block_tokens: ClassVar[int] = BLOCK_TOKENS
    """Tokens of a block that the kernels can work with."""
    merges_projections: ClassVar[bool] = True
    """Whether vLLM merges the projections of queries, keys and values into one matrix."""
    is_latent: ClassVar[bool] = False
    """Whether it holds latents, whose kernels need larger blocks where other layers keep recurrent states."""
    is_sparse: ClassVar[bool] = False
    """Whether an indexer chooses the tokens that the layer attends to, which needs kernels of its own."""
    profiled_logit_bytes: ClassVar[int] = 0
    """Scores of tokens that are alive while vLLM profiles its memory, outside the shared workspace."""

    @property
    def sharded_heads(self) -> int | None:
        """KV heads that tensor parallelism divides or replicates; `None` where every GPU caches all."""
        return None

    @property
    def is_wide(self) -> bool:
        """Whether its heads are so wide that kernels for FP8 may need larger blocks."""
        return False

    @abstractmethod
    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:
        """Bytes that one token adds to the layer's cache on each of `tensor_parallel` GPUs."""

    def unshared_parameters(self, tensor_parallel: int, hidden_size: int) -> int:  # noqa: ARG002
        """Parameters of the layer on one GPU in addition to an even share of the checkpoint."""
        return 0

    def copied_parameters(self, tensor_parallel: int) -> int:  # noqa: ARG002
        """Parameters of the layer of which one GPU keeps a copy in the dtype that vLLM computes in."""
        return 0

    def matrices(self, tensor_parallel: int, shape: LayerShape) -> tuple[int, ...]:  # noqa: ARG002
        """Parameters of each matrix of one layer on one GPU, as vLLM merges them."""
        return ()

    def workspace_bytes(self, context_tokens: int) -> int:  # noqa: ARG002
        """Bytes of the workspace, shared by all layers, that it reserves for contexts of this length."""
        return 0

    def output_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:  # noqa: ARG002
        """Widths on one GPU of the projections that are divided by their outputs, for `heads` of queries."""
        return ()

    def input_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:  # noqa: ARG002
        """Widths on one GPU of the projections that are divided by their inputs."""
        return ()

    def can_shard(self, tensor_parallel: int) -> bool:
        """Whether the heads can be divided among the GPUs, or copied to several GPUs each."""
        heads = self.sharded_heads
        return heads is None or heads % tensor_parallel == 0 or tensor_parallel % heads == 0

    def expanded(self, head_dim: int) -> "AttentionCache":  # noqa: ARG002
        """The cache under versions of vLLM that cache latents as heads of `head_dim`."""
        return self

    def padded(self) -> "AttentionCache":
        """The cache under versions of vLLM that pad values to the width of keys."""
        return self

    def packed(self) -> "AttentionCache":
        """The cache with latents in the format of sparse attention, `fp8_ds_mla`."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class KVHeads(AttentionCache):
    """A key and a value vector per KV head: MHA, GQA and MQA."""

    kv_heads: int
    head_dim: int
    """Width of keys, and of values where `value_dim` does not say otherwise."""
    value_dim: int | None = None
    """Width of values that are narrower than keys (MiMo-V2); versions may pad them."""

    @property
    def sharded_heads(self) -> int:
        """Every KV head."""
        return self.kv_heads

    @property
    def is_wide(self) -> bool:
        """As the heads of Gemma 4's layers with full attention are."""
        return self.head_dim >= _WIDE_HEAD

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:
        """Heads are replicated where GPUs outnumber them.

        Source: `vllm/config/model.py`, `get_num_kv_heads`: `max(1, total_kv_heads // tensor_parallel)`.
        """
        width = self.head_dim + (self.value_dim or self.head_dim)
        return max(1, self.kv_heads // tensor_parallel) * width * value_bytes

    def padded(self) -> "KVHeads":
        """Values as wide as keys."""
        return replace(self, value_dim=None)

    def output_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:
        """Queries, and keys and values of at least one head: `QKVParallelLinear`, `layers/linear.py`."""
        of_each = heads // tensor_parallel, max(1, self.kv_heads // tensor_parallel)
        return tuple(number * self.head_dim for number in of_each)

    def input_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:
        """The output projection."""
        return (heads // tensor_parallel * (self.value_dim or self.head_dim),)

    def matrices(self, tensor_parallel: int, shape: LayerShape) -> tuple[int, ...]:
        """`qkv_proj`, with the gates of queries, and `o_proj`."""
        heads, value_dim = shape.attention_heads // tensor_parallel, self.value_dim or self.head_dim
        queries = heads * self.head_dim * (2 if shape.gates_attention else 1)
        kv = max(1, self.kv_heads // tensor_parallel) * (self.head_dim + value_dim)
        return (shape.hidden_size * (queries + kv), shape.hidden_size * heads * value_dim)

    def unshared_parameters(self, tensor_parallel: int, hidden_size: int) -> int:
        """Projections of a whole KV head, of which an even share would be less than one."""
        one_head = (self.head_dim + (self.value_dim or self.head_dim)) * hidden_size
        return one_head * max(0, tensor_parallel - self.kv_heads) // tensor_parallel


@dataclass(frozen=True, slots=True, kw_only=True)
class MLACache(AttentionCache):
    """A latent and a rotary key: multi-head latent attention (DeepSeek V2)."""

    merges_projections: ClassVar[bool] = False
    is_latent: ClassVar[bool] = True

    width: int
    """`kv_lora_rank + qk_rope_head_dim`."""
    heads: int
    """Attention heads, all of which read the one latent."""
    absorbed_parameters: int
    """The projection out of the latent, of which vLLM keeps a transposed copy, over all GPUs."""
    replicated_parameters: int
    """The projections into the latents, which every GPU holds whole."""
    query_dim: int
    """Width of a head's query."""
    key_dim: int
    """Width of the part of a head's key that comes out of the latent."""
    value_dim: int
    """Width of a head's value."""
    is_packed: bool = False
    """Whether a token takes the bytes of `fp8_ds_mla`, whatever the dtype of the cache."""

    def output_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:
        """The projections of queries, and those out of the latent, which hold keys and values."""
        on_one_gpu = heads // tensor_parallel
        return (on_one_gpu * self.query_dim, on_one_gpu * (self.key_dim + self.value_dim))

    def input_shares(self, tensor_parallel: int, heads: int) -> tuple[int, ...]:
        """The output projection."""
        return (heads // tensor_parallel * self.value_dim,)

    def matrices(self, tensor_parallel: int, shape: LayerShape) -> tuple[int, ...]:
        """Projections into the latents, of queries, out of the latent, and of the output."""
        heads = shape.attention_heads // tensor_parallel
        query_rank = self.replicated_parameters // shape.hidden_size - self.width
        return (
            self.replicated_parameters,
            (query_rank or shape.hidden_size) * heads * self.query_dim,
            self.absorbed_parameters // tensor_parallel,
            shape.hidden_size * heads * self.value_dim,
        )

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:  # noqa: ARG002 - not divided
        """Every GPU keeps the whole latent: `vllm/v1/kv_cache_interface.py`, `MLAAttentionSpec`."""
        return _PACKED_LATENT_BYTES if self.is_packed else self.width * value_bytes

    def packed(self) -> "MLACache":
        """With scales for the latent, and the rotary key in 16 bit."""
        return replace(self, is_packed=True)

    def unshared_parameters(self, tensor_parallel: int, hidden_size: int) -> int:  # noqa: ARG002 - as in KVHeads
        """The rest of the projections that every GPU holds whole."""
        return self.replicated_parameters * (tensor_parallel - 1) // tensor_parallel

    def copied_parameters(self, tensor_parallel: int) -> int:
        """The GPU's part of the transposed copy."""
        return self.absorbed_parameters // tensor_parallel

    def expanded(self, head_dim: int) -> KVHeads:
        """A key and a value for each attention head."""
        return KVHeads(kv_heads=self.heads, head_dim=head_dim)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLayers:
    """Layers with the same cache and the same span."""

    count: int
    cache: AttentionCache
    span: AttentionSpan = FULL_ATTENTION
    reusing: int = 0
    """Those of them that use the previous layer's cache, in versions that can share it (GLM-5.3)."""

    without_cache: int = 0
    """Further layers that project keys and values and attend to the cache of another layer (Gemma 3n)."""

    def caching(self, *, can_share: bool) -> int:
        """Layers with a cache of their own, where the version of vLLM `can_share` one."""
        return self.count - (self.reusing if can_share else 0)
