"""The memory of one GPU: weights, overhead, and what is left for the KV cache."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from recommender.memory.layout import CacheLayout
from recommender.memory.overhead import Overhead
from recommender.vllm.engine_args import EngineArgs


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The memory of one GPU, in bytes, as vLLM divides it at start-up."""

    visible_bytes: int
    usable_bytes: int
    weight_bytes: int
    overhead: Overhead
    layout: CacheLayout
    engine_args: EngineArgs
    # Searches read both far more often than a budget is calculated.
    kv_cache_bytes: int = field(init=False)
    """What is left for the KV cache; negative where weights and overhead alone do not fit."""
    blocks: int = field(init=False)
    """Blocks of the KV cache, `num_blocks`."""

    def __post_init__(self) -> None:
        cache_bytes = self.usable_bytes - self.weight_bytes - self.overhead.total_bytes
        object.__setattr__(self, "kv_cache_bytes", cache_bytes)
        object.__setattr__(self, "blocks", self.layout.blocks(cache_bytes))

    @property
    def kv_cache_tokens(self) -> int:
        """Tokens of the instance's whole cache, as vLLM logs them up to 0.20."""
        return self.layout.tokens(self.kv_cache_bytes)

    @property
    def after_first_start(self) -> "Budget":
        """The budget of later starts, which find the model compiled."""
        overhead = self.overhead
        spared = overhead.activation_bytes - overhead.first_start_bytes
        return replace(self, overhead=replace(overhead, activation_bytes=spared, first_start_bytes=0))

    def logged_tokens(self, context_tokens: int) -> int:
        """What the version logs as "GPU KV cache size"; from 0.21 on it follows the concurrency."""
        if self.engine_args.behavior.tokens_follow_concurrency:
            return int(self.max_concurrency(context_tokens) * context_tokens)
        return self.layout.tokens(self.kv_cache_bytes, context_tokens)

    def max_concurrency(self, tokens: int) -> float:
        """What vLLM logs as "Maximum concurrency for `tokens` tokens per request"."""
        return self.blocks / self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)

    @property
    def state_blocks(self) -> int:
        """Blocks that are compared with the number of sequences."""
        return self.blocks

    @property
    def lacks_state_blocks(self) -> bool:
        """Whether vLLM refuses to start because it has fewer blocks for states than sequences."""
        return self.blocks < self.engine_args.required_state_blocks and self.layout.has_states

    @property
    def least_state_blocks(self) -> int:
        """Blocks for states with which vLLM starts, with fewer sequences where the plan may lower them."""
        if not self.layout.has_states or self.engine_args.default_max_num_seqs is not None:
            return 0
        return self.engine_args.required_state_blocks

    def starts_with(self, context_tokens: int) -> bool:
        """Whether vLLM starts with a context of `context_tokens`."""
        return self.max_concurrent_requests(context_tokens) > 0 and not self.lacks_state_blocks

    def max_concurrent_requests(self, tokens: int) -> int:
        """Requests of `tokens` that fit in the cache at once."""
        blocks = self.blocks - self.engine_args.behavior.reserved_blocks
        return max(0, blocks) // self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)

    def least_cache_bytes(self, tokens: int) -> int:
        """The smallest cache with which vLLM starts and serves a request of `tokens`."""
        blocks = self.layout.blocks_for(tokens, self.engine_args.in_flight_tokens)
        blocks += self.engine_args.behavior.reserved_blocks
        return max(blocks, self.least_state_blocks) * self.layout.block_bytes

    def least_at(self, tokens: int) -> "Budget":  # noqa: ARG002 - as in LeastBudget
        """The budget of the version that holds the fewest requests of `tokens`: its own."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastBudget(Budget):
    """The budget for every version: what each of them holds."""

    versions: tuple[Budget, ...]
    length: int
    """The parts are those of the version that holds the fewest requests of so many tokens."""

    @property
    def after_first_start(self) -> Budget:
        """The least of the budgets of later starts."""
        return least_budget([each.after_first_start for each in self.versions], self.engine_args, self.length)

    @property
    def state_blocks(self) -> int:
        """The fewest of any version that compares them with the number of sequences."""
        compared = (each for each in self.versions if each.engine_args.required_state_blocks)
        return min((each.blocks for each in compared), default=self.blocks)

    @property
    def lacks_state_blocks(self) -> bool:
        """Whether any version refuses to start because it has fewer blocks for states than sequences."""
        return any(each.lacks_state_blocks for each in self.versions)

    def max_concurrency(self, tokens: int) -> float:
        """The least that any version logs."""
        return min(each.max_concurrency(tokens) for each in self.versions)

    def max_concurrent_requests(self, tokens: int) -> int:
        """Requests of `tokens` that fit in the cache of every version."""
        return min(each.max_concurrent_requests(tokens) for each in self.versions)

    def least_at(self, tokens: int) -> Budget:
        """The same with the parts of the version that holds the fewest requests of `tokens`."""
        return self if tokens == self.length else least_budget(self.versions, self.engine_args, tokens)


def each_version(memory: Budget) -> tuple[Budget, ...]:
    """The budgets of the versions that `memory` is for."""
    return memory.versions if isinstance(memory, LeastBudget) else (memory,)


def least_budget(versions: Sequence[Budget], engine_args: EngineArgs, length: int) -> LeastBudget:
    """The budget for every version, with the parts of the one that holds the fewest requests of `length`."""
    least = min(
        versions,
        key=lambda each: (
            not each.lacks_state_blocks,
            each.max_concurrency(length),
            each.kv_cache_bytes,
        ),
    )
    return LeastBudget(
        visible_bytes=least.visible_bytes,
        usable_bytes=least.usable_bytes,
        weight_bytes=least.weight_bytes,
        overhead=least.overhead,
        layout=least.layout,
        engine_args=engine_args,
        versions=tuple(versions),
        length=length,
    )
