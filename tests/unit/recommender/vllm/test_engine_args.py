"""The default flags of an API server."""

import pytest
from support.instances import instance

from recommender.hardware.gpu import gpu_of
from recommender.vllm.engine_args import default_engine_args


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("g4dn.xlarge", (2048, 256)),
        ("g5.xlarge", (2048, 256)),
        ("g6e.xlarge", (2048, 256)),
        ("p4de.24xlarge", (2048, 256)),
        ("p5.48xlarge", (8192, 1024)),
        ("g7e.2xlarge", (8192, 1024)),
        ("p6-b200.48xlarge", (16_384, 1024)),
    ],
)
def test_scheduler_limits_are_those_of_vllm(instance_type: str, expected: tuple[int, int]) -> None:
    """`vllm/engine/arg_utils.py`, `get_batch_defaults`, for which an A100 is not a large GPU."""
    engine_args = default_engine_args(gpu_of(instance(instance_type)))

    assert expected == (engine_args.max_num_batched_tokens, engine_args.max_num_seqs)
