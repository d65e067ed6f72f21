"""What a row of the table of architectures says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AttentionKind = Literal[
    "heads", "heads_and_block_keys", "heads_per_block", "mla", "mla_as_heads", "none", "sparse_mla"
]
StateKind = Literal["delta_attention", "delta_net", "lightning", "mamba1", "mamba2", "short_convolution"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """How the models of one `model_type` are built."""

    attention: AttentionKind = "heads"
    """`heads_and_block_keys`: some layers have an indexer over blocks of tokens (MiniMax M3).
    `heads_per_block`: every block states its own KV heads (Nemotron-NAS). `mla_as_heads`: vLLM caches the
    latent as heads (MiniCPM3)."""
    states: StateKind | None = None
    """The recurrent state of layers without attention; `None` where all layers have attention."""
    is_parallel_hybrid: bool = False
    """Whether every layer has attention and a state (Falcon-H1)."""
    has_shared_attention: bool = False
    """Whether every layer has a state and some call a shared block of attention in addition (Zamba2)."""
    has_state_checkpoints: bool = True
    """Whether later versions keep a state of the prompt too, and have kernels that need larger blocks, for
    kinds of states that can have either."""
    states_have_own_dtype: bool = False
    """Whether `mamba_ssm_cache_dtype` of config.json sets the dtype of the states (Nemotron-H)."""
    attention_per_layer: int = 1
    """Attention caches of one layer (LongCat-Flash has two)."""
    local_layers: Literal["sliding", "chunked"] | None = None
    """The span of the layers between those with full attention; `None` where all layers are alike."""
    loops_in_window: bool = False
    """Whether the layers run again, with a cache of a short window for each run (IQuest-Coder-Loop)."""
    has_larger_full_layers: bool = False
    """Whether the layers with full attention have KV heads of another number and size (Gemma 4)."""
    full_layer_period: int = 1
    """One layer in this many has full attention, where config.json does not say."""
    own_keys: frozenset[str] = frozenset()
    """Keys that are supported for this architecture and refused for others (`FOREIGN_KEYS` of
    `parse_attention`), or read for it alone."""
    may_predict: bool = False
    """Whether checkpoints may contain layers for multi-token prediction."""
    mlp_matrices: int = 3
    """Matrices of one feed-forward block: 3 with a gate (SwiGLU), 2 without."""
    is_whole_in_transformers: bool = False
    """Whether the class of transformers, which later versions run, has no plan for tensor parallelism."""
    encodes_images: bool = False
    """Whether there is an image encoder although config.json has no `vision_config`."""
    is_tied: bool = False
    """Whether the output head is the input embedding, where config.json does not say."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """Values of the transformers class for keys that repositories leave out of config.json."""
