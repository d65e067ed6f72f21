"""Versions of vLLM that lack an architecture."""

import pytest
from support.instances import ALL, instance
from support.metadata import real

from recommender.recommend import Feasible, Infeasible, recommend
from recommender.vllm.behavior import behavior_of
from recommender.vllm.registry import missing_support, partial_support
from recommender.vllm.version import Version


@pytest.mark.parametrize(
    ("class_name", "version", "expected"),
    [
        ("LlamaForCausalLM", None, None),
        ("LlamaForCausalLM", (0, 33), None),
        ("QWenLMHeadModel", None, None),
        ("QWenLMHeadModel", (0, 23, 1), None),
        ("QWenLMHeadModel", (0, 24), "vLLM runs QWenLMHeadModel up to 0.23 only."),
        ("MllamaForConditionalGeneration", None, "vLLM runs MllamaForConditionalGeneration up to 0.10 only."),
        ("Ministral3ForCausalLM", (0, 20, 0), None),
        ("Ministral3ForCausalLM", (0, 19, 0), "vLLM runs Ministral3ForCausalLM from 0.20 on."),
    ],
)
def test_a_version_runs_what_its_registry_lists(
    class_name: str, version: Version | None, expected: str | None
) -> None:
    assert expected == missing_support(class_name, version)


@pytest.mark.parametrize(
    ("class_name", "version", "expected"),
    [
        ("LlamaForCausalLM", None, None),
        (
            "QWenLMHeadModel",
            None,
            "vLLM runs QWenLMHeadModel up to 0.23 only: choose no later version.",
        ),
        (
            "Ministral3ForCausalLM",
            None,
            "vLLM runs Ministral3ForCausalLM from 0.20 on: choose no earlier version.",
        ),
        ("QWenLMHeadModel", (0, 19), None),
    ],
)
def test_without_a_version_it_is_said_which_ones_run_it(
    class_name: str, version: Version | None, expected: str | None
) -> None:
    assert expected == partial_support(class_name, version)


def test_a_configuration_that_only_some_versions_start_comes_with_a_warning() -> None:
    answer = recommend(real("Qwen/Qwen-7B-Chat"), instance("g6e.xlarge"), ALL)

    assert isinstance(answer, Feasible)
    assert any("up to 0.23 only" in warning.text for warning in answer.warnings)


def test_the_version_that_was_chosen_decides() -> None:
    qwen, gpu = real("Qwen/Qwen-7B-Chat"), instance("g6e.xlarge")
    started, refused = (recommend(qwen, gpu, ALL, behavior_of((0, minor))) for minor in (19, 24))

    assert isinstance(started, Feasible)
    assert not started.warnings
    assert isinstance(refused, Infeasible)
    assert refused.code == "unsupported_model"
    assert refused.reason == "vLLM runs QWenLMHeadModel up to 0.23 only."
