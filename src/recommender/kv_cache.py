"""The KV cache as vLLM divides it: layers in groups, tokens in blocks.

Source: `vllm/v1/core/kv_cache_utils.py` and `vllm/v1/kv_cache_interface.py` of vLLM 0.19. All groups draw
blocks of one size from one pool, so each group has as many layers as the others, padded where it has not.
"""

from dataclasses import dataclass

from recommender.errors import UnsupportedModel
from recommender.model import AttentionLayers, Chunk, Model, RecurrentState, Window

# Tokens of one block, `vllm/config/cache.py`. Kinds of layers that cache less of a token get larger ones.
BLOCK_TOKENS = 16

# A kind with fewer than 1.5 times the layers of the rarest is not split but padded:
# `_get_kv_cache_groups_uniform_page_size`.
_PADDING_LIMIT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Layers that share a block table."""

    block_tokens: int
    reach: Window | Chunk | None

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:
        """Blocks that a request of `tokens` may hold at once, `in_flight_tokens` of which are scheduled.

        Source: `max_memory_usage_bytes` of each spec. A window may begin within a block, hence one more.
        """
        if isinstance(self.reach, Window):
            return self._blocks(min(self.reach.tokens - 1 + in_flight_tokens, tokens)) + 1
        if isinstance(self.reach, Chunk):
            return self._blocks(min(self.reach.tokens + in_flight_tokens, tokens))
        return self._blocks(tokens)

    def _blocks(self, tokens: int) -> int:
        return -(-tokens // self.block_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateGroup:
    """Layers of which each keeps a state for a request, in a block of its own."""

    block_tokens: int

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:  # noqa: ARG002 - the question of all groups
        """The state and the one that the next step writes: `mamba_cache_mode` "align"."""
        return 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLayout:
    """The division of one GPU's cache."""

    block_bytes: int
    """One block of one group, over all layers of the group."""
    groups: tuple[Group | StateGroup, ...]

    @property
    def has_states(self) -> bool:
        """Whether a request needs a block for a state however short it is."""
        return any(isinstance(group, StateGroup) for group in self.groups)

    def blocks(self, cache_bytes: int) -> int:
        """Blocks that `cache_bytes` of one GPU hold."""
        return max(0, cache_bytes) // self.block_bytes

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:
        """Blocks that a request of `tokens` may hold at once, over all groups."""
        return sum(group.blocks_for(tokens, in_flight_tokens) for group in self.groups)

    def tokens(self, cache_bytes: int) -> int:
        """What vLLM logs as "GPU KV cache size" up to 0.20: every group has its share of the blocks."""
        smallest_block = min(group.block_tokens for group in self.groups)
        return self.blocks(cache_bytes) // len(self.groups) * smallest_block

    def max_concurrency(self, cache_bytes: int, tokens: int, in_flight_tokens: int) -> float:
        """What vLLM logs as "Maximum concurrency for `tokens` tokens per request"."""
        return self.blocks(cache_bytes) / self.blocks_for(tokens, in_flight_tokens)


def cache_layout(model: Model, tensor_parallel: int, value_bytes: int) -> CacheLayout:
    """How the cache of each of `tensor_parallel` GPUs is divided, with values of `value_bytes`.

    Raises `UnsupportedModel` where vLLM could not divide it either.
    """
    if model.recurrent_state is not None:
        return _with_states(model, model.recurrent_state, tensor_parallel, value_bytes)
    kinds = model.attention
    values = [kind.cache.values_per_token(tensor_parallel) for kind in kinds]
    if len({kind.reach for kind in kinds}) == 1:
        return _one_group(kinds, values, value_bytes)
    return _several_groups(kinds, values, value_bytes)


def _one_group(kinds: tuple[AttentionLayers, ...], values: list[int], value_bytes: int) -> CacheLayout:
    """Layers that need the same number of slots share one table, however much each of them caches."""
    values_per_token = sum(kind.count * value for kind, value in zip(kinds, values, strict=True))
    return CacheLayout(
        block_bytes=BLOCK_TOKENS * values_per_token * value_bytes,
        groups=(Group(block_tokens=BLOCK_TOKENS, reach=kinds[0].reach),),
    )


def _several_groups(kinds: tuple[AttentionLayers, ...], values: list[int], value_bytes: int) -> CacheLayout:
    """Pages become equal by larger blocks of the kinds that cache less: `unify_kv_cache_spec_page_size`."""
    most = max(values)
    if any(most % value for value in values):
        raise UnsupportedModel(
            "Its layers' caches differ by no whole factor, which vLLM cannot put together."
        )
    layers_per_group = _layers_per_group([kind.count for kind in kinds])
    groups = tuple(
        Group(block_tokens=BLOCK_TOKENS * (most // value), reach=kind.reach)
        for kind, value in zip(kinds, values, strict=True)
        for _ in range(-(-kind.count // layers_per_group))
    )
    return CacheLayout(block_bytes=layers_per_group * BLOCK_TOKENS * most * value_bytes, groups=groups)


def _with_states(model: Model, state: RecurrentState, tensor_parallel: int, value_bytes: int) -> CacheLayout:
    """Blocks become as large as a state: `HybridAttentionMambaModelConfig`, `models/config.py`."""
    (kind,) = model.attention
    token_bytes = kind.cache.values_per_token(tensor_parallel) * value_bytes
    state_bytes = state.size_bytes(tensor_parallel, value_bytes)
    block_tokens = BLOCK_TOKENS * -(-state_bytes // (BLOCK_TOKENS * token_bytes))
    layers_per_group = _layers_per_group([kind.count, model.recurrent_layers])
    full = Group(block_tokens=block_tokens, reach=None)
    recurrent = StateGroup(block_tokens=block_tokens)
    return CacheLayout(
        block_bytes=layers_per_group * block_tokens * token_bytes,
        groups=(full,) * -(-kind.count // layers_per_group)
        + (recurrent,) * -(-model.recurrent_layers // layers_per_group),
    )


def _layers_per_group(counts: list[int]) -> int:
    return max(counts) if max(counts) < _PADDING_LIMIT * min(counts) else min(counts)
