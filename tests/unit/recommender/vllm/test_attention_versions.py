"""Which versions of vLLM have an attention backend for a GPU and a cache."""

import pytest

from recommender.vllm.attention_versions import sparse_attention_versions
from recommender.vllm.supported_versions import Capability, VersionRanges, includes
from recommender.vllm.version import EVERY_VERSION, VersionRange

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
