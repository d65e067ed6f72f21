"""The decisions, in order, over real models and instances."""

import dataclasses

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from recommender.hardware.units import GIB
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.instances import cheapest_fitting_instance
from recommender.planning.overrides import Overrides
from recommender.recommend import recommend
from recommender.recommendation import Feasible, Infeasible, Recommendation
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version


def recommended(model_id: str, instance_type: str) -> Recommendation:
    return recommend(real(model_id), instance(instance_type), ALL)


def feasible(model_id: str, instance_type: str) -> Feasible:
    answer = recommended(model_id, instance_type)
    assert isinstance(answer, Feasible)
    return answer


def infeasible(model_id: str, instance_type: str) -> Infeasible:
    answer = recommended(model_id, instance_type)
    assert isinstance(answer, Infeasible)
    return answer


def test_what_fits_natively_is_not_quantized_and_has_no_alternatives() -> None:
    answer = feasible("mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge")

    assert (answer.plan.quantization, answer.alternatives) == (None, None)


@pytest.mark.parametrize(
    ("model_id", "instance_type", "expected"),
    [
        ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge", "fp8"),
        ("meta-llama/Llama-3.1-405B", "p5.48xlarge", "fp8"),
        ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge", "int8"),
        ("Qwen/Qwen3-235B-A22B", "p4d.24xlarge", "int8"),
        ("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", "fp8"),
        ("Qwen/Qwen2.5-14B-Instruct", "g5.xlarge", "int8"),
        ("Qwen/Qwen3-14B", "g4dn.xlarge", "int4"),
        ("Qwen/Qwen2.5-14B-Instruct", "g5.12xlarge", None),
        ("mistralai/Mistral-Small-3.1-24B-Instruct-2503", "g6.xlarge", "int4"),
    ],
)
def test_the_first_format_that_fits_is_taken(model_id: str, instance_type: str, expected: str | None) -> None:
    """FP8 on GPUs that compute in it, else INT8, else INT4."""
    answer = recommended(model_id, instance_type)
    found = answer.plan.quantization if isinstance(answer, Feasible) else None

    assert expected == (found.name if found else None)


def test_a_quantized_answer_offers_both_ways() -> None:
    answer = feasible("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")

    assert answer.alternatives is not None
    assert answer.alternatives.quantized == answer.plan
    assert answer.alternatives.larger is not None
    assert answer.alternatives.larger.plan.quantization is None


def test_only_formats_that_vllm_does_not_load_need_a_checkpoint() -> None:
    int8 = feasible("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge")
    fp8 = feasible("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")

    assert "needs_prepared_checkpoint" in [warning.code for warning in int8.warnings]
    assert [warning.code for warning in fp8.warnings] == ["little_host_memory"]


def test_a_model_that_not_even_int4_makes_fit_gets_a_larger_instance() -> None:
    answer = infeasible("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")

    assert answer.code == "does_not_fit"
    assert answer.alternatives is not None
    assert answer.alternatives.quantized is None
    assert answer.alternatives.larger is not None


