"""What is known of a model once its Hub documents are parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from recommender.model.attention import AttentionLayers
from recommender.model.context import ContextLimit
from recommender.model.dtype import Dtype
from recommender.model.encoder import VisionEncoder
from recommender.model.recurrent import RecurrentLayers
from recommender.model.shard_multiples import ShardMultiples
from recommender.model.vision import VisionTower

# An owner and a name of 96 characters each: huggingface_hub, `validate_repo_id`.
LONGEST_MODEL_ID = 193


@dataclass(frozen=True, slots=True, kw_only=True)
class HubMetadata:
    """The documents that the Hub has for a model, as parsed JSON."""

    model_id: str
    """The repository's current name, which may differ from the requested one."""
    information: Mapping[str, Any]
    """`/api/models/{id}`, as far as its fields are expanded."""
    config: Mapping[str, Any] | None
    """config.json; `None` where the repository has none."""
    quantization: Mapping[str, Any] | None = None
    """hf_quant_config.json, where config.json states no quantization: `states_quantization_elsewhere`."""
    params: Mapping[str, Any] | None = None
    """params.json of Mistral's own format, where it may be needed: `may_be_in_mistral_format`."""

    @property
    def by_params(self) -> "HubMetadata | None":
        """The same without its config.json; `None` unless the repository has both documents."""
        return None if self.config is None or self.params is None else replace(self, config=None)


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
    shared_expert_size: int = 0
    """Width of the expert that every token is routed to; 0 without one."""
    dense_layers: int = 0
    """Layers of a model with experts that have none, as far as config.json counts them."""
    gates_attention: bool = False
    """Whether the queries of a layer are projected together with a gate of the same width."""

    @property
    def expert_parameters(self) -> int:
        """Parameters of all experts but the shared ones."""
        layers = self.layers - self.dense_layers
        return layers * self.experts * self.mlp_matrices * self.hidden_size * self.expert_intermediate_size

    def embedding_parameters(self, *, tied: bool) -> int:
        """Parameters of the input embedding and of the output head, which may be the same tensor."""
        return self.vocabulary * self.hidden_size * (1 if tied else 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The size of the checkpoint's tensors once vLLM has loaded them."""

    parameters: int
    float_values: int
    """Values stored as plain floats; vLLM loads them in the dtype that it computes in."""
    packed_bytes: int
    """Bytes of quantized values, their scales, and anything else that is loaded as it is stored."""

    @property
    def bytes_per_packed_weight(self) -> float:
        """Bytes of a quantized weight with its share of scales; 0 where no weight is quantized."""
        packed = self.parameters - self.float_values
        return self.packed_bytes / packed if packed else 0

    def size_bytes(self, dtype: Dtype) -> int:
        """Bytes of all weights when vLLM computes in `dtype`."""
        return self.packed_bytes + self.float_values * dtype.size_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All properties of a model that memory and parallelism depend on."""

    model_id: str
    architecture: str
    """`model_type` of config.json."""
    class_name: str
    """The one of its `architectures` by which vLLM chooses its own class; empty where none is stated."""
    language_class: str | None
    """The same of a nested language model; `None` where none is stated."""
    config_keys: frozenset[str]
    """Keys that its configuration sets; classes of older versions do not read some of them."""
    native_dtype: Dtype
    quantization: str | None
    """The method that the checkpoint is already quantized with, `awq`, `fp8`, ...; `None` if it is not."""
    quantization_schemes: tuple[str, ...]
    """The formats of its quantized layers by vLLM's names, `compressed-tensors WNA16`; empty where the method
    alone decides."""
    quantized_to: str | None
    """`fp8`, `int8` or `int4` where the checkpoint is quantized to one of them."""
    quantized_bits: int | None
    """Bits of a quantized weight without its scales; `None` where layers differ or nothing is quantized."""
    wide_zero_point_bytes: int
    """What the zero points of all linear layers grow by in kernels that keep them in 16 bit."""
    shard_multiples: ShardMultiples
    """What a GPU's share of a quantized matrix must be a multiple of."""
    runs_in_marlin: bool
    """Whether a checkpoint in AWQ or GPTQ has a form that Marlin's kernels take; others may lack BF16."""
    computes_in_int8: bool
    """Whether the checkpoint is quantized to 8-bit integers, weights and activations."""
    weights: Weights
    attention: tuple[AttentionLayers, ...]
    """The layers that cache tokens, by kind, those with full attention first; empty for a pure state-space
    model."""
    cache_value_bytes: int | None
    """Bytes of a cached value where the checkpoint sets them; `None` for those of the dtype. Versions may
    ignore them: `VersionBehavior.takes_stated_caches`."""
    recurrent: RecurrentLayers | None
    """The layers that keep a state instead; `None` where there are none."""
    shape: Shape
    is_tied: bool
    """Whether the output head is the input embedding."""
    feed_forward_layers: int
    """Layers with a feed-forward block, dense or of experts."""
    whole_parameters: int
    """Parameters of all layers that every GPU holds whole, however many GPUs there are."""
    is_whole_in_transformers: bool
    """Whether the class of transformers, which versions may run in place of their own, is not divided."""
    rotary_values: int
    """Values of the tables of sines and cosines, which every GPU holds whole."""
    further_rotary_values: int
    """Those of them that later versions leave out."""
    vision: VisionTower | None
    """The image encoder, whose parameters are part of `weights`; `None` where none is loaded."""
    encoder: VisionEncoder | None
    """What that encoder needs while vLLM profiles it."""
    context: ContextLimit
    sliding_window: int | None
    mixes_windows: bool = False
    """Whether only some layers have that window, although those of its architecture are usually alike."""
    is_in_mistral_format: bool = False
    """Whether it is described by params.json, and stored in consolidated files."""
    is_estimated: bool = False
    """Whether its architecture is not modelled, and everything is an upper bound."""

    @property
    def max_position_embeddings(self) -> int:
        """The longest context that it is recommended with, in tokens."""
        return self.context.tokens

    @property
    def has_vision(self) -> bool:
        """Whether an image encoder is loaded."""
        return self.vision is not None

    @property
    def embedding_parameters(self) -> int:
        """Input embedding and output head, which stay in 16 bit when the rest is quantized."""
        return self.shape.embedding_parameters(tied=self.is_tied)

    @property
    def kv_heads(self) -> int | None:
        """KV heads that tensor parallelism divides or replicates; `None` where no layer caches heads.

        The most of any layer: layers with fewer may have theirs replicated in any case (Gemma 4).
        """
        heads = (layers.cache.sharded_heads for layers in self.attention)
        return max((each for each in heads if each is not None), default=None)

    @property
    def has_latent_attention(self) -> bool:
        """Whether its layers cache latents in place of keys and values."""
        return any(layers.cache.is_latent for layers in self.attention)

    @property
    def has_sparse_attention(self) -> bool:
        """Whether an indexer chooses the tokens that its layers attend to (DeepSeek V3.2)."""
        return any(layers.cache.is_sparse for layers in self.attention)

    @property
    def info(self) -> "ModelInfo":
        """The part that the answer repeats."""
        return ModelInfo(
            parameter_count=self.weights.parameters,
            native_dtype=self.native_dtype.torch_name,
            max_position_embeddings=self.max_position_embeddings,
            architecture=self.architecture,
            sliding_window=self.sliding_window,
            quantization=self.quantization,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of a model, supported or not; `None` where the Hub does not say."""

    parameter_count: int | None
    native_dtype: str | None
    max_position_embeddings: int | None
    architecture: str | None
    sliding_window: int | None = None
    quantization: str | None = None
    """vLLM's name of the checkpoint's quantization method."""
