"""The rotary embedding's table of sines and cosines, which vLLM loads beside the weights.

It is short for most models and 2.5 GiB for Llama 4, whose table has ten million rows. Source:
`vllm/model_executor/layers/rotary_embedding/`, `cos_sin_cache` of each class.
"""

from recommender.model.config_reader import ConfigReader
from recommender.model.context import scaling_factor
from recommender.model.values import Shape

# Models without rotary positions: learned ones, ALiBi, or none beside states.
_WITHOUT = frozenset(
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

# Gemma 3 has a second, unscaled table for its layers with a window.
_WITH_A_LOCAL_TABLE = frozenset({"gemma3", "gemma3_text"})

# Multimodal rotary embeddings prepare for positions beyond the context: `mrope.py`.
_MULTIMODAL_ROWS = 4

# Rows over those of the stated context, as a factor of `rope_scaling`.
_SCALED_BY_THE_FACTOR = frozenset({"linear", "dynamic"})


def rotary_values(text: ConfigReader, shape: Shape, *, architecture: str) -> int:
    """Values of the tables on each GPU, in the dtype that vLLM computes in."""
    positions = text.optional_count("max_position_embeddings", "seq_length")
    if positions is None or architecture in _WITHOUT or text.text("position_embedding_type") == "nope":
        return 0
    width = _rotary_width(text, shape)
    local = positions * width if architecture in _WITH_A_LOCAL_TABLE else 0
    return int(positions * _row_factor(text.nested("rope_scaling", "rope_parameters"))) * width + local


def _rotary_width(text: ConfigReader, shape: Shape) -> int:
    latent = text.optional_count("qk_rope_head_dim")
    if latent is not None:
        return latent
    rope = text.nested("rope_parameters", "rope_scaling")
    share = text.value("partial_rotary_factor", "rotary_pct") or rope.value("partial_rotary_factor")
    return int(shape.head_dim * share) if isinstance(share, float) and 0 < share < 1 else shape.head_dim


def _row_factor(rope: ConfigReader) -> float:
    if isinstance(rope.value("mrope_section"), list):
        return _MULTIMODAL_ROWS
    return scaling_factor(rope) if rope.text("rope_type", "type") in _SCALED_BY_THE_FACTOR else 1
