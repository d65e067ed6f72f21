"""The longest context that vLLM accepts for a model, and the one that it takes by default.

Source: vLLM 0.19 and 0.33, `vllm/config/model.py`, `_get_and_verify_max_len`, and
`vllm/transformers_utils/model_arch_config_convertor.py`, `derive_max_model_len_and_key`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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

# The limits of configuration classes whose repositories may leave the key out: `configuration_*.py` of
# transformers 5.20. Mamba, Mamba 2, Falcon-Mamba and BLOOM have none.
_CLASS_LIMITS: Mapping[str, int] = {
    **dict.fromkeys(("gpt2", "gpt_bigcode"), 1024),
    **dict.fromkeys(
        (
            "dbrx",
            "deepseek_v2",
            "dots1",
            "exaone4",
            "exaone_moe",
            "falcon",
            "gpt_neox",
            "gptj",
            "granite",
            "granitemoe",
            "granitemoe_swa",
            "granitemoehybrid",
            "granitemoeshared",
            "hrm_text",
            "hunyuan_v1_dense",
            "hunyuan_v1_moe",
            "hyperclovax",
            "llama",
            "mpt",
            "olmo",
            "olmo2",
            "olmo3",
            "opt",
            "phi",
        ),
        2048,
    ),
    **dict.fromkeys(
        (
            "arcee",
            "deepseek_v3",
            "flex_olmo",
            "nemotron",
            "nemotron_h",
            "olmoe",
            "phi3",
            "stablelm",
            "starcoder2",
            "zamba2",
        ),
        4096,
    ),
    **dict.fromkeys(
        (
            "beam",
            "cohere",
            "cohere2",
            "cohere2_moe",
            "falcon_h1",
            "gemma",
            "gemma2",
            "granite_swa",
            "jais2",
            "vaultgemma",
        ),
        8192,
    ),
    **dict.fromkeys(
        (
            "axk1",
            "gemma3n_text",
            "glm4v_text",
            "minicpm3",
            "qwen2",
            "qwen2_5_vl_text",
            "qwen2_moe",
            "qwen2_vl_text",
            "qwen3",
            "qwen3_5_moe_text",
            "qwen3_5_text",
            "qwen3_moe",
            "qwen3_next",
            "smollm3",
        ),
        32_768,
    ),
    **dict.fromkeys(("afmoe", "persimmon"), 16_384),
    **dict.fromkeys(("apertus", "olmo_hybrid"), 65_536),
    **dict.fromkeys(("lfm2", "lfm2_moe", "qwen3_vl_moe_text", "qwen3_vl_text"), 128_000),
    **dict.fromkeys(
        (
            "cwm",
            "ernie4_5",
            "ernie4_5_moe",
            "gemma3_text",
            "gemma4_text",
            "glm",
            "glm4",
            "glm4_moe",
            "gpt_oss",
            "hy_v3",
            "laguna",
            "llama4_text",
            "longcat_flash",
            "mellum",
            "mimo_v2_flash",
            "ministral",
            "mistral",
            "mixtral",
            "phimoe",
        ),
        131_072,
    ),
    "deepseek_v32": 163_840,
    "minimax_m2": 196_608,
    **dict.fromkeys(("glm4_moe_lite", "glm_moe_dsa"), 202_752),
    **dict.fromkeys(("bamba", "hy_v4", "jamba", "kolibri1", "ministral3"), 262_144),
    **dict.fromkeys(("minimax_m3_text", "seed_oss"), 524_288),
    "kimi_linear": 1_048_576,
}

# Rotary scalings whose factor is already part of the stated length.
_LONGROPE = frozenset({"longrope", "su"})
_ALREADY_SCALED = frozenset({"llama3", "deepseek_llama_scaling", *_LONGROPE})
_YARN = frozenset({"yarn", "deepseek_yarn"})

_SHORTEST_CONTEXT = 16
_LARGEST_FACTOR = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextLimit:
    """The contexts that vLLM accepts, in tokens of a prompt and its answer together."""

    tokens: int
    """The longest; vLLM's default where it accepts any length."""
    default_tokens: int
    """What vLLM takes without `--max-model-len`."""
    is_enforced: bool = True
    """False where no length is stated, and vLLM accepts any."""
    multiplied_tokens: int | None = None
    """What versions before 0.30 derive from YaRN, where that is not `tokens`: the original limit times the
    factor."""


def context_limit(config: ConfigReader, *, model_type: str) -> ContextLimit:
    """The limit that vLLM derives from `config`, without the tokenizer's own, which is not read.

    Raises `ImplausibleMetadata` for one that no model has.
    """
    stated = _stated_limit(config, model_type)
    scaled = _scaled(stated or _DEFAULT_CONTEXT, config, model_type)
    if stated is None:
        return ContextLimit(tokens=scaled, default_tokens=scaled, is_enforced=False)
    original = config.optional_positive_int("original_max_position_embeddings")
    is_longrope = any(_kind(rope) in _LONGROPE for rope in _rotary_settings(config))
    default = min(original, scaled) if is_longrope and original is not None else scaled
    multiplied = _multiplied(stated, config)
    return ContextLimit(
        tokens=scaled,
        default_tokens=default,
        multiplied_tokens=None if multiplied == scaled or "gemma3" in model_type else multiplied,
    )


def scaling_factor(rope: ConfigReader) -> float:
    """The factor by which a rotary embedding is stretched; 1 where none is stated."""
    return rope.optional_number("factor", at_least=1, at_most=_LARGEST_FACTOR) or 1


def _stated_limit(config: ConfigReader, model_type: str) -> int | None:
    """The smallest stated length before scaling, or that of the configuration's class; `None` without any."""
    stated = [limit for key in _KEYS if (limit := config.optional_positive_int(key)) is not None]
    # Cohere's own key wins over the others.
    limit = (
        config.optional_positive_int("model_max_length")
        or min(stated, default=None)
        or _CLASS_LIMITS.get(model_type)
    )
    if limit is not None and limit < _SHORTEST_CONTEXT:
        raise ImplausibleMetadata(
            f"{config.name} says a longest context of {limit}, too short for any model."
        )
    return limit


def _scaled(limit: int, config: ConfigReader, model_type: str) -> int:
    """`limit` stretched by the rotary embedding, where the stated length is the one before stretching."""
    if "gemma3" in model_type:
        return limit
    factor = 1.0
    for rope in _rotary_settings(config):
        kind = _kind(rope)
        if kind in _YARN:
            limit = min(limit, _original_times_factor(rope, limit))
        elif kind is not None and kind not in _ALREADY_SCALED:
            factor = rope.optional_number("factor", at_least=1, at_most=_LARGEST_FACTOR) or factor
    return int(limit * factor)


def _multiplied(limit: int, config: ConfigReader) -> int | None:
    found = (
        _original_times_factor(rope, limit) for rope in _rotary_settings(config) if _kind(rope) == "yarn"
    )
    return next(found, None)


def _original_times_factor(rope: ConfigReader, limit: int) -> int:
    original = rope.optional_positive_int("original_max_position_embeddings") or limit
    return int(original * scaling_factor(rope))


def _rotary_settings(config: ConfigReader) -> Iterator[ConfigReader]:
    """The settings of the rotary embedding, which may differ by the kind of layer."""
    rope = config.nested("rope_scaling", "rope_parameters")
    yield rope
    yield from (rope.nested(key) for key in rope.sorted_keys() if rope.is_object(key))


def _kind(rope: ConfigReader) -> str | None:
    return rope.string("rope_type", "type")
