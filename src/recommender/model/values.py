"""The values that describe a model once its metadata are parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.dtype import Dtype


@dataclass(frozen=True, slots=True, kw_only=True)
class HubMetadata:
    """The two documents that the Hub holds of a model, as parsed JSON."""

    model_id: str
    """The repository's present name, which may differ from the one asked for."""
    information: Mapping[str, Any]
    """`/api/models/{id}`, as far as its fields are expanded."""
    config: Mapping[str, Any] | None
    """config.json; `None` where the repository has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValueHeads:
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
class Latent:
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
class IndexerKeys:
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


Cache = KeyValueHeads | Latent | IndexerKeys

# `vllm/model_executor/models/deepseek_v2.py`, `Indexer.quant_block_size`.
_INDEXER_BLOCK = 128


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of the language model."""

    layers: int
    hidden_size: int
    attention_heads: int
    kv_heads: int
    head_dim: int
    intermediate_size: int
    vocabulary: int
    experts: int
    """0 for a dense model."""
    experts_per_token: int
    expert_intermediate_size: int
    mlp_matrices: int
    """Matrices of one feed-forward block: 3 with a gate, 2 without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the checkpoint's tensors take once vLLM has loaded them."""

    parameters: int
    float_values: int
    """Values stored as plain floats; vLLM loads them in the dtype it computes in."""
    packed_bytes: int
    """Bytes of quantized values, their scales, and anything else that is loaded as it is stored."""

    def size_bytes(self, dtype: Dtype) -> int:
        """Bytes of all weights when vLLM computes in `dtype`."""
        return self.packed_bytes + self.float_values * dtype.size_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The largest image that vLLM profiles a multimodal model with."""

    tokens: int
    """That the encoder makes of it."""
    pixel_values: int
    """That the encoder takes in."""
    hidden_states: int = 1
    """Hidden states of the language model for each token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Everything of a model that memory and parallelism depend on."""

    model_id: str
    architecture: str
    """`model_type` of config.json."""
    class_name: str
    """The first of its `architectures`, by which vLLM chooses its own class; empty where none is stated."""
    native_dtype: Dtype
    supports_float16: bool
    quantization: str | None
    """The method that the checkpoint is already quantized with, `awq`, `fp8`, ...; `None` if it is not."""
    shard_multiple: int
    """What the width of a GPU's share of a matrix must be a multiple of, because of the quantization."""
    shards_experts_in_multiples: bool
    computes_in_int8: bool
    """Whether the checkpoint is quantized to 8-bit integers, weights and activations."""
    weights: Weights
    attention: tuple[AttentionLayers, ...]
    """The layers that cache tokens, by kind, those that look furthest back first; none of a pure state-space
    model."""
    block_tokens: int
    """Tokens of a block of its cache, where no state asks for more."""
    cache_value_bytes: int | None
    """Bytes of a cached value where the checkpoint sets them; `None` for those of the dtype."""
    recurrent: RecurrentLayers | None
    """The layers that keep a state instead; `None` where there are none."""
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""
    rotary_values: int
    """Of the tables of sines and cosines, which every GPU holds whole."""
    has_vision: bool
    """Whether an image encoder is loaded, whose parameters are part of `weights`."""
    image: Image | None
    """What it is profiled with; `None` where that is not known."""
    max_position_embeddings: int
    """The longest context that vLLM accepts for it, in tokens."""
    sliding_window: int | None

    @property
    def embedding_parameters(self) -> int:
        """Input embedding and output head: what stays in 16 bit when the rest is quantized."""
        return self.shape.vocabulary * self.shape.hidden_size * (1 if self.is_tied else 2)

    @property
    def kv_heads(self) -> int | None:
        """What tensor parallelism divides or replicates; `None` where a latent is cached instead."""
        caches = [layers.cache for layers in self.attention]
        heads = [cache.kv_heads for cache in caches if isinstance(cache, KeyValueHeads)]
        return max(heads, default=None)

    @property
    def has_indexers(self) -> bool:
        """Whether its attention is sparse: an indexer chooses the tokens it looks at."""
        return any(isinstance(layers.cache, IndexerKeys) for layers in self.attention)

    @property
    def info(self) -> "ModelInfo":
        """The part that the answer repeats."""
        return ModelInfo(
            parameter_count=self.weights.parameters,
            native_dtype=self.native_dtype.torch_name,
            max_position_embeddings=self.max_position_embeddings,
            architecture=self.architecture,
            sliding_window=self.sliding_window,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model, supported or not; `None` where the Hub does not say."""

    parameter_count: int | None
    native_dtype: str | None
    max_position_embeddings: int | None
    architecture: str | None
    sliding_window: int | None = None
