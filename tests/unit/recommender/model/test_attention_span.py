"""How many blocks each span keeps, by hand."""

import pytest

from recommender.model import AttentionChunk, FullAttention, SlidingWindow


def test_a_window_needs_no_more_for_a_longer_request() -> None:
    window = SlidingWindow(tokens=1024)

    assert window.blocks_for(100_000, 2048, 16) == window.blocks_for(10_000, 2048, 16) == 193
    assert window.blocks_for(100, 2048, 16) == 8


@pytest.mark.parametrize(("in_flight", "tokens_at_once"), [(1, 1024), (2, 1025), (17, 1040), (18, 1041)])
def test_a_window_is_read_without_the_token_that_reads_it(in_flight: int, tokens_at_once: int) -> None:
    """The first scheduled token attends to itself and 1023 before it, which may begin within a block."""
    blocks = -(-tokens_at_once // 16) + 1

    assert SlidingWindow(tokens=1024).blocks_for(10_000, in_flight, 16) == blocks


def test_full_attention_keeps_every_token() -> None:
    assert FullAttention().blocks_for(100, 2048, 16) == 7


def test_a_chunk_needs_no_more_for_a_longer_request_and_begins_with_a_block() -> None:
    chunk = AttentionChunk(tokens=8192)

    assert chunk.blocks_for(1_000_000, 8192, 16) == (8192 + 8192) // 16
    assert chunk.blocks_for(100, 8192, 16) == 7
