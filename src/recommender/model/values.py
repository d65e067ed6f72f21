"""The values that describe a model once its metadata are parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.model.caches import AttentionLayers, KVHeads, RecurrentLayers, SparseIndexerCache
from recommender.model.dtype import Dtype


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

    def embedding_parameters(self, *, tied: bool) -> int:
        """Parameters of the input embedding and of the output head, which may be the same tensor."""
        return self.vocabulary * self.hidden_size * (1 if tied else 2)


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
    quantized_to: str | None
    """`fp8`, `int8` or `int4` where the checkpoint is quantized to one of them."""
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
        return self.shape.embedding_parameters(tied=self.is_tied)

    @property
    def kv_heads(self) -> int | None:
        """What tensor parallelism divides or replicates; `None` where a latent is cached instead."""
        caches = [layers.cache for layers in self.attention]
        heads = [cache.kv_heads for cache in caches if isinstance(cache, KVHeads)]
        return max(heads, default=None)

    @property
    def has_indexers(self) -> bool:
        """Whether its attention is sparse: an indexer chooses the tokens it looks at."""
        return any(isinstance(layers.cache, SparseIndexerCache) for layers in self.attention)

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
