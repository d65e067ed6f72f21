"""The KV cache as vLLM divides it: layers in groups, tokens in blocks.

Source: `vllm/v1/core/kv_cache_utils.py` and `vllm/v1/kv_cache_interface.py` of vLLM 0.19. All groups draw
blocks of one size from one pool, so each group has as many layers as the others, padded where it has not.
"""

import itertools
import math
import operator
from dataclasses import dataclass

from recommender.model import (
    AttentionLayers,
    Cache,
    Chunk,
    KVHeads,
    MLACache,
    Model,
    RecurrentLayers,
    RecurrentState,
    Window,
)
from recommender.model.errors import UnsupportedModel
from recommender.vllm.behavior import ANY_VERSION, VersionBehavior

# Tokens of one block, `vllm/config/cache.py`. Kinds of layers that cache less of a token get larger ones.
BLOCK_TOKENS = 16

# What a block of latents beside states is a multiple of: 64 up to 0.26, 128 later.
_LATENT_STEP_TOKENS = 128

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
    """Layers of which each keeps states of a request, in blocks of their own."""

    block_tokens: int
    states: int
    """How many a request may hold at once, however long it is."""
    keeps_every_state: bool = False
    """Whether there is one for each block of tokens."""

    def blocks_for(self, tokens: int, in_flight_tokens: int) -> int:  # noqa: ARG002 - the question of all groups
        """A block for each state; source: `MambaSpec.max_memory_usage_bytes`."""
        return max(self.states, -(-tokens // self.block_tokens) if self.keeps_every_state else 0)


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
        return sum(
            group.blocks_for(tokens, in_flight_tokens) * len(list(alike))
            for group, alike in itertools.groupby(self.groups)
        )

    def tokens(self, cache_bytes: int) -> int:
        """What vLLM logs as "GPU KV cache size" up to 0.20: every group has its share of the blocks."""
        smallest_block = min(group.block_tokens for group in self.groups)
        return self.blocks(cache_bytes) // len(self.groups) * smallest_block

    def max_concurrency(self, cache_bytes: int, tokens: int, in_flight_tokens: int) -> float:
        """What vLLM logs as "Maximum concurrency for `tokens` tokens per request"."""
        return self.blocks(cache_bytes) / self.blocks_for(tokens, in_flight_tokens)


def cache_layout(
    model: Model, tensor_parallel: int, value_bytes: int, behavior: VersionBehavior = ANY_VERSION
) -> CacheLayout:
    """How the cache of each of `tensor_parallel` GPUs is divided, with values of `value_bytes`.

    Raises `UnsupportedModel` where vLLM could not divide it either.
    """
    if model.recurrent is not None:
        return _with_states(model, model.recurrent, tensor_parallel, value_bytes, behavior)
    kinds = model.attention
    sizes = [_cached(kind.cache, behavior).token_bytes(tensor_parallel, value_bytes) for kind in kinds]
    if len({kind.reach for kind in kinds}) == 1:
        counts = [kind.count - (kind.sharing if behavior.shares_indexers else 0) for kind in kinds]
        return _one_group(sum(map(operator.mul, counts, sizes)), model.block_tokens, kinds[0].reach)
    return _several_groups(kinds, sizes)


def _cached(cache: Cache, behavior: VersionBehavior) -> Cache:
    """`cache` as the version keeps it: `vllm/config.py`, `get_head_size` of 0.6."""
    if isinstance(cache, MLACache) and behavior.latent_head_dim is not None:
        return KVHeads(kv_heads=cache.heads, head_dim=behavior.latent_head_dim)
    return cache


def _one_group(bytes_per_token: int, block_tokens: int, reach: Window | Chunk | None) -> CacheLayout:
    """Layers that need the same number of slots share one table, however much each of them caches."""
    group = Group(block_tokens=block_tokens, reach=reach)
    return CacheLayout(block_bytes=block_tokens * bytes_per_token, groups=(group,))


def _several_groups(kinds: tuple[AttentionLayers, ...], token_bytes: list[int]) -> CacheLayout:
    """Pages become equal by larger blocks of the kinds that cache less: `unify_kv_cache_spec_page_size`."""
    most = max(token_bytes)
    if any(most % size for size in token_bytes):
        raise UnsupportedModel(
            "Its layers' caches differ by no whole factor, which vLLM cannot put together."
        )
    layers_per_group = _layers_per_group([kind.count for kind in kinds])
    groups = itertools.chain.from_iterable(
        (Group(block_tokens=BLOCK_TOKENS * (most // size), reach=kind.reach),)
        * -(-kind.count // layers_per_group)
        for kind, size in zip(kinds, token_bytes, strict=True)
    )
    return CacheLayout(block_bytes=layers_per_group * BLOCK_TOKENS * most, groups=tuple(groups))


def _with_states(
    model: Model,
    recurrent: RecurrentLayers,
    tensor_parallel: int,
    value_bytes: int,
    behavior: VersionBehavior,
) -> CacheLayout:
    """Blocks become as large as a state.

    Source: `HybridAttentionMambaModelConfig`, `vllm/model_executor/models/config.py`, of vLLM 0.19, and
    `_align_hybrid_block_size`, `vllm/platforms/interface.py`, from 0.20 on.
    """
    state = recurrent.state
    state_bytes = state.size_bytes(tensor_parallel, value_bytes, behavior.default_state_value_bytes)
    if not model.attention:
        group = StateGroup(block_tokens=model.max_position_embeddings, states=1)
        return CacheLayout(block_bytes=recurrent.count * state_bytes, groups=(group,))
    (kind,) = model.attention
    token_bytes = kind.cache.token_bytes(tensor_parallel, value_bytes)
    every_state = behavior.keeps_every_state and state.chunk_tokens is not None
    step = _block_step(kind, state, behavior, every_state=every_state)
    block_tokens = step * -(-state_bytes // (step * token_bytes))
    layers_per_group = _layers_per_group([kind.count, recurrent.count])
    full = Group(block_tokens=block_tokens, reach=None)
    of_states = StateGroup(
        block_tokens=block_tokens,
        states=behavior.states_per_request
        + (behavior.prefill_checkpoint_blocks if state.has_checkpoints else 0),
        keeps_every_state=every_state,
    )
    return CacheLayout(
        block_bytes=layers_per_group * block_tokens * token_bytes,
        groups=(full,) * -(-kind.count // layers_per_group)
        + (of_states,) * -(-recurrent.count // layers_per_group),
    )


def _block_step(
    kind: AttentionLayers, state: RecurrentState, behavior: VersionBehavior, *, every_state: bool
) -> int:
    """Tokens that a block holds a multiple of: the kernels of attention want it, and chunks of a scan."""
    of_attention = _LATENT_STEP_TOKENS if isinstance(kind.cache, MLACache) else BLOCK_TOKENS
    if every_state and state.chunk_tokens is not None:
        return math.lcm(of_attention, state.chunk_tokens)
    return max(of_attention, behavior.delta_net_step_tokens if state.is_delta_net else 0)


def _layers_per_group(counts: list[int]) -> int:
    return max(counts) if max(counts) < _PADDING_LIMIT * min(counts) else min(counts)
