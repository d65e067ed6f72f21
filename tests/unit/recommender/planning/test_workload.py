"""The benchmark's requests."""

import pytest
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.calculate_budget import budget
from recommender.planning.workload import Workload, default_concurrency, default_workload


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (8192, (512, 256)),
        (768, (512, 256)),
        (767, (511, 256)),
        (512, (341, 171)),
        (64, (42, 22)),
        (1, (0, 1)),
    ],
)
def test_the_workload_shrinks_in_proportion(context: int, expected: tuple[int, int]) -> None:
    workload = default_workload(context)

    assert (workload.input_tokens, workload.output_tokens) == expected
    assert workload.total_tokens == min(context, 768)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [((512, 256), 54), ((1, 1), 64), ((40_000, 3000), 1), ((10**6, 1), 1)],
)
def test_concurrency_is_what_the_cache_holds_within_1_and_64(tokens: tuple[int, int], expected: int) -> None:
    """Mistral 7B leaves 42,096 tokens of cache on an A10G: 54 requests of 768 tokens."""
    memory = budget(real_model("mistralai/Mistral-7B-Instruct-v0.3"), gpu_of(instance("g5.xlarge")), 1)
    workload = Workload(input_tokens=tokens[0], output_tokens=tokens[1])

    assert expected == default_concurrency(memory, workload)
