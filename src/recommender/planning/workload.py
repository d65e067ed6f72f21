"""The benchmark's requests: their tokens, and how many of them run at once."""

from dataclasses import dataclass

from recommender.memory.budget import Budget

DEFAULT_INPUT_TOKENS = 512
DEFAULT_OUTPUT_TOKENS = 256

MAX_CONCURRENCY = 64
"""The largest value that the benchmark form accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Tokens of one benchmark request."""

    input_tokens: int
    output_tokens: int

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.input_tokens + self.output_tokens


def default_workload(context_tokens: int) -> Workload:
    """512 input and 256 output tokens, or the same ratio within a context that is too short for both."""
    default = DEFAULT_INPUT_TOKENS + DEFAULT_OUTPUT_TOKENS
    total = min(context_tokens, default)
    input_tokens = total * DEFAULT_INPUT_TOKENS // default
    return Workload(input_tokens=input_tokens, output_tokens=total - input_tokens)


def default_concurrency(memory: Budget, workload: Workload) -> int:
    """The requests of `workload` that vLLM runs at once, between 1 and the form's maximum."""
    held = memory.max_concurrent_requests(workload.total_tokens)
    return max(1, min(held, memory.engine_args.max_num_seqs, MAX_CONCURRENCY))
