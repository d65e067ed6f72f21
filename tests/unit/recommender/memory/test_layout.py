"""Blocks and tokens of a divided cache, by hand."""

from recommender.memory.layout import AttentionGroup, CacheLayout, StateGroup
from recommender.model import FullAttention, SlidingWindow

_FULL = AttentionGroup(block_tokens=32, span=FullAttention())
_WINDOW = AttentionGroup(block_tokens=16, span=SlidingWindow(tokens=100))
_MIXED = CacheLayout(block_bytes=1000, groups=(_FULL, _WINDOW, _WINDOW))
_WITH_STATES = CacheLayout(block_bytes=1000, groups=(_FULL, StateGroup(block_tokens=32, states=2)))


def test_every_group_draws_blocks_from_one_pool() -> None:
    assert _MIXED.blocks(10_999) == 10
    assert _MIXED.blocks(-1) == 0
    assert _MIXED.tokens(10_999) == 10 // 3 * 16


def test_a_request_holds_blocks_of_every_group() -> None:
    """640 tokens: 20 blocks of 32, and twice 99 + 20 tokens in 8 blocks and one that the window begins in."""
    assert _MIXED.blocks_for(640, 20) == 20 + 2 * (8 + 1)
    assert _MIXED.max_concurrency(76_500, 640, 20) == 76 / 38


def test_a_state_takes_its_blocks_however_short_the_request_is() -> None:
    assert (_WITH_STATES.has_states, _MIXED.has_states) == (True, False)
    assert _WITH_STATES.blocks_for(1, 0) == 1 + 2
    assert _WITH_STATES.blocks_for(640, 0) == 20 + 2


def test_a_context_shorter_than_a_block_counts_in_its_place_where_there_are_states() -> None:
    assert [_WITH_STATES.tokens(10_000, context) for context in (None, 640, 8)] == [160, 160, 40]
    assert _MIXED.tokens(10_000, 8) == _MIXED.tokens(10_000)
