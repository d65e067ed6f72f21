"""What a version's behavior means for a model."""

import dataclasses

from support.metadata import real_model

from recommender.vllm.behavior import behavior_of

_DENSE, _EXPERTS = "Qwen/Qwen3-8B", "mistralai/Mixtral-8x7B-Instruct-v0.1"


def test_a_version_with_two_runners_has_one_for_each_model() -> None:
    behavior = behavior_of((0, 25))

    assert behavior.model_runner(real_model(_DENSE)) is behavior.model_runner_v2
    assert behavior.model_runner(real_model(_EXPERTS)) is behavior.model_runner_v1
    assert [behavior.runs_second_runner(real_model(each)) for each in (_DENSE, _EXPERTS)] == [True, False]


def test_a_version_with_one_runner_runs_every_model_in_it() -> None:
    behavior = dataclasses.replace(behavior_of((0, 25)), model_runner_v2=None)

    assert behavior.model_runner(real_model(_DENSE)) is behavior.model_runner_v1
    assert not behavior.runs_second_runner(real_model(_DENSE))