def test_a_quantized_checkpoint_is_not_quantized_again() -> None:
    fits = feasible("Qwen/Qwen2.5-7B-Instruct-AWQ", "g5.xlarge")
    does_not = infeasible("hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "g5.xlarge")

    assert fits.plan.quantization is None
    assert does_not.alternatives is not None
    assert does_not.alternatives.quantized is None


@pytest.mark.parametrize(
    ("model_id", "instance_type"),
    [
        ("openai/gpt-oss-20b", "g4dn.xlarge"),
        ("gaunernst/gemma-3-27b-it-int4-awq", "g4dn.12xlarge"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "g7e.12xlarge"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "p6-b200.48xlarge"),
        ("deepseek-ai/DeepSeek-V3.2", "g7e.48xlarge"),
    ],
)
def test_a_checkpoint_without_kernels_for_the_gpu_gets_another_instance(
    model_id: str, instance_type: str
) -> None:
    answer = infeasible(model_id, instance_type)

    assert answer.code == "does_not_fit"
    assert answer.alternatives is not None
    assert answer.alternatives.larger is not None


@pytest.mark.parametrize(("version", "fits"), [((0, 13), False), ((0, 14), True), (None, True)], ids=str)
def test_an_fp8_checkpoint_runs_on_a_t4_from_0_14_on(version: Version | None, fits: bool) -> None:  # noqa: FBT001 - a column
    answer = recommend(real("Qwen/Qwen3-8B-FP8"), instance("g4dn.xlarge"), ALL, behavior_of(version))

    assert isinstance(answer, Feasible) is fits


def test_a_class_is_decided_by_the_chosen_version() -> None:
    qwen, place = real("Qwen/Qwen-7B-Chat"), instance("g6e.xlarge")
    started, removed = (recommend(qwen, place, ALL, behavior_of((0, minor))) for minor in (19, 24))

    assert isinstance(started, Feasible)
    assert not started.warnings
    assert isinstance(removed, Infeasible)
    assert removed.code == "unsupported_model"


@pytest.mark.parametrize(
    ("version", "expected"), [((0, 16, 0), "LlamaForCausalLM"), ((0, 30, 0), "Qwen3_5ForCausalLM")], ids=str
)
def test_of_several_classes_the_first_that_the_version_has_serves_the_model(
    version: Version, expected: str
) -> None:
    metadata = llama(architectures=["Qwen3_5ForCausalLM", "LlamaForCausalLM"])
    answer = recommend(metadata, instance("g6e.xlarge"), ALL, behavior_of(version))

    assert isinstance(answer, Feasible)
    assert answer.model.class_name == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [((0, 19, 1), "MistralForCausalLM"), ((0, 20, 0), "Ministral3ForCausalLM")],
    ids=str,
)
def test_params_json_serves_a_model_whose_other_class_the_version_lacks(
    version: Version, expected: str
) -> None:
    """Devstral 2: vLLM prefers params.json from 0.12 on, `get_config` of `transformers_utils/config.py`."""
    params = {
        "dim": 12288,
        "n_layers": 88,
        "head_dim": 128,
        "hidden_dim": 28672,
        "n_heads": 96,
        "n_kv_heads": 8,
        "vocab_size": 131072,
        "quantization": {"qformat_weight": "fp8_e4m3"},
    }
    metadata = dataclasses.replace(real("mistralai/Devstral-2-123B-Instruct-2512"), params=params)
    answer = recommend(metadata, instance("p5.48xlarge"), ALL, behavior_of(version))

    assert isinstance(answer, Feasible)
    assert answer.model.class_name == expected
    assert answer.model.weights.size_bytes(Dtype.BFLOAT16) // GIB == 119


@pytest.mark.parametrize(
    ("instance_type", "context"), [("p5.4xlarge", 131_072), ("g6e.xlarge", 8192), ("g6.12xlarge", 8192)]
)
def test_a_removed_class_runs_under_the_versions_that_had_it(instance_type: str, context: int) -> None:
    """vLLM's `vision_language.py` runs Llama 3.2 11B on one L40 with 8192 tokens and 16 sequences."""
    model_id = "meta-llama/Llama-3.2-11B-Vision-Instruct"
    answer = recommend(real(model_id), instance(instance_type), ALL, behavior_of((0, 10, 0)))

    assert isinstance(answer, Feasible)
    assert answer.model.is_estimated
    assert answer.plan.max_model_len == context


def test_a_repository_that_names_no_class_is_refused() -> None:
    """vLLM: "No model architectures are specified"."""
    answer = recommend(llama(architectures=None), instance("g5.xlarge"), ALL)

    assert isinstance(answer, Infeasible)
    assert answer.code == "unsupported_model"


@pytest.mark.parametrize(
    ("model_id", "version", "runs"),
    [
        ("openai/gpt-oss-20b", (0, 10, 0), False),
        ("openai/gpt-oss-20b", (0, 10, 1), True),
        ("openai/gpt-oss-20b", (0, 10), True),
        ("Qwen/Qwen3-VL-8B-Instruct", (0, 10), False),
        ("Qwen/Qwen3-VL-8B-Instruct", (0, 11), True),
        ("MiniMaxAI/MiniMax-M2.5", (0, 11, 0), False),
        ("MiniMaxAI/MiniMax-M2.5", (0, 11), True),
        ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", (0, 12), False),
        ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", (0, 13), True),
        ("Qwen/Qwen-7B-Chat", (0, 23), True),
        ("Qwen/Qwen-7B-Chat", (0, 24), False),
        ("Qwen/Qwen3-8B", (0, 34), True),
        ("Qwen/Qwen3-8B", (1, 0), True),
    ],
)
def test_a_model_runs_from_the_first_to_the_last_release_with_its_class(
    model_id: str, version: Version, *, runs: bool
) -> None:
    """`vllm/model_executor/models/registry.py`; 0.10 stands for its last patch release, 0.10.2."""
    answer = recommend(real(model_id), instance("p5en.48xlarge"), ALL, behavior_of(version))

    assert isinstance(answer, Feasible) is runs


