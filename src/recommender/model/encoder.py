"""The vision encoder of a multimodal model, and the items that vLLM profiles it with.

Items: `get_mm_max_tokens_per_item` and the dummy inputs of each class in `vllm/model_executor/models/`, with
the settings in the preprocessor files of the families' repositories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from recommender.model.config_reader import ConfigReader

EncoderFamily = Literal[
    "clip",
    "gemma4",
    "intern_vit",
    "llama4",
    "mllama",
    "moon_vit",
    "pixtral",
    "qwen2_5_vl",
    "qwen2_vl",
    "qwen3_vl",
    "siglip",
    "unmeasured",
]

_DEFAULT_PATCH = 14
_PIXTRAL_PIXELS = 1024
_DEFAULT_WIDTH = 1152
_CHANNELS = 3
_FRAMES_PER_PATCH = 2
_PATCHES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionItem:
    """An image or a video."""

    kind: Literal["image", "video"]
    tokens: int
    """Its placeholders in a prompt, by which vLLM counts how many items make a batch."""
    patches: int
    """Inputs of the encoder."""
    outputs: int
    """Embeddings that the encoder makes of it."""


class LargestItem(Protocol):
    """The largest item of the modality that vLLM profiles, for a model and a context."""

    def at(self, max_model_len: int) -> VisionItem:
        """The item for prompts of up to `max_model_len` tokens."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedItem:
    """An item of the same size in every context."""

    item: VisionItem

    def at(self, max_model_len: int) -> VisionItem:  # noqa: ARG002 - as in LargestItem
        """The item."""
        return self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowingVideo:
    """A video with as many frames as the context has room for, in steps, up to a limit."""

    step_tokens: int
    most_steps: int | None = None
    """`None` where the context alone limits it."""
    patches_per_token: int = _PATCHES_PER_TOKEN

    def at(self, max_model_len: int) -> VisionItem:
        """At least one step, even if the context is shorter."""
        steps = max(1, max_model_len // self.step_tokens)
        tokens = self.step_tokens * (steps if self.most_steps is None else min(self.most_steps, steps))
        return _item("video", tokens, patches=self.patches_per_token * tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiledVideo:
    """A video of tiles that are as large as those of an image (InternVL); an image in short contexts."""

    image_tiles: int
    tile_tokens: int
    tile_patches: int

    def at(self, max_model_len: int) -> VisionItem:
        """The video is counted without the room for one image, but encoded with it."""
        image_tokens = self.image_tiles * self.tile_tokens
        counted = (max_model_len - image_tokens) // self.tile_tokens * self.tile_tokens
        if counted < image_tokens:
            return self._tiles("image", self.image_tiles, image_tokens)
        return self._tiles("video", max_model_len // self.tile_tokens, counted)

    def _tiles(self, kind: Literal["image", "video"], tiles: int, tokens: int) -> VisionItem:
        return VisionItem(
            kind=kind,
            tokens=tokens,
            patches=tiles * self.tile_patches,
            outputs=tiles * self.tile_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionEncoder:
    """What the memory of encoding depends on."""

    family: EncoderFamily
    depth: int
    """Layers."""
    width: int
    feed_forward: int
    patch_values: int
    """Pixel values of a patch, of two frames where the family encodes them in pairs."""
    output_levels: int
    """Embeddings that the language model takes for each token, more than one with DeepStack."""
    has_wide_norms: bool
    """Whether queries and keys are normalized over all heads together (InternViT)."""
    largest: LargestItem

    @property
    def is_profiled_by_sequence(self) -> bool:
        """Whether each sequence is profiled with an item, whatever the batch holds.

        Source: `profile_run`, `vllm/worker/enc_dec_model_runner.py` of 0.8 to 0.10.
        """
        return self.family == "mllama"


def parse_encoder(top_level: ConfigReader, tower: ConfigReader | None = None) -> VisionEncoder:
    """The encoder that config.json describes, or `tower` in it; other families get an upper limit."""
    tower = tower or top_level.nested("vision_config")
    family, largest = _family(top_level, tower)
    patch = _size(tower, "patch_size") or _DEFAULT_PATCH
    # In Qwen2-VL's config.json `hidden_size` is that of the language model.
    width = _size(tower, "embed_dim", "vt_hidden_size", "hidden_size") or _DEFAULT_WIDTH
    in_pairs = family in {"qwen2_vl", "qwen2_5_vl", "qwen3_vl", "unmeasured"}
    return VisionEncoder(
        family=family,
        depth=_size(tower, "depth", "num_hidden_layers", "vt_num_hidden_layers") or 0,
        width=width,
        feed_forward=_size(tower, "intermediate_size", "vt_intermediate_size") or 4 * width,
        patch_values=_CHANNELS * patch**2 * (_FRAMES_PER_PATCH if in_pairs else 1),
        output_levels=1 + len(tower.non_negative_ints("deepstack_visual_indexes")),
        has_wide_norms=tower.is_true("qk_normalization"),
        largest=largest,
    )


def _size(tower: ConfigReader, *keys: str) -> int | None:
    """A width; `None` where it is absent or a list with one for each stage or dimension."""
    stated = [key for key in keys if tower.is_set(key) and not tower.is_list(key)]
    return tower.optional_positive_int(*stated) if stated else None


def _item(kind: Literal["image", "video"], tokens: int, *, patches: int | None = None) -> VisionItem:
    """An item whose tokens are made of four patches each, unless `patches` says otherwise."""
    return VisionItem(
        kind=kind,
        tokens=tokens,
        patches=_PATCHES_PER_TOKEN * tokens if patches is None else patches,
        outputs=tokens,
    )


def _fixed(tokens: int, *, patches: int | None = None) -> FixedItem:
    return FixedItem(item=_item("image", tokens, patches=patches))


def _tower_family(tower: ConfigReader) -> EncoderFamily:
    return "clip" if tower.string("model_type") == "clip_vision_model" else "siglip"


def _llava_next(tower: ConfigReader) -> FixedItem:
    """LLaVA 1.6 has a thumbnail and four tiles of 336 pixels; Granite Vision ten of 384 in one column."""
    side = max(1, (_size(tower, "image_size") or 336) // (_size(tower, "patch_size") or _DEFAULT_PATCH))
    high, wide = (2, 2) if tower.string("model_type") == "clip_vision_model" else (10, 1)
    patches = (high * wide + 1) * side**2
    # Each row of patches ends with a token for a line break.
    return _fixed(patches + high * side, patches=patches)


def _pixtral(tower: ConfigReader) -> FixedItem:
    """Mistral's own format states the largest image, whose patches may be merged into tokens."""
    pixels = max(_size(tower, "max_image_size") or 0, _size(tower, "image_size") or _PIXTRAL_PIXELS)
    side = max(1, pixels // (_size(tower, "patch_size") or _DEFAULT_PATCH))
    merged = max(1, side // (_size(tower, "spatial_merge_size") or 1))
    return _fixed(merged**2, patches=side**2)


# Qwen2.5-VL: 12,845,056 pixels; Qwen3-VL: 16,777,216.
_QWEN_TOKENS = 16_384
LARGEST_VIDEO = GrowingVideo(step_tokens=_QWEN_TOKENS, most_steps=7)

# 32 frames of 70 embeddings, counted with 8 tokens for each time stamp. Patches: 3 x 3 for an embedding.
_GEMMA_4_VIDEO = FixedItem(
    item=VisionItem(kind="video", tokens=32 * 78, patches=32 * 70 * 9, outputs=32 * 70)
)

# Two frames make a step; their tokens are of eight patches, of four neighbors in each of two frames.
_ERNIE_VIDEO = GrowingVideo(step_tokens=256, patches_per_token=8)

# Wider than the items of the families that are not measured, whose videos have up to 30,000 tokens.
_UNMEASURED = GrowingVideo(step_tokens=7396, most_steps=4)

# Aya Vision, Idefics 3, SmolVLM and Gemma 3n were not measured; SigLIP's formula is an upper limit for them.
_BY_MODEL_TYPE: Mapping[str, tuple[EncoderFamily, LargestItem]] = {
    "aya_vision": ("siglip", _fixed(13 * 169, patches=13 * 26**2)),
    **dict.fromkeys(("gemma3", "gemma3n"), ("siglip", _fixed(256, patches=64**2))),
    **dict.fromkeys(("ernie4_5_moe_vl", "ernie4_5_vl_moe"), ("unmeasured", _ERNIE_VIDEO)),
    "gemma4": ("gemma4", _GEMMA_4_VIDEO),
    "idefics3": ("siglip", _fixed(17 * 169, patches=17 * 26**2)),
    **dict.fromkeys(
        ("internvl", "internvl_chat"),
        ("intern_vit", TiledVideo(image_tiles=13, tile_tokens=256, tile_patches=32**2)),
    ),
    "kimi_k25": ("moon_vit", _fixed(4096)),
    "kimi_vl": ("moon_vit", _fixed(1024)),
    "llama4": ("llama4", _fixed(17 * 144, patches=17 * (24**2 + 1))),
    "llava": ("clip", _fixed(24**2, patches=24**2)),
    "llava_onevision": ("siglip", _fixed(8748, patches=37 * 27**2)),
    "mistral3": ("pixtral", _fixed(55**2)),
    # Four tiles of 40 x 40 patches and a class embedding, padded to a multiple of 8.
    "mllama": ("mllama", _fixed(4 * 1601, patches=4 * 1608)),
    "paligemma": ("siglip", _fixed(64**2, patches=64**2)),
    "qwen2_5_vl": ("qwen2_5_vl", LARGEST_VIDEO),
    "qwen2_vl": ("qwen2_vl", LARGEST_VIDEO),
    **dict.fromkeys(
        ("qwen3_5", "qwen3_5_moe", "qwen3_vl", "qwen3_vl_moe"), ("qwen3_vl", _fixed(_QWEN_TOKENS))
    ),
    "smolvlm": ("siglip", _fixed(17 * 64, patches=17 * 32**2)),
}


def _family(top_level: ConfigReader, tower: ConfigReader) -> tuple[EncoderFamily, LargestItem]:
    model_type = top_level.string("model_type") or ""
    if model_type == "llava_next":
        return _tower_family(tower), _llava_next(tower)
    # transformers has Pixtral as a LLaVA with another tower.
    if model_type == "pixtral" or (model_type == "llava" and tower.string("model_type") == "pixtral"):
        return "pixtral", _pixtral(tower)
    return _BY_MODEL_TYPE.get(model_type, ("unmeasured", _UNMEASURED))
