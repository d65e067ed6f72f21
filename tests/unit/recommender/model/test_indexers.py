"""What the indexers of sparse attention cache, by hand."""

import pytest

from recommender.model.indexers import BlockKeyCache, SparseIndexerCache


@pytest.mark.parametrize(("width", "token_bytes"), [(64, 64 + 4), (128, 128 + 4), (129, 129 + 8)])
def test_a_key_in_fp8_has_a_scale_of_four_bytes_for_128_values(width: int, token_bytes: int) -> None:
    """`Indexer.quant_block_size` of `vllm/model_executor/models/deepseek_v2.py`."""
    assert token_bytes == SparseIndexerCache(width=width).token_bytes(8, 2)


def test_every_gpu_holds_the_projections_of_an_indexer_whole() -> None:
    """In addition to an even share: nothing on one GPU, three quarters on four."""
    cache = SparseIndexerCache(width=128, replicated_parameters=1000)

    assert [cache.unshared_parameters(degree, 4096) for degree in (1, 2, 4)] == [0, 500, 750]


def test_the_workspace_has_the_keys_of_40_contexts() -> None:
    """`get_max_prefill_buffer_size` of `vllm/v1/attention/backends/mla/indexer.py`."""
    assert SparseIndexerCache(width=128).workspace_bytes(1000) == 40 * 1000 * (128 + 4)


def test_blocks_have_64_tokens_and_the_profiled_logits_512_mib() -> None:
    """`VLLM_SPARSE_INDEXER_MAX_LOGITS_MB` of `vllm/envs.py`."""
    assert SparseIndexerCache.block_tokens == 64
    assert SparseIndexerCache.profiled_logit_bytes == 512 * 1024**2


def test_keys_of_blocks_are_in_the_dtype_of_the_cache() -> None:
    """MiniMax M3: blocks of 128 tokens, `vllm/models/minimax_m3/common/indexer.py`."""
    assert BlockKeyCache.block_tokens == 128
    assert [BlockKeyCache(width=128).token_bytes(8, value_bytes) for value_bytes in (1, 2)] == [128, 256]
