"""The images that vLLM profiles multimodal models with."""

from collections.abc import Mapping

from recommender.model.values import Image

# The largest image of each, by `model_type` of the whole: tokens and pixels of the processors' defaults,
# `get_image_size_with_most_features` and `get_num_image_tokens` in `vllm/model_executor/models/`.
_QWEN_IMAGE_TOKENS = 16_384
IMAGES: Mapping[str, Image] = {
    "gemma3": Image(tokens=256, pixel_values=3 * 896**2),
    **dict.fromkeys(("internvl", "internvl_chat"), Image(tokens=13 * 256, pixel_values=13 * 3 * 448**2)),
    "llama4": Image(tokens=17 * 144, pixel_values=17 * 3 * 336**2),
    "llava_next": Image(tokens=2880, pixel_values=5 * 3 * 336**2),
    "mistral3": Image(tokens=55**2, pixel_values=3 * 1540**2),
    **dict.fromkeys(
        ("qwen2_5_vl", "qwen2_vl"),
        Image(tokens=_QWEN_IMAGE_TOKENS, pixel_values=_QWEN_IMAGE_TOKENS * 4 * 1176),
    ),
    **dict.fromkeys(
        ("qwen3_5", "qwen3_5_moe"),
        Image(tokens=_QWEN_IMAGE_TOKENS, pixel_values=_QWEN_IMAGE_TOKENS * 4 * 1536),
    ),
    **dict.fromkeys(
        ("qwen3_vl", "qwen3_vl_moe"),
        Image(tokens=_QWEN_IMAGE_TOKENS, pixel_values=_QWEN_IMAGE_TOKENS * 4 * 1536, hidden_states=4),
    ),
}
