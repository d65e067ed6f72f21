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

    def values_per_token(self, tensor_parallel: int) -> int:
        """Values that one token adds to this layer's cache on one GPU; heads fewer than GPUs are replicated.

        Source: `vllm/config/model.py`, `get_num_kv_heads`: `max(1, total_kv_heads // tensor_parallel)`.
        """
        return 2 * max(1, self.kv_heads // tensor_parallel) * self.head_dim


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """What a layer of multi-head latent attention (DeepSeek V2) caches: a latent and a rotary key."""

    width: int
    """`kv_lora_rank + qk_rope_head_dim`."""
    absorbed_parameters: int
    """Of the projection out of the latent, which vLLM keeps a second time, transposed, over all GPUs."""
    unsharded_parameters: int
    """Of the projections into the latents, which every GPU holds whole."""

    def values_per_token(self, tensor_parallel: int) -> int:  # noqa: ARG002 - the same question as of heads
        """Values that one token adds to this layer's cache; every GPU keeps the whole latent.

        Source: `vllm/v1/kv_cache_interface.py`, `MLAAttentionSpec`.
        """
        return self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentState:
    """What a layer of linear attention (gated delta net) keeps: a state of fixed size for each request."""

    convolution_values: int
    """The last inputs of the convolution, in the dtype that vLLM computes in."""
    memory_values: int
    """The matrix of all heads."""
    memory_value_bytes: int | None
    """Bytes of one value of the matrix; `None` for those of the dtype."""
    heads: tuple[int, int]
    """Key and value heads, which tensor parallelism divides."""

    def size_bytes(self, tensor_parallel: int, value_bytes: int) -> int:
        """Bytes of one state on one GPU.

        Source: `vllm/model_executor/layers/mamba/mamba_utils.py`, `gated_delta_net_state_shape`.
        """
        convolution = self.convolution_values // tensor_parallel * value_bytes
        return convolution + self.memory_values // tensor_parallel * (self.memory_value_bytes or value_bytes)


Cache = KeyValueHeads | Latent


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
class Model:
    """Everything of a model that memory and parallelism depend on."""

    model_id: str
    architecture: str
    """`model_type` of config.json."""
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
    """The layers that cache tokens, by kind, those that look furthest back first."""
    recurrent_layers: int
    recurrent_state: RecurrentState | None
    """What each of `recurrent_layers` keeps of a request; `None` where there are none."""
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""
    rotary_values: int
    """Of the tables of sines and cosines, which every GPU holds whole."""
    has_vision: bool
    """Whether an image encoder is loaded, whose parameters are part of `weights`."""
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
