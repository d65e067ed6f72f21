"""The images that vLLM profiles multimodal models with."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The largest image of a multimodal model."""

    tokens: int
    """Tokens that the encoder makes of it."""
    pixel_values: int
    """Values of the encoder's input."""
    hidden_states: int = 1
    """Hidden states of the language model for each token."""


_QWEN_TOKENS = 16_384
_QWEN_2_VL = Image(tokens=_QWEN_TOKENS, pixel_values=_QWEN_TOKENS * 4 * 1176)
_QWEN_3_5 = Image(tokens=_QWEN_TOKENS, pixel_values=_QWEN_TOKENS * 4 * 1536)
_QWEN_3_VL = Image(tokens=_QWEN_TOKENS, pixel_values=_QWEN_TOKENS * 4 * 1536, hidden_states=4)
_INTERN_VL = Image(tokens=13 * 256, pixel_values=13 * 3 * 448**2)

# By the `model_type` of the whole: tokens and pixels under the processors' defaults, from
# `get_image_size_with_most_features` and `get_num_image_tokens` in `vllm/model_executor/models/`.
IMAGES: Mapping[str, Image] = {
    "gemma3": Image(tokens=256, pixel_values=3 * 896**2),
    **dict.fromkeys(("internvl", "internvl_chat"), _INTERN_VL),
    "llama4": Image(tokens=17 * 144, pixel_values=17 * 3 * 336**2),
    "llava_next": Image(tokens=2880, pixel_values=5 * 3 * 336**2),
    "mistral3": Image(tokens=55**2, pixel_values=3 * 1540**2),
    **dict.fromkeys(("qwen2_5_vl", "qwen2_vl"), _QWEN_2_VL),
    **dict.fromkeys(("qwen3_5", "qwen3_5_moe"), _QWEN_3_5),
    **dict.fromkeys(("qwen3_vl", "qwen3_vl_moe"), _QWEN_3_VL),
}
