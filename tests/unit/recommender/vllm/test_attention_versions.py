"""Which versions of vLLM have an attention backend for a GPU and a cache."""

import pytest

from recommender.vllm.attention_versions import fp8_cache_versions, sparse_attention_versions
from recommender.vllm.supported_versions import Capability, VersionRanges, includes
from recommender.vllm.version import EVERY_VERSION, Version, VersionRange

ALL = (EVERY_VERSION,)
NONE: VersionRanges = ()


def since(*first: int) -> VersionRanges:
    return (VersionRange(first=first),)


@pytest.mark.parametrize(
    ("capability", "cache", "expected"),
    [
        ((8, 0), "auto", NONE),
        ((8, 9), "auto", NONE),
        ((9, 0), "auto", ALL),
        ((10, 0), "auto", ALL),
        ((12, 0), "auto", since(0, 24)),
        ((9, 0), "fp8_e4m3", since(0, 30)),
        ((10, 0), "fp8_e4m3", since(0, 18)),
        ((12, 0), "fp8_e4m3", since(0, 24)),
    ],
)
def test_sparse_attention_needs_a_backend_for_gpu_and_cache(
    capability: Capability, cache: str, expected: VersionRanges
) -> None:
    """`supports_compute_capability` and `supported_kv_cache_dtypes` in `v1/attention/backends/mla/`."""
    assert expected == sparse_attention_versions(capability, cache)


def test_up_to_0_17_the_class_of_deepseek_v3_2_makes_any_fp8_cache_its_own() -> None:
    """FLASHMLA_SPARSE lists `fp8` from 0.18 on, and `fp8_ds_mla` before."""
    of_deepseek = sparse_attention_versions((9, 0), "fp8", "DeepseekV32ForCausalLM")
    of_others = sparse_attention_versions((9, 0), "fp8", "GlmMoeDsaForCausalLM")

    assert includes(of_deepseek, (0, 12))
    assert includes(of_deepseek, (0, 28))
    assert not includes(of_others, (0, 17))
    assert includes(of_others, (0, 18))


def test_from_0_18_on_that_class_needs_a_backend_for_the_dtype_itself() -> None:
    """On Hopper, FLASHMLA_SPARSE takes `fp8`, and another backend `fp8_e4m3` from 0.30 on."""
    versions = sparse_attention_versions((9, 0), "fp8_e4m3", "DeepseekV32ForCausalLM")

    assert versions == (VersionRange(last=(0, 17)), VersionRange(first=(0, 30)))


@pytest.mark.parametrize(
    ("capability", "dtype", "first"),
    [
        ((8, 0), "fp8", (0, 11, 1)),
        ((8, 6), "fp8_e4m3", (0, 11, 1)),
        ((8, 9), "fp8", (0, 10)),
        ((8, 9), "fp8_e4m3", (0, 10)),
        ((8, 0), "fp8_e5m2", (0, 10)),
        ((9, 0), "fp8", None),
        ((9, 0), "fp8_e5m2", (0, 10)),
    ],
    ids=str,
)
def test_a_cache_in_fp8_has_kernels_of_triton_flashinfer_or_flash_attention_3(
    capability: Capability, dtype: str, first: Version | None
) -> None:
    """Triton has E4M3 on 8.9 and E5M2 on 8.0, from 0.10 on; FlashInfer both on Ampere from 0.11.1 on.

    FlashAttention 3 has E4M3 on Hopper in every version.
    """
    assert fp8_cache_versions(capability, dtype, is_latent=False) == (VersionRange(first=first),)


@pytest.mark.parametrize(
    ("capability", "first"), [((8, 8), None), ((8, 9), (0, 18)), ((9, 0), (0, 11, 1)), ((10, 0), (0, 11, 1))]
)
def test_latents_in_fp8_have_kernels_of_triton_from_0_18_on_and_flashmla_before(
    capability: Capability, first: Version | None
) -> None:
    expected = () if first is None else (VersionRange(first=first),)

    assert fp8_cache_versions(capability, "fp8", is_latent=True) == expected
