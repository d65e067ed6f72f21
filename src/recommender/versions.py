"""What differs between versions of vLLM, in one table.

The figures were read from start-up logs of that version, the rules from its source. `ANY_VERSION` has the
least favourable of all versions since 0.17: what starts under it starts under each of them.
"""

import re
from dataclasses import dataclass, replace

from recommender.units import GIB

Version = tuple[int, int]

_OLDEST: Version = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The memory behaviour of one version."""

    sampler_bytes_per_logit: float
    """Peak of sampling one row of logits, per entry of the vocabulary."""
    non_torch_bytes: int
    """CUDA context of a single GPU."""
    nvlink_bytes: int
    """The same and NCCL's and the all-reduce's buffers, of GPUs joined by NVLink."""
    pcie_bytes: int
    """The same of GPUs joined by PCIe, where custom all-reduce stays off."""
    graph_bytes: int
    """CUDA graphs, where they are subtracted before the cache is sized."""
    large_graph_bytes_per_layer: int = 0
    """What they take more where 1024 sequences are scheduled at once."""
    large_graph_bytes_of_experts: int = 0
    """What a mixture of experts adds there."""
    first_start_bytes: int = 0
    """How much more profiling takes on a first start, with an empty compile cache."""
    first_start_bytes_per_token: int = 0
    """The part of it that grows with `--max-num-batched-tokens`."""
    vision_peak_bytes: int
    """What profiling an image encoder with the largest images adds."""
    profiles_whole_context: bool = False
    """Whether the forward pass is profiled over a whole context, as the first engine (V0) did."""
    concurrent_batches: int = 1
    """Batches that may be scheduled and not yet settled, `VllmConfig.max_in_flight_tokens`."""
    reserved_blocks: int = 0
    """Blocks that the check of the longest request leaves out: `null_block`, `vllm/v1/core/block_pool.py`."""
    wants_a_block_for_each_sequence: bool = False
    """Whether a model that keeps states needs `--max-num-seqs` blocks: `vllm/config/compilation.py`."""
    tokens_follow_concurrency: bool = False
    """Whether "GPU KV cache size" is logged as concurrency x context rather than blocks x block size."""
    largest_gpus_take_double_batches: bool = False
    """`get_batch_defaults`, `vllm/engine/arg_utils.py`: 16384 tokens from 160 GiB up."""
    default_utilization: float = 0.9
    """`--gpu-memory-utilization`, `vllm/config/cache.py`."""


def _gib(size: float) -> int:
    return int(size * GIB)


_V0 = Rules(
    sampler_bytes_per_logit=38.5,
    non_torch_bytes=_gib(0.1),
    nvlink_bytes=_gib(0.6),
    pcie_bytes=_gib(0.35),
    graph_bytes=0,
    vision_peak_bytes=_gib(0.2),
    profiles_whole_context=True,
)
_0_8 = replace(_V0, profiles_whole_context=False)
# Top-k and top-p became a Triton kernel instead of a sort of the whole vocabulary.
_0_17 = replace(_0_8, sampler_bytes_per_logit=14.5, non_torch_bytes=_gib(0.13), nvlink_bytes=_gib(2.1))
_0_18 = replace(_0_17, non_torch_bytes=_gib(0.25))
_0_20 = replace(_0_18, graph_bytes=_gib(0.5), default_utilization=0.92, wants_a_block_for_each_sequence=True)
_0_21 = replace(_0_20, tokens_follow_concurrency=True)
_0_26 = replace(_0_21, concurrent_batches=2)
_0_28 = replace(_0_26, largest_gpus_take_double_batches=True)
_0_29 = replace(_0_28, reserved_blocks=1)
_0_30 = replace(
    _0_29,
    first_start_bytes=_gib(0.9),
    first_start_bytes_per_token=_gib(0.06) // 1024,
    graph_bytes=_gib(0.25),
    # A server with 359 blocks and 1024 sequences started under 0.30.
    wants_a_block_for_each_sequence=False,
)

_BY_FIRST_VERSION: dict[Version, Rules] = {
    _OLDEST: _V0,
    (0, 8): _0_8,
    (0, 17): _0_17,
    (0, 18): _0_18,
    (0, 20): _0_20,
    (0, 21): _0_21,
    (0, 26): _0_26,
    (0, 28): _0_28,
    (0, 29): _0_29,
    (0, 30): _0_30,
}

ANY_VERSION = replace(
    _0_30,
    non_torch_bytes=_gib(0.27),
    nvlink_bytes=_gib(2.25),
    pcie_bytes=_gib(0.6),
    # 0.23 to 0.64 GiB are logged with 256 sequences, 0.6 to 1.84 with 1024, more with more layers.
    graph_bytes=_gib(0.4),
    large_graph_bytes_per_layer=_gib(0.017),
    large_graph_bytes_of_experts=_gib(1.0),
    vision_peak_bytes=_gib(1.5),
    wants_a_block_for_each_sequence=True,
    tokens_follow_concurrency=False,
)


def rules_of(version: Version | None) -> Rules:
    """The rules of a version; without one those that hold for every version since 0.17."""
    if version is None:
        return ANY_VERSION
    first = max(each for each in _BY_FIRST_VERSION if each <= max(version, _OLDEST))
    return _BY_FIRST_VERSION[first]


def parse_version(text: str) -> Version | None:
    """`0.19` and `v0.19.1` as (0, 19); `None` where `text` names no version."""
    found = re.match(r"v?(\d{1,4})\.(\d{1,4})", text.strip())
    return (int(found[1]), int(found[2])) if found else None
