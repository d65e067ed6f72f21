"""The decisions, and that their sentences agree with their numbers."""

import dataclasses
import re

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from local.embedded.snapshot import load_snapshot
from recommender.model import parse_model
from recommender.model.errors import ImplausibleMetadata
from recommender.planning.instances import cheapest_fitting_instance
from recommender.planning.serve_arguments import serve_arguments
from recommender.recommend import Feasible, Infeasible, Recommendation, recommend

_MODEL_IDS = sorted(load_snapshot().repos)


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
    assert answer.explanation.quantization.startswith("Not needed: in BF16 the weights take 13.5 GiB")


@pytest.mark.parametrize(
    ("model_id", "instance_type", "expected"),
    [
        ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge", "fp8"),
        ("meta-llama/Llama-3.1-405B", "p5.48xlarge", "fp8"),
        ("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge", "int8"),
        ("Qwen/Qwen3-235B-A22B", "p4d.24xlarge", "int8"),
        ("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", "fp8"),
        ("Qwen/Qwen2.5-14B-Instruct", "g5.xlarge", "int8"),
        ("Qwen/Qwen2.5-14B-Instruct", "g4dn.xlarge", "int4"),
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


def test_formats_without_a_loader_are_said_to_need_a_checkpoint() -> None:
    int8 = feasible("meta-llama/Llama-3.1-8B-Instruct", "g4dn.xlarge")
    fp8 = feasible("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")

    assert "already quantized" in int8.explanation.quantization
    assert any("INT8" in warning.text for warning in int8.warnings)
    assert "--quantization" not in serve_arguments(int8.plan)
    assert [warning.code for warning in fp8.warnings] == ["little_host_memory"]
    assert serve_arguments(fp8.plan)[-2:] == ("--quantization", "fp8")


def test_what_not_even_int4_makes_fit_is_sent_to_a_larger_instance() -> None:
    answer = infeasible("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")

    assert answer.code == "does_not_fit"
    assert "131.4 GiB for its weights in BF16" in answer.reason
    assert "g5.xlarge has 24 GiB" in answer.reason
    assert answer.alternatives is not None
    assert answer.alternatives.quantized is None
    assert answer.alternatives.larger is not None


def test_a_quantized_checkpoint_is_not_quantized_again() -> None:
    fits = feasible("Qwen/Qwen2.5-7B-Instruct-AWQ", "g5.xlarge")
    does_not = infeasible("hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "g5.xlarge")

    assert fits.plan.quantization is None
    assert "already quantized (awq)" in fits.explanation.quantization
    assert "even in" not in does_not.reason


def test_the_larger_instance_has_room_for_work() -> None:
    """Qwen2.5-72B fits into g6.48xlarge too, with less memory, but with a context of 8192 for 13 requests."""
    for model_id in ("meta-llama/Llama-3.1-70B-Instruct", "Qwen/Qwen2.5-72B-Instruct"):
        holder = cheapest_fitting_instance(parse_model(real(model_id)), ALL, asked=instance("g5.xlarge"))

        assert holder is not None
        assert holder.plan.max_model_len >= 8192
        assert holder.plan.concurrency >= 8


def test_the_smallest_instance_is_the_smallest_in_every_respect() -> None:
    """Among the sizes with one A10G or L4 of 24 GiB the first is the one with the fewest processors."""
    holder = cheapest_fitting_instance(
        parse_model(real("meta-llama/Llama-3.1-8B-Instruct")), ALL, asked=instance("g4dn.xlarge")
    )

    assert holder is not None
    assert holder.instance.name == "g5.xlarge"


def test_nothing_in_the_table_holds_it_is_said() -> None:
    answer = recommend(
        real("Qwen/Qwen3-Coder-480B-A35B-Instruct"), instance("g5.xlarge"), [instance("g5.xlarge")]
    )

    assert isinstance(answer, Infeasible)
    assert answer.alternatives is not None
    assert answer.alternatives.larger is None
    assert answer.reason.endswith("No instance of the table holds it; g5.xlarge has most, 24 GiB.")


def test_neuron_is_refused_whatever_the_model_is() -> None:
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


def test_a_gpu_without_bf16_is_warned_about_with_what_it_costs() -> None:
    gemma = feasible("google/gemma-2-9b-it", "g4dn.12xlarge")
    llama_8b = feasible("meta-llama/Llama-3.1-8B-Instruct", "g4dn.12xlarge")

    assert any("FP32" in warning.text for warning in gemma.warnings)
    assert "FP16" in llama_8b.explanation.quantization
    assert any("FP16, which takes the same memory" in warning.text for warning in llama_8b.warnings)


def test_a_shrunk_workload_is_explained_and_a_full_one_is_not() -> None:
    short = recommend(llama(max_position_embeddings=512), instance("g5.xlarge"), ALL)
    full = recommend(llama(), instance("g5.xlarge"), ALL)

    assert isinstance(short, Feasible)
    assert isinstance(full, Feasible)
    assert short.explanation.input_sequence_length is not None
    assert "341 tokens in and 171 out" in short.explanation.input_sequence_length
    assert full.explanation.input_sequence_length is None


def test_twice_the_same_question_is_twice_the_same_answer() -> None:
    question = ("Qwen/Qwen2.5-32B-Instruct", "g6e.xlarge")

    assert recommended(*question) == recommended(*question)


@pytest.mark.parametrize("model_id", _MODEL_IDS)
def test_every_model_of_the_snapshot_gets_an_answer_whose_sentences_agree_with_its_numbers(
    model_id: str,
) -> None:
    for instance_type in ("g4dn.xlarge", "g5.12xlarge", "g6e.xlarge", "p4d.24xlarge", "p5.48xlarge"):
        answer = recommended(model_id, instance_type)
        if isinstance(answer, Infeasible):
            assert answer.reason.endswith(".")
            continue
        plan, sentences = answer.plan, answer.explanation
        assert f"{plan.max_model_len:,}" in sentences.max_model_len
        assert f"{plan.concurrency} " in sentences.concurrency
        assert instance_type in sentences.tensor_parallel_degree
        if plan.quantization is not None:
            assert sentences.quantization.startswith(plan.quantization.label)
        for sentence in (
            sentences.tensor_parallel_degree,
            sentences.quantization,
            *(warning.text for warning in answer.warnings),
        ):
            assert not re.search(r"\d\.\d\d+ GiB|-\d+ GiB|None|\b1 (heads|GPUs|requests)\b", sentence)


def test_a_gpu_without_known_figures_is_warned_about() -> None:
    unknown = dataclasses.replace(instance("g5.12xlarge"), accelerator_name="X1")
    answer = recommend(llama(), unknown, ALL)

    assert isinstance(answer, Feasible)
    assert any("X1 is not a GPU with known figures" in warning.text for warning in answer.warnings)


def test_gpus_that_the_model_cannot_use_are_counted_out_of_the_shortage() -> None:
    """71 attention heads divide over one GPU only."""
    answer = recommend(
        llama(parameters={"BF16": 60 * 10**9}, num_attention_heads=71, num_key_value_heads=1, head_dim=64),
        instance("g5.12xlarge"),
        ALL,
    )

    assert isinstance(answer, Infeasible)
    assert "of which it can use one GPU because of its 71 attention heads, 1 KV head" in answer.reason


def test_latent_attention_is_limited_by_its_attention_heads_alone() -> None:
    answer = feasible("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge")

    assert answer.plan.valid_tensor_parallel == (1, 2, 4, 8)


def test_idle_gpus_of_a_model_with_latent_attention_are_explained() -> None:
    seven = dataclasses.replace(instance("p5.48xlarge"), accelerator_count=7, accelerator_memory_gib=560)
    answer = recommend(real("deepseek-ai/DeepSeek-V2-Lite-Chat"), seven, ALL)

    assert isinstance(answer, Feasible)
    reason = answer.explanation.tensor_parallel_degree
    assert "16 attention heads, feed-forward width of 10,944 and expert width of 1,408" in reason


def test_a_quantized_checkpoint_that_would_run_in_fp32_is_refused_with_the_true_reason() -> None:
    """AWQ runs on a T4, but not in FP32, and Gemma 3 not in FP16."""
    answer = infeasible("gaunernst/gemma-3-27b-it-int4-awq", "g4dn.12xlarge")

    assert "no BF16 and this model no FP16 mode" in answer.reason
    assert "compute capability" not in answer.reason


def test_a_shortage_of_the_gpus_that_a_model_can_use_is_not_blamed_on_all() -> None:
    """Falcon 7B has 71 heads and can use one of eight GPUs."""
    answer = feasible("tiiuae/falcon-7b-instruct", "g4dn.metal")

    assert "the 16 GiB of one GPU, the most of g4dn.metal" in answer.explanation.quantization


def test_bitsandbytes_is_explained_to_run_on_one_gpu() -> None:
    answer = feasible("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "g5.12xlarge")

    assert (answer.plan.tensor_parallel, answer.plan.valid_tensor_parallel) == (1, (1,))
    assert "bitsandbytes on one GPU only" in answer.explanation.tensor_parallel_degree


def test_blocks_of_a_quantized_checkpoint_are_named() -> None:
    answer = feasible("Qwen/Qwen3-30B-A3B-FP8", "g6e.12xlarge")

    assert answer.plan.tensor_parallel == 2
    assert "expert width of 768 in blocks of 128" in answer.explanation.tensor_parallel_degree


def test_a_width_that_no_degree_divides_is_refused_by_its_blocks() -> None:
    """Blocks of 128 do not divide a width of 1000, on one GPU either."""
    blocks = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    answer = recommend(
        llama(intermediate_size=1000, quantization_config=blocks), instance("g6e.12xlarge"), ALL
    )

    assert isinstance(answer, Infeasible)
    assert "vLLM cannot divide the checkpoint's" in answer.reason
    assert "width of 1,000 in blocks of 128" in answer.reason


@pytest.mark.parametrize("instance_type", ["g7e.12xlarge", "p6-b200.48xlarge"])
def test_an_int8_checkpoint_is_refused_where_vllm_has_no_kernels_for_it(instance_type: str) -> None:
    answer = infeasible("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", instance_type)

    assert "vLLM has no INT8 kernels" in answer.reason


def test_a_model_that_is_widened_to_fp32_is_told_so_where_it_does_not_fit() -> None:
    """Gemma 3 has no FP16 mode, a T4 no BF16."""
    answer = infeasible("google/gemma-3-27b-it", "g4dn.12xlarge")

    assert "because T4 has no BF16 and the model no FP16 mode" in answer.reason


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


@pytest.mark.parametrize(
    ("model_id", "reason"),
    [
        ("meta-llama/Llama-3.2-11B-Vision", "mllama_text_model: vLLM runs .* up to 0.10 only"),
        ("microsoft/Phi-3-small-8k-instruct", "phi3small: vLLM runs .* up to 0.9 only"),
    ],
)
def test_an_architecture_that_vllm_has_removed_is_refused_with_its_last_version(
    model_id: str, reason: str
) -> None:
    assert re.search(reason, infeasible(model_id, "g5.xlarge").reason)
