"""Where sparse attention packs latents."""

import pytest

from recommender.vllm.sparse_cache import packs_latents
from recommender.vllm.version import Version

H100, B200, RTX_PRO = (9, 0), (10, 0), (12, 0)


@pytest.mark.parametrize(
    ("capability", "kv_cache_dtype", "version", "expected"),
    [
        (H100, "auto", (0, 11, 0), True),
        (H100, "auto", (0, 11, 1), False),
        (H100, "auto", (0, 33), False),
        (H100, "fp8", (0, 12), True),
        (H100, "fp8_e4m3", (0, 17), True),
        (H100, "fp8", (0, 18), True),
        (H100, "fp8", (0, 33), True),
        (H100, "fp8_e4m3", (0, 33), False),
        (B200, "fp8", (0, 17), True),
        (B200, "fp8", (0, 18), True),
        (B200, "fp8", (0, 19), False),
        (B200, "fp8_e4m3", (0, 18), False),
        (RTX_PRO, "auto", (0, 23), False),
        (RTX_PRO, "auto", (0, 24), True),
        (RTX_PRO, "fp8_e4m3", (0, 33), True),
    ],
)
def test_the_backend_that_vllm_prefers_decides(
    capability: tuple[int, int], kv_cache_dtype: str, version: Version, *, expected: bool
) -> None:
    """Read in `cuda.py`, `mla_attention.py` and `models/config.py` of 0.11.0 to 0.33.0."""
    assert packs_latents(capability, kv_cache_dtype, version) == expected
