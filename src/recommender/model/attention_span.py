"""How far back a layer attends, and so how many blocks of the cache a request holds."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar


class AttentionSpan(ABC):
    """How far back a layer attends, and so which tokens of a request stay in its cache."""

    __slots__ = ()

    is_full: ClassVar[bool] = False
    """Whether it attends to the whole context."""

    @abstractmethod
    def blocks_for(self, tokens: int, in_flight_tokens: int, block_tokens: int) -> int:
        """Blocks that a request of `tokens` may hold at once, `in_flight_tokens` of which are scheduled.

        Source: `max_memory_usage_bytes` of each spec in `vllm/v1/kv_cache_interface.py`.
        """


@dataclass(frozen=True, slots=True)
class FullAttention(AttentionSpan):
    """The layer attends to the whole context."""

    is_full: ClassVar[bool] = True

    def blocks_for(self, tokens: int, in_flight_tokens: int, block_tokens: int) -> int:  # noqa: ARG002 - all stay
        """All tokens stay."""
        return -(-tokens // block_tokens)


FULL_ATTENTION = FullAttention()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlidingWindow(AttentionSpan):
    """The layer attends to the last `tokens` only; what lies before them is freed."""

    tokens: int

    def blocks_for(self, tokens: int, in_flight_tokens: int, block_tokens: int) -> int:
        """The window may begin within a block, hence one more."""
        return -(-min(self.tokens - 1 + in_flight_tokens, tokens) // block_tokens) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionChunk(AttentionSpan):
    """The layer attends back to the start of the current chunk of `tokens` (Llama 4)."""

    tokens: int

    def blocks_for(self, tokens: int, in_flight_tokens: int, block_tokens: int) -> int:
        """A chunk stays until the next one begins."""
        return -(-min(self.tokens + in_flight_tokens, tokens) // block_tokens)
