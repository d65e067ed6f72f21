"""Memory of the vision encoder's run, against what vLLM 0.19's encoders allocate and what servers logged."""

from dataclasses import replace

import pytest
from support.metadata import real_model

from recommender.hardware.gpu import Gpu
from recommender.hardware.units import GIB
from recommender.memory.calculate_budget import budget
from recommender.memory.multimodal import NO_ENCODER, EncoderProfile, encoder_profile
from recommender.model.dtype import Dtype
from recommender.model.encoder import EncoderFamily, FixedItem, VisionEncoder, VisionItem
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import default_engine_args
from recommender.vllm.version import Version

_MIB = 1 << 20
_H100 = Gpu(name="H100", visible_bytes=int(79.19 * GIB), compute_capability=(9, 0), nvlink=True)


def profile_of(
    model_id: str,
    *,
    version: Version | None = (0, 19),
    degree: int = 1,
    tokens: int = 8192,
    context: int = 8192,
) -> EncoderProfile:
    engine_args = replace(
        default_engine_args(_H100, behavior_of(version)), max_num_batched_tokens=tokens, max_model_len=context
    )
    return encoder_profile(real_model(model_id), _H100, degree, engine_args, Dtype.BFLOAT16)


@pytest.mark.parametrize(
    ("model_id", "degree", "tokens", "context", "counted_mib"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", 1, 8192, 8192, 2253),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 4, 8192, 8192, 1455),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 1, 8192, 128_000, 15_752),
        ("Qwen/Qwen3.5-9B", 1, 8192, 8192, 1933),
        ("Qwen/Qwen3.5-4B", 1, 8192, 8192, 1740),
        ("Qwen/Qwen3-VL-8B-Instruct", 1, 8192, 8192, 2317),
        ("google/gemma-3-12b-it", 1, 8192, 8192, 3452),
        ("google/gemma-3-12b-it", 1, 2048, 8192, 864),
        ("mistralai/Devstral-Small-2-24B-Instruct-2512", 1, 8192, 8192, 2002),
        ("moonshotai/Kimi-VL-A3B-Instruct", 1, 8192, 8192, 1280),
        ("moonshotai/Kimi-K2.5", 1, 4096, 8192, 680),
        ("RedHatAI/Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", 4, 8192, 8192, 588),
    ],
)
def test_the_peak_is_what_the_encoder_allocates(
    model_id: str, degree: int, tokens: int, context: int, counted_mib: int
) -> None:
    """Every live tensor of the encoder's run under 0.19 was counted."""
    found = profile_of(model_id, degree=degree, tokens=tokens, context=context)

    assert counted_mib == pytest.approx(found.peak_bytes / _MIB, rel=0.03)


def test_pixtral_makes_no_mask_from_0_29_on() -> None:
    """1,117 MiB for two images of 110 x 110 patches."""
    model_id = "mistralai/Devstral-Small-2-24B-Instruct-2512"
    old, recent = (profile_of(model_id, version=version).peak_bytes for version in ((0, 19), (0, 29)))

    assert round((old - recent) / _MIB) == 2 * (2 * 110**2) ** 2 // _MIB


def test_what_stays_alive_depends_on_the_runner() -> None:
    """Qwen3.5 9B: 65,536 patches of 1,536 values, and 16,384 embeddings of 4,096."""
    pixels, outputs = 2 * 65_536 * 1536, 2 * 16_384 * 4096

    assert profile_of("Qwen/Qwen3.5-9B", version=(0, 19)).kept_bytes == pixels + outputs
    assert profile_of("Qwen/Qwen3.5-9B", version=(0, 29)).kept_bytes == outputs


def test_the_second_runner_profiled_no_encoder_up_to_0_26() -> None:
    assert profile_of("google/gemma-3-12b-it", version=(0, 26)) == NO_ENCODER
    assert profile_of("google/gemma-3-12b-it", version=(0, 27)) != NO_ENCODER


def test_a_request_has_an_image_even_where_the_context_is_shorter() -> None:
    """One of 256 tokens (Gemma 3) in a context of 200, though the batch of one request has room for 32."""
    model, default = real_model("google/gemma-3-12b-it"), default_engine_args(_H100, behavior_of((0, 19)))
    default = replace(default, max_num_seqs=1, max_model_len=200)
    roomy, of_one_image = (
        encoder_profile(model, _H100, 1, replace(default, max_num_batched_tokens=tokens), Dtype.BFLOAT16)
        for tokens in (32 * 256, 256)
    )

    assert roomy == of_one_image


