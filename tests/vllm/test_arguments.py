"""`vllm_args` are what vLLM's own command line accepts, in each version that they are meant for.

The definitions are those that `tools/vllm_facts` reads from vLLM's distributions.
"""

import argparse
import json
import operator
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from support.instances import GPU_INSTANCES
from support.metadata import MODELS

from recommender.planning.overrides import NO_OVERRIDES, Overrides
from recommender.planning.serve_arguments import serve_arguments
from recommender.recommend import recommend
from recommender.recommendation import Feasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.version import Version, parse_version
from tools.vllm_facts.__main__ import FACTS
from tools.vllm_facts.document import expand, read

_FACTS = expand(read(FACTS))
# Each form that the command line has had, and the releases around changes of quantization methods.
_RELEASES = (
    "0.8.2",
    "0.8.5",
    "0.11.0",
    "0.14.0",
    "0.17.0",
    "0.19.0",
    "0.20.0",
    "0.24.0",
    "0.27.1",
    "0.28.0",
    "0.33.0",
)
_OF_EVERY_VERSION = ("0.17.0", "0.20.0", "0.24.0", "0.28.0", "0.33.0")

_ALWAYS = [
    "--tensor-parallel-size",
    "--max-model-len",
    "--gpu-memory-utilization",
    "--max-num-seqs",
    "--max-num-batched-tokens",
]
_SOMETIMES = [
    "--dtype",
    "--quantization",
    "--kv-cache-dtype",
    "--limit-mm-per-prompt",
    "--enforce-eager",
    "--data-parallel-size",
    "--enable-expert-parallel",
]


def _pairs(text: str) -> dict[str, int]:
    """`image=0,video=0`: `nullable_kvs`, `vllm/engine/arg_utils.py` of 0.8.4."""
    return {name: int(value) for name, value in (pair.split("=") for pair in text.split(","))}


_TYPES = {"int": int, "float": float, "str": str, "json": json.loads, "pairs": _pairs}
_BOUNDS = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}

_OVERRIDES = (
    NO_OVERRIDES,
    Overrides(quantization="fp8"),
    Overrides(quantization="int8"),
    Overrides(quantization="int4"),
    Overrides(tensor_parallel=1024, max_model_len=1, concurrency=10**9),
    Overrides(max_model_len=10**9),
    Overrides(engine=EngineOverrides(kv_cache_dtype="fp8", enforce_eager=True, language_model_only=True)),
    Overrides(
        engine=EngineOverrides(
            max_num_seqs=7, max_num_batched_tokens=999, gpu_memory_utilization=1e-5, kv_cache_dtype="fp8_e5m2"
        )
    ),
    Overrides(engine=EngineOverrides(kv_cache_dtype="fp8_e4m3", gpu_memory_utilization=1.0)),
)


class _Parser(argparse.ArgumentParser):
    """Takes no abbreviations, and raises where the program would end."""

    def error(self, message: str) -> Any:
        raise ValueError(message)


@pytest.mark.parametrize("version", _RELEASES)
def test_the_arguments_for_a_version_are_accepted_by_it(version: str) -> None:
    for arguments in _arguments(parse_version(version)):
        _accept(version, arguments)


@pytest.mark.parametrize("version", _OF_EVERY_VERSION)
def test_the_arguments_without_a_version_are_accepted_by_each(version: str) -> None:
    for arguments in _arguments(None):
        _accept(version, arguments)


def test_they_are_complete_and_in_a_fixed_order() -> None:
    for arguments in _arguments(None):
        flags = [argument for argument in arguments if argument.startswith("--")]

        assert flags[: len(_ALWAYS)] == _ALWAYS
        assert flags[len(_ALWAYS) :] == [flag for flag in _SOMETIMES if flag in flags]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--max-num-seq", "256"), "unrecognized"),
        (("--max-num-seqs", "many"), "invalid int"),
        (("--max-num-seqs", "0"), "not ge 1"),
        (("--dtype", "bf16"), "invalid choice"),
        (("--quantization", "bitsandbytes"), "no method"),
        (("--kv-cache-dtype", "fp4"), "invalid choice"),
        (("--enforce-eager", "true"), "unrecognized"),
        (("--limit-mm-per-prompt", "image=0,video=0"), "invalid loads"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_vllm_refuses_is_refused_here_too(arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        _accept("0.28.0", arguments)


@cache
def _arguments(version: Version | None) -> list[tuple[str, ...]]:
    """Of some models on some instance types, as recommended and with overrides."""
    answers = [
        recommend(metadata, place, [place], behavior_of(version), overrides)
        for metadata in MODELS[::15]
        for place in GPU_INSTANCES[::12]
        for overrides in _OVERRIDES
    ]
    plans = [answer.plan for answer in answers if isinstance(answer, Feasible)]
    assert {plan.cast_to for plan in plans} > {None}
    assert {plan.quantization.flag for plan in plans if plan.quantization} > {None}
    changed = [
        change.plan for answer in answers if answer.alternatives for change in answer.alternatives.changes
    ]
    layouts = [
        each.serve_arguments for answer in answers if isinstance(answer, Feasible) for each in answer.layouts
    ]
    return sorted({*map(serve_arguments, (*plans, *changed)), *layouts})


def _accept(version: str, arguments: Sequence[str]) -> None:
    """Parse `arguments` as that version does, and check what its configuration classes check."""
    given = vars(_parser(version).parse_args(arguments))
    for flag, definition in _command_line(version).items():
        value = given[flag.removeprefix("--").replace("-", "_")]
        for name in _BOUNDS.keys() & definition.keys() if value is not None else ():
            if not _BOUNDS[name](value, definition[name]):
                raise ValueError(f"{flag} {value} is not {name} {definition[name]}")
    method = given["quantization"]
    if method is not None and method not in _FACTS[version]["quantization"]:
        raise ValueError(f"{method} is no method of {version}")


@cache
def _parser(version: str) -> _Parser:
    parser = _Parser(allow_abbrev=False)
    for flag, definition in _command_line(version).items():
        if definition["type"] == "flag":
            parser.add_argument(flag, action="store_true")
        else:
            parser.add_argument(flag, type=_TYPES[definition["type"]], choices=definition.get("choices"))
    return parser


def _command_line(version: str) -> dict[str, Any]:
    return _FACTS[version]["command_line"]  # type: ignore[no-any-return]
