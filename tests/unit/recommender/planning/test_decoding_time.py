"""The bound of a plan: its requests, its degree and its precision."""

from support.instances import instance
from support.metadata import llama

from recommender.hardware.gpu import gpu_of
from recommender.memory.decoding_floor import least_ms_per_token
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.planning.apply_overrides import apply_overrides
from recommender.planning.decoding_time import plan_floor
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import ANY_VERSION

MODEL = parse_model(llama())
PLACE = instance("g5.xlarge")


def floor(**overrides: int) -> float | None:
    base = best_plan(MODEL, PLACE)
    assert isinstance(base, Plan)
    plan = apply_overrides(MODEL, PLACE, base, Overrides(**overrides), ANY_VERSION)  # type: ignore[arg-type]
    return plan_floor(MODEL, gpu_of(PLACE), plan)


def test_more_requests_and_longer_inputs_take_longer() -> None:
    one, many, longer = (
        floor(concurrency=1),
        floor(concurrency=32),
        floor(concurrency=32, input_tokens=2048),
    )

    assert one is not None
    assert many is not None
    assert longer is not None
    assert 0 < one < many < longer


def test_requests_that_queue_are_not_counted() -> None:
    assert floor(concurrency=10**6) == floor(concurrency=10**5)


def test_a_request_that_the_cache_does_not_hold_counts_as_one() -> None:
    one = least_ms_per_token(
        MODEL, gpu_of(PLACE), Dtype.BFLOAT16, 1, None, value_bytes=2, requests=1, tokens=10**8
    )

    assert floor(input_tokens=10**8, concurrency=8) == one


def test_a_plan_that_does_not_start_has_no_bound() -> None:
    assert floor(overhead_bytes=30 * 1024**3) is None