def test_a_batch_holds_no_more_images_than_its_requests() -> None:
    """32 images of 256 tokens fit in 8,192; a single request of 1,024 tokens has four."""
    model, default = real_model("google/gemma-3-12b-it"), default_engine_args(_H100, behavior_of((0, 19)))
    many, few = (
        encoder_profile(
            model,
            _H100,
            1,
            replace(default, max_num_seqs=sequences, max_model_len=1024),
            Dtype.BFLOAT16,
        )
        for sequences in (256, 1)
    )

    assert many.peak_bytes == 8 * few.peak_bytes


@pytest.mark.parametrize(
    ("model_id", "gpu_gib", "capability", "utilization", "version", "flags", "weights_gib", "logged_gib"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", 79.2, (8, 0), 0.22, (0, 23), (2048, 256, 128_000), 15.67, -14.28),
        ("Qwen/Qwen3.5-4B", 22.03, (8, 9), 0.92, (0, 29), (2048, 256, 32_768), 8.61, 9.10),
        ("google/gemma-4-31B-it", 94.97, (12, 0), 0.94, (0, 23), (8192, 20, 32_768), 58.99, 28.41),
    ],
)
def test_the_cache_is_the_one_that_a_server_logged(
    model_id: str,
    gpu_gib: float,
    capability: tuple[int, int],
    utilization: float,
    version: Version,
    flags: tuple[int, int, int],
    weights_gib: float,
    logged_gib: float,
) -> None:
    """Flags: batched tokens, sequences, context. The first is profiled with a video of 114,688 tokens."""
    gpu = Gpu(name="GPU", visible_bytes=int(gpu_gib * GIB), compute_capability=capability, nvlink=False)
    tokens, sequences, context = flags
    engine_args = replace(
        default_engine_args(gpu, behavior_of(version)),
        gpu_memory_utilization=utilization,
        max_num_batched_tokens=tokens,
        max_num_seqs=sequences,
        max_model_len=context,
    )
    found = budget(real_model(model_id), gpu, 1, engine_args=engine_args)
    kv_cache_gib = (found.kv_cache_bytes + found.weight_bytes) / GIB - weights_gib

    assert logged_gib == pytest.approx(kv_cache_gib, abs=0.4)


def peak_bytes_of_an_image(
    family: EncoderFamily,
    *,
    version: Version = (0, 19),
    degree: int = 1,
    feed_forward: int = 1000,
    levels: int = 1,
    wide_norms: bool = False,
    gpu: Gpu = _H100,
    patches: int = 64,
) -> int:
    """The peak for one image of 16 tokens: 64 patches of 300 values, an encoder with a width of 100."""
    image = VisionItem(kind="image", tokens=16, patches=patches, outputs=16)
    encoder = VisionEncoder(
        family=family,
        depth=2,
        width=100,
        feed_forward=feed_forward,
        patch_values=300,
        output_levels=levels,
        has_wide_norms=wide_norms,
        largest=FixedItem(item=image),
    )
    model = replace(real_model("google/gemma-3-12b-it"), encoder=encoder)
    engine_args = replace(
        default_engine_args(gpu, behavior_of(version)), max_num_batched_tokens=16, max_model_len=1024
    )
    return encoder_profile(model, gpu, degree, engine_args, Dtype.BFLOAT16).peak_bytes