def test_a_class_that_no_version_has_is_not_in_vllm() -> None:
    answer = recommend(llama(architectures=["NoSuchForCausalLM"]), instance("g5.xlarge"), ALL)

    assert isinstance(answer, Infeasible)
    assert answer.code == "unsupported_model"
    assert answer.reason == "The class NoSuchForCausalLM is not in vLLM."


def test_overrides_do_not_make_a_model_feasible() -> None:
    answer = recommend(
        real("meta-llama/Llama-3.1-70B-Instruct"),
        instance("g5.xlarge"),
        ALL,
        overrides=Overrides(tensor_parallel=1),
    )

    assert isinstance(answer, Infeasible)


def test_impossible_overrides_are_answered_with_warnings() -> None:
    overrides = Overrides(tensor_parallel=1024, max_model_len=10**9, overhead_bytes=10_000 * GIB)
    answer = recommend(llama(), instance("g5.xlarge"), ALL, overrides=overrides)

    assert isinstance(answer, Feasible)
    assert {"tp_exceeds_gpus", "memory_exceeded", "context_above_limit"} <= {
        warning.code for warning in answer.warnings
    }


def test_the_larger_instance_has_room_for_work() -> None:
    """Qwen2.5-72B also fits on g6.48xlarge, with less memory, but with 8192 tokens for 13 requests."""
    for model_id in ("meta-llama/Llama-3.1-70B-Instruct", "Qwen/Qwen2.5-72B-Instruct"):
        found = cheapest_fitting_instance(parse_model(real(model_id)), ALL, asked=instance("g5.xlarge"))

        assert found is not None
        assert found.plan.max_model_len >= 8192
        assert found.plan.concurrency >= 8


def test_the_smallest_instance_is_the_smallest_in_every_respect() -> None:
    """Among the sizes with one A10G or L4 of 24 GiB the first is the one with the fewest processors."""
    found = cheapest_fitting_instance(
        parse_model(real("meta-llama/Llama-3.1-8B-Instruct")), ALL, asked=instance("g4dn.xlarge")
    )

    assert found is not None
    assert found.instance.name == "g5.xlarge"


def test_neuron_is_not_supported_whatever_the_model_is() -> None:
    answer = recommend(llama(num_hidden_layers=-1), instance("inf2.xlarge"), ALL)

    assert isinstance(answer, Infeasible)
    assert (answer.code, answer.model_info) == ("neuron_not_supported", None)


def test_an_unsupported_model_is_described_as_far_as_it_is_known() -> None:
    answer = infeasible("BAAI/bge-large-en", "g5.xlarge")

    assert answer.code == "unsupported_model"
    assert answer.model_info is not None
    assert answer.model_info.parameter_count == 335_142_400


def test_impossible_metadata_is_an_error_rather_than_an_answer() -> None:
    with pytest.raises(ImplausibleMetadata):
        recommend(llama(num_hidden_layers=-1), instance("g5.xlarge"), ALL)


def test_the_same_request_has_the_same_answer() -> None:
    request = ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")

    assert recommended(*request) == recommended(*request)


def test_latent_attention_is_limited_by_its_attention_heads_alone() -> None:
    answer = feasible("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge")

    assert answer.plan.valid_tensor_parallel == (1, 2, 4, 8)


def test_layers_with_fewer_kv_heads_do_not_limit_the_degree() -> None:
    """Gemma 4 31B has 16 KV heads in its layers with a window and 4 in the others, which are replicated."""
    answer = feasible("google/gemma-4-31B-it", "g5.48xlarge")

    assert answer.plan.tensor_parallel == 8


@pytest.mark.parametrize(
    ("model_id", "settings", "reason"),
    [
        (
            "Qwen/Qwen3-Next-80B-A3B-Instruct",
            {"layer_types": ["linear_attention"] * 48},
            "mixes layers in a way",
        ),
        ("google/gemma-4-31B-it", {"global_head_dim": 300}, "differ by no whole factor"),
    ],
    ids=["no layer caches tokens", "head sizes without a common block"],
)
def test_layers_that_no_cache_can_be_computed_for_are_an_unsupported_model(
    model_id: str, settings: dict[str, object], reason: str
) -> None:
    metadata = real(model_id)
    assert metadata.config is not None
    config = dict(metadata.config)
    text = {**config.get("text_config", config), **settings}
    changed = {**config, "text_config": text} if "text_config" in config else text
    answer = recommend(dataclasses.replace(metadata, config=changed), instance("p5.48xlarge"), ALL)

    assert isinstance(answer, Infeasible)
    assert answer.code == "unsupported_model"
    assert reason in answer.reason
