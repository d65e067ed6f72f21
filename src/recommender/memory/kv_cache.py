"""The KV cache as vLLM divides it: layers into groups, tokens into blocks.

Source: `vllm/v1/core/kv_cache_utils.py` and `vllm/v1/kv_cache_interface.py` of vLLM 0.19. All groups draw
blocks of one size from one pool, so each group has as many layers as the others, padded where it has fewer.
"""

import itertools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from operator import attrgetter

from recommender.memory.layout import AttentionGroup, CacheLayout, StateGroup
from recommender.model import (
    AttentionCache,
    AttentionChunk,
    AttentionLayers,
    AttentionSpan,
    FullAttention,
    Model,
    SlidingWindow,
)
from recommender.model.attention import BLOCK_TOKENS
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel
from recommender.model.recurrent import RecurrentLayers, RecurrentState
from recommender.vllm.behavior import ANY_VERSION
from recommender.vllm.sparse_cache import packs_latents
from recommender.vllm.version_behavior import VersionBehavior

# A kind with fewer than 1.5 times the layers of the rarest is not split but padded:
# `_get_kv_cache_groups_uniform_page_size`.
_PADDING_LIMIT = 1.5

_STATE_RULES = (
    "states_per_request",
    "prefill_checkpoint_blocks",
    "reads_state_dtype",
    "default_state_value_bytes",
    "latent_block_step_tokens",
    "delta_net_step_tokens",
)


def cache_layout(
    model: Model,
    tensor_parallel: int,
    value_bytes: int,
    behavior: VersionBehavior = ANY_VERSION,
    *,
    state_value_bytes: int | None = None,
) -> CacheLayout:
    """How the cache of each of `tensor_parallel` GPUs is divided, with values of `value_bytes`.

    Values of recurrent states have `state_value_bytes`, those of the dtype that vLLM computes in, where they
    differ: `get_mamba_state_dtype`, `vllm/model_executor/layers/mamba/mamba_utils.py`.

    Raises `UnsupportedModel` where vLLM could not divide it either.
    """
    if model.recurrent is not None:
        state_bytes = model.recurrent.state.size_bytes(
            tensor_parallel,
            state_value_bytes or value_bytes,
            behavior.default_state_value_bytes,
            reads_dtype=behavior.reads_state_dtype,
        )
        token_bytes = [layers.cache.token_bytes(tensor_parallel, value_bytes) for layers in model.attention]
        return _with_states(model, model.recurrent, state_bytes, token_bytes, behavior)
    attention = _as_cached(model.attention, behavior)
    sizes = [layers.cache.token_bytes(tensor_parallel, value_bytes) for layers in attention]
    block_tokens = _block_tokens(attention, value_bytes, behavior)
    if len({layers.span for layers in attention}) == 1:
        return _one_group(attention, sizes, block_tokens, behavior)
    return _several_groups(attention, sizes, block_tokens)


def cache_value_bytes(model: Model, dtype: Dtype, behavior: VersionBehavior) -> int:
    """Bytes of a cached value without `--kv-cache-dtype`: those that the checkpoint states, or of `dtype`."""
    stated = model.cache_value_bytes if behavior.takes_stated_caches else None
    return stated or dtype.size_bytes


def as_packed(
    model: Model, capability: tuple[int, int], kv_cache_dtype: str, behavior: VersionBehavior
) -> Model:
    """`model` with the latents of sparse attention packed, where the version does that on such a GPU.

    That depends on `--kv-cache-dtype`, or else on the dtype that the checkpoint states.
    """
    if not model.has_sparse_attention or behavior.version is None:
        return model
    is_stated = kv_cache_dtype == "auto" and behavior.takes_stated_caches and model.cache_value_bytes == 1
    dtype = "fp8_e4m3" if is_stated else kv_cache_dtype
    if not packs_latents(capability, dtype, behavior.version):
        return model
    packed = (replace(layers, cache=layers.cache.packed()) for layers in model.attention)
    return replace(model, attention=tuple(packed))


def cache_rules(model: Model) -> Callable[[VersionBehavior], Hashable]:
    """What the layout of `model` depends on in a version's behavior."""
    caches = [layers.cache for layers in model.attention]
    names = ["takes_stated_caches", "caches_windows_whole", "caches_chunks_whole", "shares_indexers"]
    if any(cache.is_latent for cache in caches):
        names += ["latent_head_dim", "latent_block_tokens"]
    if any(cache.padded() != cache for cache in caches):
        names.append("pads_values")
    if any(cache.is_wide for cache in caches):
        names.append("wide_fp8_block_tokens")
    if model.has_sparse_attention:
        names.append("version")
    if model.recurrent is not None:
        names += _STATE_RULES
    return attrgetter(*names)