@pytest.mark.parametrize(
    ("family", "degree", "feed_forward", "values_of_a_patch"),
    [
        ("clip", 1, 1000, 3000 + 400),
        ("clip", 2, 1000, 1500 + 400),
        ("qwen2_vl", 1, 1000, 3000 + 300),
        ("qwen2_5_vl", 1, 1000, 3000 + 500 + 160),
        ("qwen2_5_vl", 2, 1000, 1500 + 600 + 160),
        ("qwen3_vl", 1, 1000, 400 + 2000 + 144),
        ("qwen3_vl", 1, 300, 1200 + 144),
        ("qwen3_vl", 2, 1000, 500 + 1000 + 144),
        ("qwen3_vl", 2, 300, 500 + 400 + 144),
        ("siglip", 1, 1000, 2000 + 400),
        ("pixtral", 1, 1000, 3000 + 600 + 128 + 64),  # a mask of 64 x 64 patches
        ("intern_vit", 1, 1000, 2000 + 400),
        ("llama4", 1, 1000, 2000 + 500),
        ("unmeasured", 1, 1000, 3000 + 600 + 160),
        ("unmeasured", 2, 1000, 3000 + 600 + 160),  # not divided, in doubt
        ("unmeasured", 1, 100, 1650 + 160),
    ],
)
def test_a_patch_needs_its_pixels_and_the_live_values_of_one_layer(
    family: EncoderFamily, degree: int, feed_forward: int, values_of_a_patch: int
) -> None:
    """In 2 bytes. Buffers of the feed-forward width are divided among GPUs, those of 100 are not."""
    found = peak_bytes_of_an_image(family, degree=degree, feed_forward=feed_forward)

    assert found == 2 * 64 * (300 + values_of_a_patch)


@pytest.mark.parametrize(("feed_forward", "values_of_a_patch"), [(1000, 2400), (300, 1200)])
def test_norms_over_all_heads_keep_twelve_widths_alive(feed_forward: int, values_of_a_patch: int) -> None:
    found = peak_bytes_of_an_image("intern_vit", feed_forward=feed_forward, wide_norms=True)

    assert found == 2 * 64 * (300 + values_of_a_patch)


def test_moon_vit_has_a_table_of_complex_positions() -> None:
    """80 MiB, and 16.5 widths of 100 for each of 64 patches."""
    assert peak_bytes_of_an_image("moon_vit") == 80 * _MIB + 2 * 64 * (300 + 1650 + 144)


def test_deepstack_keeps_the_outputs_of_further_levels() -> None:
    """Qwen3-VL takes three levels besides the last: 16 embeddings of 3840 each."""
    one, four = (peak_bytes_of_an_image("qwen3_vl", levels=levels) for levels in (1, 4))

    assert four - one == 2 * 3 * 16 * 3840


def test_gemma_4_encodes_frames_alone_and_since_0_23_in_chunks() -> None:
    """100 MiB for one frame; 22.5 for each of a chunk, to which `gemma4_mm.py` allows a tenth of the GPU.

    For a frame of up to 630 patches it allows 630 x 4 x 10,240 x 8 bytes, 0.192 GiB: a tenth of 79.19 GiB
    has room for 41, and a tenth of ten times 0.384 GiB for two.
    """
    small = replace(_H100, visible_bytes=10 * 2 * (630 * 4 * 10_240 * 8))
    tiny = replace(_H100, visible_bytes=GIB)

    assert peak_bytes_of_an_image("gemma4", version=(0, 22), patches=50 * 630) == 100 * _MIB
    assert peak_bytes_of_an_image("gemma4", version=(0, 23), patches=630) == 22.5 * _MIB
    assert peak_bytes_of_an_image("gemma4", version=(0, 23), patches=631) == 45 * _MIB
    assert peak_bytes_of_an_image("gemma4", version=(0, 23), patches=50 * 630) == 41 * 22.5 * _MIB
    assert peak_bytes_of_an_image("gemma4", version=(0, 23), patches=50 * 630, gpu=small) == 45 * _MIB
    assert peak_bytes_of_an_image("gemma4", version=(0, 23), patches=50 * 630, gpu=tiny) == 22.5 * _MIB


@pytest.mark.parametrize("sequences", [2, 16])
def test_an_encoder_and_decoder_is_profiled_with_an_image_for_each_sequence(sequences: int) -> None:
    """`profile_run`, `vllm/worker/enc_dec_model_runner.py`: of each image in 16 bit.

    6,404 embeddings of 4096 and 6,432 patches of 14 x 14 pixels in three colors stay alive.
    """
    model = real_model("meta-llama/Llama-3.2-11B-Vision-Instruct")
    engine_args = replace(default_engine_args(_H100, behavior_of((0, 10, 0))), max_num_seqs=sequences)
    profile = encoder_profile(model, _H100, 1, engine_args, Dtype.BFLOAT16)

    assert profile.kept_bytes == 2 * sequences * (6404 * 4096 + 6432 * 3 * 14**2)
    assert profile.peak_bytes == 2 * sequences * 6432 * (3 * 14**2 + 3 * 5120 + 8 * 1280)
