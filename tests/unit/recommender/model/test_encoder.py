"""The vision encoder of a multimodal model, and the items that vLLM profiles it with."""

import pytest
from support.metadata import real, real_model

from recommender.model import parse_model
from recommender.model.config_reader import ConfigReader
from recommender.model.encoder import VisionEncoder, parse_encoder


def encoder_of(model_id: str) -> VisionEncoder:
    encoder = real_model(model_id).encoder
    assert encoder is not None
    return encoder


def parsed(**config: object) -> VisionEncoder:
    return parse_encoder(ConfigReader(config, name="config.json"))


@pytest.mark.parametrize(
    ("model_id", "context", "kind", "tokens"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", 32_767, "video", 16_384),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 32_768, "video", 32_768),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 65_536, "video", 65_536),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 128_000, "video", 114_688),
        ("Qwen/Qwen3-VL-8B-Instruct", 262_144, "image", 16_384),
        ("Qwen/Qwen3.5-4B", 4096, "image", 16_384),
        ("google/gemma-3-12b-it", 8192, "image", 256),
        ("google/gemma-4-31B-it", 8192, "video", 2496),
        ("mistralai/Devstral-Small-2-24B-Instruct-2512", 8192, "image", 3025),
        ("llava-hf/llava-v1.6-mistral-7b-hf", 8192, "image", 2928),
        ("ibm-granite/granite-vision-3.3-2b", 8192, "image", 8289),
        ("moonshotai/Kimi-VL-A3B-Instruct", 8192, "image", 1024),
        ("moonshotai/Kimi-K2.5", 8192, "image", 4096),
        ("OpenGVLab/InternVL3-78B", 4096, "image", 3328),
        ("OpenGVLab/InternVL3-78B", 8192, "video", 256 * ((8192 - 3328) // 256)),
        ("RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", 8192, "image", 2448),
    ],
)
def test_the_largest_item_is_the_one_that_vllm_finds(
    model_id: str, context: int, kind: str, tokens: int
) -> None:
    """What vLLM 0.19's own code gives with the preprocessor settings of the repositories."""
    item = encoder_of(model_id).largest.at(context)

    assert (item.kind, item.tokens) == (kind, tokens)


@pytest.mark.parametrize(
    ("model_type", "vision", "expected"),
    [
        ("aya_vision", {}, (13 * 13**2, 13 * 26**2)),
        ("gemma3", {}, (16**2, 64**2)),
        ("gemma3n", {}, (16**2, 64**2)),
        ("idefics3", {}, (17 * 13**2, 17 * 26**2)),
        ("kimi_vl", {}, (32**2, 64**2)),
        ("kimi_k25", {}, (64**2, 128**2)),
        ("llama4", {}, (17 * 12**2, 17 * 577)),
        ("llava", {}, (576, 576)),
        ("llava_onevision", {}, (8748, 37 * 27**2)),
        ("mistral3", {}, (55**2, 110**2)),
        ("mllama", {}, (4 * (40**2 + 1), 4 * 8 * 201)),
        ("paligemma", {}, (64**2, 64**2)),
        ("qwen3_vl", {}, (128**2, 256**2)),
        ("smolvlm", {}, (17 * 8**2, 17 * 32**2)),
        ("llava_next", {"model_type": "clip_vision_model"}, (5 * 24**2 + 2 * 24, 5 * 24**2)),
        (
            "llava_next",
            {"model_type": "siglip_vision_model", "image_size": 384, "patch_size": 16},
            (11 * 24**2 + 10 * 24, 11 * 24**2),
        ),
        ("pixtral", {"image_size": 1024, "patch_size": 16}, (64**2, 64**2)),
        ("llava", {"model_type": "pixtral", "image_size": 1024, "patch_size": 16}, (64**2, 64**2)),
        (
            "pixtral",
            {"image_size": 1024, "max_image_size": 1540, "patch_size": 14, "spatial_merge_size": 2},
            (55**2, 110**2),
        ),
        ("pixtral", {"image_size": 1540, "max_image_size": 1024, "patch_size": 14}, (110**2, 110**2)),
    ],
    ids=str,
)
def test_an_image_has_the_tiles_and_patches_of_its_family(
    model_type: str, vision: dict[str, object], expected: tuple[int, int]
) -> None:
    """Tokens and patches: tiles with a thumbnail, each a square of patches of which 1, 4 or 16 make a token.

    A tile of Llama 4 has 24 x 24 patches and a class, one of Llama 3.2 40 x 40 and a class, padded to a
    multiple of 8; rows of LLaVA 1.6 end with a token; Pixtral merges 2 x 2 patches from Mistral Small 3.1 on.
    """
    item = parsed(model_type=model_type, vision_config=vision).largest.at(4096)

    assert (item.kind, item.tokens, item.patches) == ("image", *expected)


@pytest.mark.parametrize(
    ("model_type", "expected"),
    [("llava_next", (11 * 336**2 + 10 * 336, 11 * 336**2)), ("pixtral", (1024**2, 1024**2))],
)
def test_an_image_without_a_stated_size_has_that_of_its_family(
    model_type: str, expected: tuple[int, int]
) -> None:
    """336 and 1024 pixels a side, which patches of one pixel show."""
    item = parsed(model_type=model_type, vision_config={"patch_size": 1}).largest.at(4096)

    assert (item.tokens, item.patches) == expected


@pytest.mark.parametrize(("model_type", "expected"), [("llava_next", (11 + 10, 11)), ("pixtral", (1, 1))])
def test_a_tile_that_is_smaller_than_a_patch_is_one_patch(model_type: str, expected: tuple[int, int]) -> None:
    vision = {"image_size": 8, "patch_size": 14, "spatial_merge_size": 2}
    item = parsed(model_type=model_type, vision_config=vision).largest.at(4096)

    assert (item.tokens, item.patches) == expected


@pytest.mark.parametrize(
    ("model_type", "tower", "family"),
    [
        ("llava_next", "clip_vision_model", "clip"),
        ("llava_next", "siglip_vision_model", "siglip"),
        ("pixtral", "pixtral_encoder", "pixtral"),
        ("llava", "clip_vision_model", "clip"),
        ("llava", "pixtral", "pixtral"),
        ("gemma3", "siglip_vision_model", "siglip"),
    ],
)
def test_the_encoder_is_that_of_the_family_or_of_its_tower(model_type: str, tower: str, family: str) -> None:
    assert parsed(model_type=model_type, vision_config={"model_type": tower}).family == family


@pytest.mark.parametrize(("model_type", "expected"), [("mllama", True), ("llama4", False)])
def test_only_llama_3_2_is_profiled_with_an_image_for_each_sequence(
    model_type: str, *, expected: bool
) -> None:
    """`profile_run` of `vllm/worker/enc_dec_model_runner.py`, the runner of models with cross-attention."""
    assert parsed(model_type=model_type).is_profiled_by_sequence is expected


def test_a_video_of_gemma_4_has_32_frames_of_70_embeddings() -> None:
    """Nine patches each, and eight tokens for the time stamp of a frame."""
    item = parsed(model_type="gemma4").largest.at(4096)

    assert (item.kind, item.tokens, item.patches, item.outputs) == (
        "video",
        32 * (70 + 8),
        32 * 9 * 70,
        32 * 70,
    )


@pytest.mark.parametrize(("context", "tokens"), [(100, 16_384), (40_000, 32_768), (200_000, 114_688)])
def test_a_video_of_qwen_grows_in_steps_to_seven(context: int, tokens: int) -> None:
    """Four patches make a token."""
    item = parsed(model_type="qwen2_5_vl").largest.at(context)

    assert (item.kind, item.tokens, item.patches, item.outputs) == ("video", tokens, 4 * tokens, tokens)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (2 * 3328 - 1, ("image", 3328, 13)),
        (2 * 3328, ("video", 3328, 26)),
        (2 * 3328 + 256, ("video", 3584, 27)),
    ],
)
def test_a_video_of_internvl_leaves_room_for_an_image(context: int, expected: tuple[str, int, int]) -> None:
    """Tiles of 256 tokens and 32 x 32 patches; an image has twelve and a thumbnail."""
    item = parsed(model_type="internvl").largest.at(context)

    assert (item.kind, item.tokens, item.patches // 32**2) == expected
    assert item.outputs == expected[2] * 256


def test_an_encoder_without_sizes_has_usual_ones() -> None:
    """Those of SigLIP: patches of 14 x 14 in three colors, a width of 1152."""
    encoder = parsed(model_type="gemma3")

    assert (encoder.patch_values, encoder.width, encoder.feed_forward) == (3 * 14**2, 1152, 4 * 1152)
    assert (encoder.depth, encoder.output_levels, encoder.has_wide_norms) == (0, 1, False)


def test_qwen_encodes_frames_in_pairs_and_takes_three_further_levels() -> None:
    encoder = parsed(
        model_type="qwen3_vl", vision_config={"patch_size": 16, "deepstack_visual_indexes": [5, 11, 17]}
    )

    assert (encoder.patch_values, encoder.output_levels) == (2 * 3 * 16**2, 4)


@pytest.mark.parametrize(("context", "tiles"), [(8192, 32), (32_768, 128), (40_960, 160)])
def test_the_video_that_is_encoded_is_longer_than_the_one_that_is_counted(context: int, tiles: int) -> None:
    assert encoder_of("OpenGVLab/InternVL3-78B").largest.at(context).outputs == tiles * 256


def test_qwen_2_vl_has_the_width_of_its_embedding() -> None:
    """`hidden_size` of its `vision_config` is that of the language model."""
    encoder = parsed(model_type="qwen2_vl", vision_config={"embed_dim": 1280, "hidden_size": 3584})

    assert (encoder.width, encoder.feed_forward) == (1280, 4 * 1280)


def test_sizes_that_are_lists_do_not_make_a_model_implausible() -> None:
    """InternVL in the format of transformers states two sides."""
    encoder = parsed(
        model_type="internvl",
        vision_config={"patch_size": [14, 14], "image_size": [448, 448], "hidden_size": 1024},
    )

    assert encoder.patch_values == 3 * 14 * 14


def test_a_family_that_is_not_listed_gets_a_video_that_grows_with_the_context() -> None:
    encoder = parsed(model_type="glm4v", vision_config={"hidden_size": 1536})

    assert encoder.family == "unmeasured"
    assert [encoder.largest.at(context).tokens for context in (8192, 32_768, 131_072)] == [
        7396,
        29_584,
        29_584,
    ]


def test_the_video_of_ernie_fills_the_context() -> None:
    """`get_num_frames_with_most_features` in `ernie45_vl.py` has no limit; eight patches make a token."""
    encoder = parsed(model_type="ernie4_5_moe_vl", vision_config={"hidden_size": 1280})
    item = encoder.largest.at(131_072)

    assert (item.tokens, item.patches) == (131_072, 8 * 131_072)


def test_only_multimodal_models_have_an_encoder() -> None:
    assert parse_model(real("Qwen/Qwen3-8B")).encoder is None