def _as_cached(
    attention: Sequence[AttentionLayers], behavior: VersionBehavior
) -> tuple[AttentionLayers, ...]:
    """The layers with the caches and spans that the version gives them."""
    is_mixed = any(layers.span.is_full for layers in attention)
    return tuple(
        replace(
            layers,
            cache=_cache_under(behavior, layers.cache),
            span=FullAttention() if is_mixed and _keeps_all(layers.span, behavior) else layers.span,
        )
        for layers in attention
    )


def _cache_under(behavior: VersionBehavior, cache: AttentionCache) -> AttentionCache:
    """Latents as heads: `vllm/config.py`, `get_head_size` of 0.6; values as wide as keys."""
    latent = cache if behavior.latent_head_dim is None else cache.expanded(behavior.latent_head_dim)
    return latent.padded() if behavior.pads_values else latent


def _keeps_all(span: AttentionSpan, behavior: VersionBehavior) -> bool:
    match span:
        case SlidingWindow():
            return behavior.caches_windows_whole
        case AttentionChunk():
            return behavior.caches_chunks_whole
    return False


def _one_group(
    attention: Sequence[AttentionLayers],
    token_bytes: Sequence[int],
    block_tokens: int,
    behavior: VersionBehavior,
) -> CacheLayout:
    """Layers with the same span share one block table, however much each of them caches."""
    all_bytes = sum(
        layers.caching(can_share=behavior.shares_indexers) * size
        for layers, size in zip(attention, token_bytes, strict=True)
    )
    group = AttentionGroup(block_tokens=block_tokens, span=attention[0].span)
    return CacheLayout(block_bytes=block_tokens * all_bytes, groups=(group,))


def _block_tokens(attention: Sequence[AttentionLayers], value_bytes: int, behavior: VersionBehavior) -> int:
    """Tokens of a block that the kernels of all layers can work with."""
    caches = [layers.cache for layers in attention]
    is_wide_fp8 = value_bytes == 1 and any(cache.is_wide for cache in caches)
    return max(
        *(cache.block_tokens for cache in caches),
        behavior.latent_block_tokens if any(cache.is_latent for cache in caches) else 0,
        behavior.wide_fp8_block_tokens if is_wide_fp8 else 0,
    )


def _several_groups(
    attention: Sequence[AttentionLayers], token_bytes: Sequence[int], block_tokens: int
) -> CacheLayout:
    """Kinds that cache less per token get larger blocks: `unify_kv_cache_spec_page_size`."""
    most = max(token_bytes)
    if any(most % size for size in token_bytes):
        raise UnsupportedModel(
            "Its layers' caches differ by no whole factor, which vLLM cannot put together."
        )
    layers_per_group = _layers_per_group([layers.count for layers in attention])
    groups = itertools.chain.from_iterable(
        (AttentionGroup(block_tokens=block_tokens * (most // size), span=layers.span),)
        * -(-layers.count // layers_per_group)
        for layers, size in zip(attention, token_bytes, strict=True)
    )
    return CacheLayout(block_bytes=layers_per_group * block_tokens * most, groups=tuple(groups))


def _with_states(
    model: Model,
    recurrent: RecurrentLayers,
    state_bytes: int,
    attention_token_bytes: Sequence[int],
    behavior: VersionBehavior,
) -> CacheLayout:
    """Blocks are as large as a state.

    Source: `HybridAttentionMambaModelConfig`, `vllm/model_executor/models/config.py`, of vLLM 0.19, and
    `_align_hybrid_block_size`, `vllm/platforms/interface.py`, from 0.20 on.
    """
    state = recurrent.state
    if not model.attention:
        group = StateGroup(block_tokens=model.max_position_embeddings, states=1)
        return CacheLayout(block_bytes=recurrent.count * state_bytes, groups=(group,))
    (layers,) = model.attention
    (token_bytes,) = attention_token_bytes
    step = _block_step(layers.cache, state, behavior)
    block_tokens = step * -(-state_bytes // (step * token_bytes))
    layers_per_group = _layers_per_group([layers.count, recurrent.count])
    attention_group = AttentionGroup(block_tokens=block_tokens, span=layers.span)
    state_group = StateGroup(
        block_tokens=block_tokens,
        states=behavior.states_per_request
        + (behavior.prefill_checkpoint_blocks if state.has_checkpoints else 0),
    )
    return CacheLayout(
        block_bytes=layers_per_group * block_tokens * token_bytes,
        groups=(attention_group,) * -(-layers.count // layers_per_group)
        + (state_group,) * -(-recurrent.count // layers_per_group),
    )


def _block_step(cache: AttentionCache, state: RecurrentState, behavior: VersionBehavior) -> int:
    """What a block must be a multiple of, in tokens, for the kernels of attention and of states."""
    step = behavior.latent_block_step_tokens if cache.is_latent else BLOCK_TOKENS
    return max(step, behavior.delta_net_step_tokens if state.is_delta_net else 0)


def _layers_per_group(counts: Sequence[int]) -> int:
    return max(counts) if max(counts) < _PADDING_LIMIT * min(counts) else min(counts)
