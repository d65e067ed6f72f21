"""The sliding window of a config.json."""

from recommender.model.architecture import Architecture
from recommender.model.config_reader import ConfigReader
from recommender.model.values import Shape

# Architectures whose `use_sliding_window` is false where config.json leaves it out: transformers 5.20.
_WITHOUT_WINDOW = frozenset(
    {
        "qwen2",
        "qwen2_5_vl",
        "qwen2_5_vl_text",
        "qwen2_moe",
        "qwen2_vl",
        "qwen2_vl_text",
        "qwen3",
        "qwen3_moe",
        "smollm3",
    }
)


def parse_sliding_window(config: ConfigReader) -> int | None:
    """The window of the layers that have one, in tokens; `None` where it is absent or switched off."""
    is_off = not config.is_set("use_sliding_window") and config.string("model_type") in _WITHOUT_WINDOW
    if is_off or config.is_false("use_sliding_window"):
        return None
    return config.non_negative_int("sliding_window") or None


def mixes_windows(config: ConfigReader, architecture: Architecture | None, shape: Shape) -> bool:
    """Whether the window is that of some layers only, in an architecture whose layers are alike.

    Source: transformers, `Qwen2Config`, where `layer_types` get their default: layers from
    `max_window_layers` on have the window.
    """
    if architecture is None or architecture.local_layers is not None or parse_sliding_window(config) is None:
        return False
    first = config.non_negative_int("max_window_layers")
    if config.is_list("layer_types"):
        return first != shape.layers and {"full_attention", "sliding_attention"} <= {
            *config.tags("layer_types")
        }
    return 0 < first < shape.layers
