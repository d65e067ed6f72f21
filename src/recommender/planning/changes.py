"""The smallest changes with which a model starts where the defaults or the caller's values do not suffice."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.apply_overrides import overridden_plan
from recommender.planning.levers import (
    ENGINE_LEVERS,
    LEVERS,
    Lever,
    LeverName,
    Setting,
    context_lever,
    degree_lever,
    engine_lever,
)
from recommender.planning.overrides import Overrides
from recommender.planning.plan import Plan, best_plan
from recommender.planning.startup import serves
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version_behavior import VersionBehavior

# A second change is not worth its cost where the first leaves fewer sequences.
_FEWEST_SEQUENCES_OF_TWO = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting with which the model starts, or two where no single one suffices."""

    settings: tuple[Setting, ...]
    overrides: Overrides
    """The caller's values with these settings."""
    plan: Plan
    furthest: Plan
    """The plan with the last setting as far as it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What to change, and what starts."""

    names: Sequence[LeverName]
    plan: Callable[[Overrides], Plan | None]
    """The plan with overrides; `None` where it does not start."""
    lever: Callable[[LeverName, Overrides], Lever | None]


def native_changes(
    model: Model, instance: Instance, behavior: VersionBehavior, engine: EngineOverrides
) -> tuple[Change, ...]:
    """The changes of `engine` with which `model` starts at native precision, the smallest step first.

    Each takes its setting only as far as necessary. Where none suffices alone, the cheapest two together: the
    first as far as it goes, the second as far as necessary.
    """

    def plan(overrides: Overrides) -> Plan | None:
        found = best_plan(model, instance, behavior=behavior, engine=overrides.engine)
        return found if isinstance(found, Plan) and serves(model, instance, found) else None

    def lever(name: LeverName, overrides: Overrides) -> Lever | None:
        return engine_lever(name, model, instance, behavior, overrides)

    return _changes(_Search(names=ENGINE_LEVERS, plan=plan, lever=lever), Overrides(engine=engine))


def changes_of_plan(
    model: Model, instance: Instance, asked: Plan, overrides: Overrides
) -> tuple[Change, ...]:
    """The changes of `overrides` with which `asked`, their plan, starts and serves its workload.

    As in `native_changes`, but the degree and the context may change too; all other values stay.
    """
    gpu, behavior = gpu_of(instance), asked.budget.engine_args.behavior

    def plan(changed: Overrides) -> Plan | None:
        found = overridden_plan(model, gpu, asked, changed, behavior)
        return found if serves(model, instance, found) else None

    def lever(name: LeverName, changed: Overrides) -> Lever | None:
        match name:
            case "tensor_parallel_degree":
                degree = changed.tensor_parallel or asked.tensor_parallel
                return degree_lever(model, instance, behavior, changed, degree)
            case "max_model_len":
                return context_lever(model, changed, overridden_plan(model, gpu, asked, changed, behavior))
            case _:
                return engine_lever(name, model, instance, behavior, changed)

    fixed = replace(overrides, tensor_parallel=asked.tensor_parallel)
    return _changes(_Search(names=LEVERS, plan=plan, lever=lever), fixed)


def _changes(search: _Search, overrides: Overrides) -> tuple[Change, ...]:
    if search.plan(_all_at_their_furthest(search, overrides)) is None:
        return ()
    found = (_smallest(search, search.lever(name, overrides)) for name in search.names)
    single = sorted((each for each in found if each is not None), key=lambda each: each.settings[0].step)
    if single:
        return tuple(single)
    pairs = (_pair(search, first, second, overrides) for first, second in combinations(search.names, 2))
    cheapest = next((pair for pair in pairs if pair is not None), None)
    return () if cheapest is None else (cheapest,)


def _all_at_their_furthest(search: _Search, overrides: Overrides) -> Overrides:
    # Sequences and images come before the batched tokens, which they set a limit to.
    for name in reversed(search.names):
        lever = search.lever(name, overrides)
        overrides = overrides if lever is None else lever.at(lever.furthest)
    return overrides


def _pair(search: _Search, first: LeverName, second: LeverName, overrides: Overrides) -> Change | None:
    lever = search.lever(first, overrides)
    if lever is None or lever.furthest == lever.default:
        return None
    value = lever.furthest if first != "max_num_seqs" else min(lever.values[0], _FEWEST_SEQUENCES_OF_TWO)
    change = _smallest(search, search.lever(second, lever.at(value)))
    if change is None:
        return None
    settings = (lever.setting(value), *change.settings)
    return None if any(map(_leaves_few_sequences, settings)) else replace(change, settings=settings)


def _leaves_few_sequences(setting: Setting) -> bool:
    return setting.name == "max_num_seqs" and float(setting.value) < _FEWEST_SEQUENCES_OF_TWO


def _smallest(search: _Search, lever: Lever | None) -> Change | None:
    """The first value of a setting with which the model starts."""
    if lever is None:
        return None
    found = _by_halves(search, lever) if lever.is_monotonic else _one_by_one(search, lever)
    if found is None:
        return None
    setting, plan, furthest = found
    return Change(settings=(setting,), overrides=lever.at(setting.value), plan=plan, furthest=furthest)


def _by_halves(search: _Search, lever: Lever) -> tuple[Setting, Plan, Plan] | None:
    furthest = search.plan(lever.at(lever.furthest))
    if furthest is None:
        return None
    first = bisect_left(lever.values, x=True, key=lambda value: search.plan(lever.at(value)) is not None)
    plan = search.plan(lever.at(lever.values[first]))
    return None if plan is None else (lever.setting(lever.values[first]), plan, furthest)


def _one_by_one(search: _Search, lever: Lever) -> tuple[Setting, Plan, Plan] | None:
    tried = ((value, search.plan(lever.at(value))) for value in lever.values)
    return next(((lever.setting(value), plan, plan) for value, plan in tried if plan is not None), None)
