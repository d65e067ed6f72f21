"""The requests of a load test, each with the outcome that is right for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from local.embedded.snapshot import load_snapshot
from local.runtime.gateway import recommend_target

_INSTANCES = ("g5.12xlarge", "g6e.xlarge", "p5.48xlarge")
_WARM_MODELS = 4

# One request in this many has to be answered with an error.
_ERROR_ONE_IN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """The path and query of a request, and its expected outcome, such as `200` or `400 invalid_request`."""

    target: str
    expected: str


def cold_requests() -> tuple[LoadRequest, ...]:
    """A different model each time, more than the service caches, so that each request needs the Hub."""
    models = (repo.id for repo in load_snapshot().repos.values() if not repo.gated)
    pairs = zip(models, cycle(_INSTANCES), strict=False)
    return _with_errors([_recommend(model, instance_type) for model, instance_type in pairs])


def warm_requests() -> tuple[LoadRequest, ...]:
    """A few models over and over, each on every instance type."""
    models = [repo.id for repo in load_snapshot().repos.values() if not repo.gated][:_WARM_MODELS]
    few = [_recommend(model, instance_type) for model in models for instance_type in _INSTANCES]
    return _with_errors(few * _ERROR_ONE_IN)


def _recommend(model: str, instance_type: str) -> LoadRequest:
    return LoadRequest(target=recommend_target(model, instance_type), expected="200")


def _with_errors(valid: Sequence[LoadRequest]) -> tuple[LoadRequest, ...]:
    errors = cycle(
        (
            LoadRequest(target=recommend_target("..", _INSTANCES[0]), expected="400 invalid_request"),
            LoadRequest(target=recommend_target("gpt2", "g5.none"), expected="404 instance_type_not_found"),
            LoadRequest(
                target=recommend_target("nobody/none", _INSTANCES[0]), expected="404 model_not_found"
            ),
        )
    )
    return tuple(_mixed(valid, errors))


def _mixed(valid: Sequence[LoadRequest], errors: Iterator[LoadRequest]) -> Iterator[LoadRequest]:
    for number, request in enumerate(valid):
        if number % _ERROR_ONE_IN == 0:
            yield next(errors)
        yield request
