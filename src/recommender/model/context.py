"""The longest context that vLLM accepts for a model.

Source: `vllm/config/model.py`, `_get_and_verify_max_len`, and
`vllm/transformers_utils/model_arch_config_convertor.py`, `derive_max_model_len_and_key`, of vLLM 0.19.
"""

from recommender.model.config_reader import ConfigReader
from recommender.model.errors import ImplausibleMetadata

_KEYS = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "seq_length",
    "model_max_length",
    "max_target_positions",
    "max_sequence_length",
    "max_seq_length",
    "seq_len",
)

# vLLM's default for a model that states no limit.
_DEFAULT_CONTEXT = 2048

# Rotary scalings whose factor is already part of `max_position_embeddings`.
_ALREADY_SCALED = frozenset({"default", "su", "longrope", "llama3", "deepseek_llama_scaling", "mrope"})
_YARN = frozenset({"yarn", "deepseek_yarn"})

_SHORTEST_CONTEXT = 16
_LARGEST_FACTOR = 1024


def longest_context(config: ConfigReader) -> int:
    """Tokens of the longest request, prompt and answer together."""
    stated = [limit for key in _KEYS if (limit := config.optional_positive_int(key)) is not None]
    # Cohere's own key wins over the others.
    limit = config.optional_positive_int("model_max_length") or min(stated, default=_DEFAULT_CONTEXT)
    if limit < _SHORTEST_CONTEXT:
        raise ImplausibleMetadata(
            f"{config.name} says a longest context of {limit}, too short for any model."
        )
    rope = config.nested("rope_scaling", "rope_parameters")
    kind = rope.string("rope_type", "type")
    if kind is None or kind in _ALREADY_SCALED or "gemma3" in (config.string("model_type") or ""):
        return limit
    if kind in _YARN:
        # Up to 0.19 vLLM takes the original limit times the factor, later the stated one.
        original = rope.optional_positive_int("original_max_position_embeddings") or limit
        return min(limit, int(original * scaling_factor(rope)))
    return int(limit * scaling_factor(rope))


def scaling_factor(rope: ConfigReader) -> float:
    """The factor by which a rotary embedding is stretched; 1 where none is stated."""
    return rope.optional_number("factor", at_least=1, at_most=_LARGEST_FACTOR) or 1
