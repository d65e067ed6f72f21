"""The smallest changes with which a model starts at native precision where the defaults do not suffice."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

from recommender.hardware.gpu import Gpu, gpu_of
from recommender.hardware.instance import Instance
from recommender.model import Model
from recommender.planning.compatibility import fp8_cache_incompatibility
from recommender.planning.plan import Plan, best_plan
from recommender.vllm.behavior import VersionBehavior
from recommender.vllm.engine_args import (
    EngineOverrides,
    KVCacheDtype,
    engine_args_for,
    least_batched_tokens,
)

ChangeName = Literal[
    "gpu_memory_utilization",
    "max_num_batched_tokens",
    "max_num_seqs",
    "limit_mm_per_prompt",
    "kv_cache_dtype",
    "enforce_eager",
]
Value = float | KVCacheDtype

# Those that cost least come first.
_NAMES: tuple[ChangeName, ...] = (
    "gpu_memory_utilization",
    "max_num_batched_tokens",
    "max_num_seqs",
    "limit_mm_per_prompt",
    "kv_cache_dtype",
    "enforce_eager",
)

# Above it too little is left for what vLLM allocates after the cache: graphs and the sampler's warm-up.
_HIGHEST_PERCENT = 95

# Batches are halved, and not below this.
_FEWEST_TOKENS = 256

# A second change is not worth its cost where the first leaves fewer sequences.
_FEWEST_SEQUENCES_OF_TWO = 16

_FP8: tuple[KVCacheDtype, ...] = ("fp8", "fp8_e5m2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An engine argument with another value than the default."""

    name: ChangeName
    value: Value
    default: Value
    step: float
    """The share of the default that the change adds or takes away; 1 for what is only on or off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting with which the model starts, or two where no single one suffices."""

    settings: tuple[Setting, ...]
    engine: EngineOverrides
    """The caller's engine arguments with these settings."""
    plan: Plan
    furthest: Plan
    """The plan with the last setting as far as it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lever:
    """The other values that a setting may have, those with the smallest step first."""

    name: ChangeName
    engine: EngineOverrides
    default: Value
    values: Sequence[Value]

    @property
    def furthest(self) -> EngineOverrides:
        return self.at(self.values[-1])

    def at(self, value: Value) -> EngineOverrides:
        field = "language_model_only" if self.name == "limit_mm_per_prompt" else self.name
        changed: dict[str, Any] = {field: value}
        return replace(self.engine, **changed)

    def setting(self, value: Value) -> Setting:
        is_switch = isinstance(value, (bool, str)) or isinstance(self.default, str)
        step = 1.0 if is_switch else abs(float(value) / float(self.default) - 1)
        return Setting(name=self.name, value=value, default=self.default, step=step)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is to be started."""

    model: Model
    instance: Instance
    behavior: VersionBehavior

    @property
    def gpu(self) -> Gpu:
        return gpu_of(self.instance)

    def plan(self, engine: EngineOverrides) -> Plan | None:
        found = best_plan(self.model, self.instance, behavior=self.behavior, engine=engine)
        return found if isinstance(found, Plan) else None

    def lever(self, name: ChangeName, engine: EngineOverrides) -> _Lever | None:
        """The setting on top of `engine`; `None` where it has no other value."""
        args = engine_args_for(self.model, self.gpu, self.behavior, engine)
        default: Value = engine.language_model_only if name == "limit_mm_per_prompt" else getattr(args, name)
        values = self._values(name, engine, default)
        return _Lever(name=name, engine=engine, default=default, values=values) if values else None

    def _values(self, name: ChangeName, engine: EngineOverrides, default: Any) -> Sequence[Value]:  # noqa: ANN401 - of any setting
        match name:
            case "gpu_memory_utilization":
                first = int(default * 100 + 1e-6) + 1
                return [percent / 100 for percent in range(first, _HIGHEST_PERCENT + 1)]
            case "max_num_batched_tokens":
                return list(self._fewer_tokens(engine, default))
            case "max_num_seqs":
                return range(default - 1, 0, -1)
            case "limit_mm_per_prompt":
                return [True] if self.model.has_vision and not default else []
            case "kv_cache_dtype":
                return [each for each in _FP8 if self._has_cache(each)][:1] if default == "auto" else []
            case "enforce_eager":
                return [] if default else [True]

    def _fewer_tokens(self, engine: EngineOverrides, tokens: int) -> Iterator[int]:
        """vLLM does not start with less than the sequences, or an image that it does not divide."""
        image = 0 if engine.language_model_only else least_batched_tokens(self.model)
        least = max(_FEWEST_TOKENS, engine.max_num_seqs or 0, image)
        while (tokens := tokens // 2) >= least:
            yield tokens

    def _has_cache(self, dtype: KVCacheDtype) -> bool:
        return (
            bool(self.model.attention)
            and fp8_cache_incompatibility(self.model, self.gpu, dtype, self.behavior) is None
        )


def changes(
    model: Model, instance: Instance, behavior: VersionBehavior, engine: EngineOverrides
) -> tuple[Change, ...]:
    """The single changes of `engine` that suffice, those with the smallest step first.

    Each takes its setting only as far as necessary. Where none suffices alone, the cheapest two together: the
    first as far as it goes, the second as far as necessary.
    """
    question = _Question(model=model, instance=instance, behavior=behavior)
    if question.plan(_all_at_their_furthest(question, engine)) is None:
        return ()
    found = (_smallest(question, question.lever(name, engine)) for name in _NAMES)
    single = sorted((each for each in found if each is not None), key=lambda each: each.settings[0].step)
    if single:
        return tuple(single)
    pairs = (_pair(question, first, second, engine) for first, second in combinations(_NAMES, 2))
    cheapest = next((pair for pair in pairs if pair is not None), None)
    return () if cheapest is None else (cheapest,)


def _all_at_their_furthest(question: _Question, engine: EngineOverrides) -> EngineOverrides:
    for name in _NAMES:
        lever = question.lever(name, engine)
        engine = engine if lever is None else lever.furthest
    return engine


def _pair(
    question: _Question, first: ChangeName, second: ChangeName, engine: EngineOverrides
) -> Change | None:
    lever = question.lever(first, engine)
    if lever is None:
        return None
    value = lever.values[-1] if first != "max_num_seqs" else min(lever.values[0], _FEWEST_SEQUENCES_OF_TWO)
    change = _smallest(question, question.lever(second, lever.at(value)))
    if change is None or (change.engine.max_num_seqs or _FEWEST_SEQUENCES_OF_TWO) < _FEWEST_SEQUENCES_OF_TWO:
        return None
    return replace(change, settings=(lever.setting(value), *change.settings))


def _smallest(question: _Question, lever: _Lever | None) -> Change | None:
    """The first value of a setting with which the model starts, if it starts with the last."""
    furthest = None if lever is None else question.plan(lever.furthest)
    if lever is None or furthest is None:
        return None
    first = bisect_left(lever.values, x=True, key=lambda value: question.plan(lever.at(value)) is not None)
    value = lever.values[first]
    plan = question.plan(lever.at(value))
    if plan is None:
        return None
    return Change(settings=(lever.setting(value),), engine=lever.at(value), plan=plan, furthest=furthest)
