"""The rotary embedding's table of sines and cosines, which vLLM loads in addition to the weights.

It is small for most models and 2.5 GiB for Llama 4, whose table has ten million rows. Source:
`vllm/model_executor/layers/rotary_embedding/`, `cos_sin_cache` of each class.
"""

from recommender.model.config_reader import ConfigReader
from recommender.model.context import scaling_factor
from recommender.model.shape import full_layer_heads
from recommender.model.values import Shape

# Architectures without rotary embedding: learned positions, ALiBi, or none next to recurrent states.
_WITHOUT_ROTARY = frozenset(
    {
        "bloom",
        "falcon_mamba",
        "gpt2",
        "gpt_bigcode",
        "jamba",
        "kimi_linear",
        "mamba",
        "mamba2",
        "mpt",
        "nemotron_h",
        "opt",
    }
)

# Gemma 3 and later and Step 3.5 have a second, unscaled table for their layers with a sliding window.
_WITH_LOCAL_TABLE = frozenset({"gemma3", "gemma3_text", "gemma3n_text", "gemma4_text", "step3p5"})

# The table of Gemma 4's layers with full attention is as wide as their heads.
_WITH_LARGER_FULL_LAYERS = frozenset({"gemma4_text"})

# Multimodal rotary embeddings have rows for positions beyond the context: `mrope.py`.
_MULTIMODAL_ROW_FACTOR = 4

# Of these, versions from 0.32 on leave the further rows out: `mrope_positions_factor` of their classes.
_FEWER_ROWS_LATER = "qwen3"

# Kinds of `rope_scaling` whose factor multiplies the rows of the stated context.
_SCALED_BY_FACTOR = frozenset({"linear", "dynamic"})


def rotary_values(config: ConfigReader, shape: Shape, *, model_type: str) -> int:
    """Values of the tables on each GPU, in the dtype that vLLM computes in."""
    positions = config.optional_positive_int(
        "max_position_embeddings", "max_position_embedding", "seq_length"
    )
    if (
        positions is None
        or model_type in _WITHOUT_ROTARY
        or config.string("position_embedding_type") == "nope"
    ):
        return 0
    width = _rotary_width(config, shape)
    local = positions * width if model_type in _WITH_LOCAL_TABLE else 0
    if model_type in _WITH_LARGER_FULL_LAYERS:
        width = full_layer_heads(config)[1] or width
    return int(positions * _row_factor(config.nested("rope_scaling", "rope_parameters"))) * width + local


def further_rotary_values(config: ConfigReader, values: int, *, model_type: str) -> int:
    """Those of all `values` that belong to positions beyond the context and that later versions leave out."""
    rope = config.nested("rope_scaling", "rope_parameters")
    if not rope.is_list("mrope_section") or not model_type.startswith(_FEWER_ROWS_LATER):
        return 0
    return values - values // _MULTIMODAL_ROW_FACTOR


def _rotary_width(config: ConfigReader, shape: Shape) -> int:
    latent = config.optional_positive_int("qk_rope_head_dim")
    if latent is not None:
        return latent
    rope = config.nested("rope_parameters", "rope_scaling")
    shares = (
        config.optional_number("partial_rotary_factor", "rotary_pct", at_least=0, at_most=1),
        rope.optional_number("partial_rotary_factor", at_least=0, at_most=1),
    )
    return int(shape.head_dim * next(filter(None, shares), 1))


def _row_factor(rope: ConfigReader) -> float:
    if rope.is_list("mrope_section"):
        return _MULTIMODAL_ROW_FACTOR
    return scaling_factor(rope) if rope.string("rope_type", "type") in _SCALED_BY_FACTOR else 1
