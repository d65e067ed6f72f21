"""Which models the second model runner runs by default."""

import pytest
from support.metadata import real_model

from recommender.hardware.units import GIB
from recommender.vllm.behavior import behavior_of
from recommender.vllm.model_runner import V1_SORTING, V1_TRITON, ModelRunnerV2
from recommender.vllm.version import Version

_QWEN, _LLAMA = "Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct"
_QWEN_AWQ, _GEMMA = "Qwen/Qwen2.5-14B-Instruct-AWQ", "google/gemma-2-9b-it"
_DEEPSEEK, _MIXTRAL = "deepseek-ai/DeepSeek-V2-Lite-Chat", "mistralai/Mixtral-8x7B-Instruct-v0.1"
_NEMOTRON = "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"


@pytest.mark.parametrize(
    ("version", "model_ids"),
    [
        ((0, 21), ()),
        ((0, 22), (_QWEN,)),
        ((0, 23), (_QWEN, _LLAMA)),
        ((0, 24), (_QWEN, _LLAMA, _DEEPSEEK)),
        ((0, 25), (_QWEN, _LLAMA, _QWEN_AWQ, _GEMMA, _DEEPSEEK)),
        ((0, 29), (_QWEN, _LLAMA, _QWEN_AWQ, _GEMMA, _DEEPSEEK, _MIXTRAL, _NEMOTRON)),
    ],
    ids=str,
)
def test_the_second_runner_takes_over_model_by_model(version: Version, model_ids: tuple[str, ...]) -> None:
    """`vllm/config/vllm.py` of each version."""
    behavior = behavior_of(version)
    models = [_QWEN, _LLAMA, _QWEN_AWQ, _GEMMA, _DEEPSEEK, _MIXTRAL, _NEMOTRON]
    on_v2 = [each for each in models if isinstance(behavior.model_runner(real_model(each)), ModelRunnerV2)]

    assert on_v2 == [each for each in models if each in model_ids]


def test_a_quantized_checkpoint_stays_on_the_first_runner_in_0_23() -> None:
    model = real_model("Qwen/Qwen3-8B-FP8")

    assert not isinstance(behavior_of((0, 23)).model_runner(model), ModelRunnerV2)
    assert isinstance(behavior_of((0, 24)).model_runner(model), ModelRunnerV2)


def test_the_sampler_of_the_first_runner_does_not_sort_from_0_17_on() -> None:
    model = real_model(_QWEN)

    assert behavior_of((0, 16)).model_runner(model) == V1_SORTING
    assert behavior_of((0, 17)).model_runner(model) == V1_TRITON


@pytest.mark.parametrize(
    ("version", "bytes_per_logit"),
    [((0, 16), 38.5), ((0, 17), 14.5), ((0, 22), 6), ((0, 26), 2), ((0, 27), 6), ((0, 28), 2), ((0, 33), 14)],
    ids=str,
)
def test_the_sampler_has_the_peak_of_its_version(version: Version, bytes_per_logit: float) -> None:
    """For each sequence and entry of the vocabulary: from logs up to 0.17, later from the sampler's code."""
    runner = behavior_of(version).model_runner(real_model(_QWEN))

    assert bytes_per_logit == runner.sampler_bytes_per_logit


@pytest.mark.parametrize(
    ("version", "graphs_gib", "layer_gib", "least_gib"),
    [
        ((0, 19), 0, 0, 0),
        ((0, 20), 0.1, 0.016, 0.5),
        ((0, 28), 0, 0, 0),
        ((0, 29), 0.15, 0.009, 0.15),
        ((0, 33), 0.15, 0.009, 0.15),
    ],
    ids=str,
)
def test_graphs_take_what_logs_show(
    version: Version, graphs_gib: float, layer_gib: float, least_gib: float
) -> None:
    """The first runner from 0.20 on: `gemma4-31b-pro6000-0230`; the second from 0.29 on: `glyd-*`."""
    runner = behavior_of(version).model_runner(real_model(_QWEN))
    found = (runner.graph_bytes, runner.graph_bytes_per_layer, runner.least_graph_bytes)

    assert [each / GIB for each in found] == pytest.approx([graphs_gib, layer_gib, least_gib], abs=1e-6)


def test_the_first_runner_holds_four_hidden_states_and_an_encoder_with_its_inputs() -> None:
    """It keeps no buffers of the sampler."""
    runners = [behavior_of(version).model_runner(real_model(_MIXTRAL)) for version in ((0, 16), (0, 28))]
    found = [
        (each.forward_hidden_states, each.kept_bytes_per_logit, each.encoder_profile) for each in runners
    ]

    assert found == [(4, 0, "inputs and outputs")] * 2


@pytest.mark.parametrize(
    ("version", "hidden_states", "kept", "encoder"),
    [
        ((0, 22), 3.35, 0, "none"),
        ((0, 26), 3.35, 0, "none"),
        ((0, 27), 3.35, 4.25, "outputs"),
        ((0, 33), 3.35, 4.25, "outputs"),
    ],
    ids=str,
)
def test_the_second_runner_keeps_what_its_version_allocates(
    version: Version, hidden_states: float, kept: float, encoder: str
) -> None:
    """Hidden states of a layer are fitted to logs; buffers of the sampler are counted from 0.27 on."""
    runner = behavior_of(version).model_runner(real_model(_QWEN))
    found = (runner.forward_hidden_states, runner.kept_bytes_per_logit, runner.encoder_profile)

    assert found == (hidden_states, kept, encoder)
