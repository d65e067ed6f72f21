"""What the callers of a load test ask, and which answer each question deserves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from local.embedded.snapshot import load_snapshot
from local.runtime.gateway import recommend_target

_INSTANCES = ("g5.12xlarge", "g6e.xlarge", "p5.48xlarge")
_WARM_MODELS = 4

# One question in so many is one that has to be refused.
_REFUSED_ONE_IN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The path and query of a request, and the outcome that is right for it."""

    target: str
    outcome: str


def cold_questions() -> tuple[Question, ...]:
    """Another model each time, more of them than the service remembers: it has to ask the Hub every time."""
    models = (repo.id for repo in load_snapshot().repos.values() if not repo.gated)
    return _with_refusals(
        [_asking(model, name) for model, name in zip(models, cycle(_INSTANCES), strict=False)]
    )


def warm_questions() -> tuple[Question, ...]:
    """A few models again and again, on each instance type."""
    models = [repo.id for repo in load_snapshot().repos.values() if not repo.gated][:_WARM_MODELS]
    few = [_asking(model, name) for model in models for name in _INSTANCES]
    return _with_refusals(few * _REFUSED_ONE_IN)


def _asking(model: str, instance_type: str) -> Question:
    return Question(target=recommend_target(model, instance_type), outcome="200")


def _with_refusals(sound: Sequence[Question]) -> tuple[Question, ...]:
    """The sound ones with some between that no answer but a refusal would be right for."""
    refused = cycle(
        (
            Question(target=recommend_target("..", _INSTANCES[0]), outcome="400 invalid_request"),
            Question(target=recommend_target("gpt2", "g5.none"), outcome="404 instance_type_not_found"),
            Question(target=recommend_target("nobody/none", _INSTANCES[0]), outcome="404 model_not_found"),
        )
    )
    return tuple(_mixed(sound, refused))


def _mixed(sound: Sequence[Question], refused: Iterator[Question]) -> Iterator[Question]:
    for number, question in enumerate(sound):
        if number % _REFUSED_ONE_IN == 0:
            yield next(refused)
        yield question
