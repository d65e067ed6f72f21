"""Notes, each with its condition and only then."""

from support.instances import ALL, instance
from support.metadata import real

from recommender.planning.overrides import Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible

QWEN = "Qwen/Qwen2.5-1.5B-Instruct"


def notes(model: str, on: str, **overrides: int) -> dict[str, str]:
    answer = recommend(real(model), instance(on), ALL, overrides=Overrides(**overrides))
    assert isinstance(answer, Feasible)
    return {note.code: note.text for note in answer.notes}


def test_a_much_cheaper_instance_that_holds_as_much_is_named() -> None:
    """Both have 2 KV heads to divide, and one L40S has more memory than two A10G."""
    assert notes(QWEN, "g5.24xlarge")["cheaper_instance"].startswith(
        "g6e.xlarge (1 x L40S, 48 GiB) holds at least as much as g5.24xlarge (4 x A10G, 96 GiB) in the same"
        " precision: a context of 32,768 tokens, and 1,"
    )


def test_one_gpu_is_as_good_as_one_of_several_that_are_not_used() -> None:
    assert "cheaper_instance" in notes(QWEN, "g5.12xlarge", tensor_parallel=1)


def test_an_instance_that_holds_less_than_the_requests_before_the_cap_is_not_named() -> None:
    """Both serve 64 requests of 768 tokens; eight H100 would hold thousands."""
    assert "cheaper_instance" not in notes("mistralai/Mistral-7B-Instruct-v0.3", "p5.48xlarge")
