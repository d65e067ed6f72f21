"""What layers keep of a request: keys and values, latents, the keys of an indexer, or a state."""

from dataclasses import dataclass

# `vllm/model_executor/models/deepseek_v2.py`, `Indexer.quant_block_size`.
_INDEXER_BLOCK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class KVHeads:
    """What a layer of MHA, GQA or MQA caches: a key and a value vector per head."""

    kv_heads: int
    head_dim: int
    """Of keys, and of values, which are padded to it where they are narrower (MiMo-V2)."""

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:
        """Bytes that one token adds to this layer's cache on one GPU; heads fewer than GPUs are replicated.

        Source: `vllm/config/model.py`, `get_num_kv_heads`: `max(1, total_kv_heads // tensor_parallel)`.
        """
        return 2 * max(1, self.kv_heads // tensor_parallel) * self.head_dim * value_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MLACache:
    """What a layer of multi-head latent attention (DeepSeek V2) caches: a latent and a rotary key."""

    width: int
    """`kv_lora_rank + qk_rope_head_dim`."""
    heads: int
    """Attention heads, each of which the latent stands for."""
    absorbed_parameters: int
    """Of the projection out of the latent, which vLLM keeps a second time, transposed, over all GPUs."""
    unsharded_parameters: int
    """Of the projections into the latents, which every GPU holds whole."""

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:  # noqa: ARG002 - as of heads
        """Bytes that one token adds to this layer's cache; every GPU keeps the whole latent.

        Source: `vllm/v1/kv_cache_interface.py`, `MLAAttentionSpec`.
        """
        return self.width * value_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseIndexerCache:
    """What the indexer of a layer of sparse attention (DeepSeek V3.2) caches: a key in FP8 and its scales."""

    width: int
    """`index_head_dim`."""

    def token_bytes(self, tensor_parallel: int, value_bytes: int) -> int:  # noqa: ARG002 - as of heads
        """Bytes that one token adds to the indexer's cache; every GPU keeps all of it.

        Source: `vllm/model_executor/models/deepseek_v2.py`, `Indexer`: a float32 scale for 128 values.
        """
        return self.width + -(-self.width // _INDEXER_BLOCK) * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTensor:
    """A part of a state, of which each GPU has an even share."""

    values: int
    value_bytes: int | None = None
    """Bytes of one value; `None` for those of the dtype that vLLM computes in."""
    depends_on_version: bool = False
    """Whether vLLM's version decides on the bytes instead (Nemotron-H that states none)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentState:
    """What a layer of linear attention, a state-space model or a convolution keeps of a request.

    Its size does not depend on the request's length.
    """

    tensors: tuple[StateTensor, ...]
    heads: tuple[int, ...]
    """Counts that tensor parallelism must divide."""
    groups: int = 1
    """Groups of the state-space model that share their projections; copied where GPUs do not divide them."""
    values_per_group: int = 0
    """Of the convolution's inputs."""
    chunk_tokens: int | None = None
    """Tokens of one step of the scan, where vLLM can keep a state for each block; `None` where it cannot."""
    has_checkpoints: bool = False
    """Whether later versions keep a state of the prompt besides: `num_prefill_checkpoint_blocks`."""
    is_delta_net: bool = False
    """Whether it is a gated delta net, whose kernels may want larger blocks."""

    def size_bytes(self, tensor_parallel: int, value_bytes: int, unstated_value_bytes: int) -> int:
        """Bytes of one state on one GPU.

        `unstated_value_bytes` are those of a value on which vLLM's version decides. Source:
        `vllm/model_executor/layers/mamba/mamba_utils.py`, `MambaStateShapeCalculator`.
        """
        groups = self.groups if self.groups % tensor_parallel == 0 else tensor_parallel
        shared = groups * self.values_per_group // tensor_parallel * value_bytes
        return shared + sum(
            tensor.values
            // tensor_parallel
            * (unstated_value_bytes if tensor.depends_on_version else tensor.value_bytes or value_bytes)
            for tensor in self.tensors
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentLayers:
    """Layers that keep a state for each request instead of its tokens."""

    count: int
    state: RecurrentState


Cache = KVHeads | MLACache | SparseIndexerCache


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A layer looks back over this many tokens only, and forgets what lies before them."""

    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A layer looks back to the start of a chunk of this many tokens (Llama 4)."""

    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLayers:
    """Layers that cache the same of each token, for equally long."""

    count: int
    cache: Cache
    reach: Window | Chunk | None = None
    """How far back they look; `None` for the whole context."""
    sharing: int = 0
    """Of them, those that use the cache of the one before, in versions that know of it (GLM-5.3)."""
