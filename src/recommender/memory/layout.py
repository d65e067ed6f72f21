"""The division of one GPU's KV cache: groups of layers, and the blocks that requests hold of each.

Source: `vllm/v1/kv_cache_interface.py` of vLLM 0.19.
"""

import itertools
from dataclasses import dataclass, field
from typing import ClassVar

from recommender.model import AttentionSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionGroup:
    """Layers that cache tokens and share a block table."""

    keeps_states: ClassVar[bool] = False

    block_tokens: int
    span: AttentionSpan

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:
        """Blocks that a request of `tokens` may hold at once, `in_flight_tokens` of which are scheduled."""
        return self.span.blocks_for(tokens, in_flight_tokens, self.block_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateGroup:
    """Layers that keep recurrent states of a request, each state in a block of its own."""

    keeps_states: ClassVar[bool] = True

    block_tokens: int
    states: int
    """States that a request may hold at once, however long it is."""

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:  # noqa: ARG002 - neither matters
        """A block for each state; source: `MambaSpec.max_memory_usage_bytes`."""
        return self.states


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLayout:
    """The division of one GPU's cache."""

    block_bytes: int
    """One block of one group, over all layers of the group."""
    groups: tuple[AttentionGroup | StateGroup, ...]
    _counts: tuple[tuple[AttentionGroup | StateGroup, int], ...] = field(
        init=False, repr=False, compare=False
    )
    """The groups that differ, and how many there are of each."""

    def __post_init__(self) -> None:
        counts = tuple((group, len(list(equal))) for group, equal in itertools.groupby(self.groups))
        object.__setattr__(self, "_counts", counts)

    @property
    def has_states(self) -> bool:
        """Whether a request needs a block for a state however short it is."""
        return any(group.keeps_states for group, _ in self._counts)

    def blocks(self, cache_bytes: int) -> int:
        """Blocks that fit in `cache_bytes` of one GPU."""
        return max(0, cache_bytes) // self.block_bytes

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:
        """Blocks that a request of `tokens` may hold at once, over all groups."""
        return sum([count * group.blocks_for(tokens, in_flight_tokens) for group, count in self._counts])

    def tokens(self, cache_bytes: int, context_tokens: int | None = None) -> int:
        """What vLLM logs as "GPU KV cache size" up to 0.20: every group has its share of the blocks.

        A state counts for a whole context of `context_tokens`: `mamba_block_size`, `vllm/config/cache.py`.
        """
        smallest_block = min(group.block_tokens for group in self.groups)
        if self.has_states and context_tokens is not None:
            smallest_block = min(smallest_block, context_tokens)
        return self.blocks(cache_bytes) // len(self.groups) * smallest_block

    def max_concurrency(self, cache_bytes: int, tokens: int, in_flight_tokens: int) -> float:
        """What vLLM logs as "Maximum concurrency for `tokens` tokens per request"."""
        return self.blocks(cache_bytes) / self.blocks_for(tokens, in_flight_tokens)
