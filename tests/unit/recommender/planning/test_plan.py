"""The configuration that fits, and what holds for every one of them."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.instances import ALL, instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.hardware.instance import Instance
from recommender.memory.compute_dtype import compute_dtype
from recommender.memory.weights import weight_bytes
from recommender.model import Model, parse_model
from recommender.planning.incompatibilities import CapabilityTooLow, DegreeNotAccepted, DoesNotFit
from recommender.planning.plan import Plan, best_plan, fitting_plan
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import EngineOverrides, default_engine_args
from recommender.vllm.quantization import FP8, INT4, INT8, Quantization

_GPU_INSTANCES = [each for each in ALL if not each.is_neuron]
_MODELS = [
    real_model(model_id)
    for model_id in (
        "meta-llama/Llama-3.2-1B-Instruct",
        "mistralai/Mistral-7B-Instruct-v0.3",
        "Qwen/Qwen2.5-14B-Instruct",
        "Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4",
        "google/gemma-2-9b-it",
        "google/gemma-3-27b-it",
        "mistralai/Mixtral-8x7B-Instruct-v0.1",
        "meta-llama/Llama-3.1-70B-Instruct",
        "deepseek-ai/DeepSeek-V2-Lite-Chat",
        "tiiuae/falcon-7b-instruct",
    )
]

models = st.sampled_from(_MODELS)
instances = st.sampled_from(_GPU_INSTANCES)


def planned(model_id: str, instance_type: str) -> Plan:
    plan = best_plan(real_model(model_id), instance(instance_type))
    assert isinstance(plan, Plan)
    return plan


def found(model: Model, place: Instance, quantization: Quantization | None = None) -> Plan | None:
    plan = best_plan(model, place, quantization)
    return plan if isinstance(plan, Plan) else None


def test_the_largest_valid_degree_is_taken() -> None:
    plan = planned("mistralai/Mistral-7B-Instruct-v0.3", "g5.12xlarge")

    assert (plan.tensor_parallel, plan.valid_tensor_parallel) == (4, (1, 2, 4))


def test_gpus_that_do_not_divide_the_model_stay_idle() -> None:
    assert planned("Qwen/Qwen2.5-7B-Instruct", "p5.48xlarge").tensor_parallel == 4


def test_weights_that_leave_little_room_are_no_reason_to_refuse_a_model_that_starts() -> None:
    """The recipe of vllm-project/recipes for Llama 3.3 70B names one H100 for the FP8 weights of 67.7 GiB.

    They are more than 0.85 of its 79.19 GiB and less than 0.9.
    """
    fp8 = "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic"
    plan = best_plan(real_model(fp8), instance("p5.4xlarge"), behavior=behavior_of((0, 19)))

    assert isinstance(plan, Plan)
    assert plan.starts
    assert 0.85 * plan.budget.visible_bytes < plan.weight_bytes < plan.budget.usable_bytes


def test_kv_heads_are_replicated_only_where_nothing_else_fits() -> None:
    """Four KV heads: 230 GB of weights need eight of the 40 GB cards, and 30 GB do not."""
    model = real_model("Qwen/Qwen3-235B-A22B")
    replicated = best_plan(model, instance("p4d.24xlarge"), INT8)
    plain = best_plan(real_model("Qwen/Qwen3-30B-A3B"), instance("p4d.24xlarge"))

    assert isinstance(replicated, Plan)
    assert isinstance(plain, Plan)
    assert (replicated.tensor_parallel, replicated.valid_tensor_parallel) == (8, (1, 2, 4, 8))
    assert (plain.tensor_parallel, plain.valid_tensor_parallel) == (4, (1, 2, 4, 8))


def test_context_is_what_the_cache_holds_where_the_model_allows_more() -> None:
    plan = planned("Qwen/Qwen2.5-72B-Instruct", "g6.48xlarge")

    assert plan.max_model_len <= plan.budget.kv_cache_tokens < 2 * plan.max_model_len
    assert not plan.budget.max_concurrent_requests(2 * plan.max_model_len)


def test_layers_with_a_window_leave_room_for_a_longer_context() -> None:
    plan = planned("google/gemma-3-12b-it", "g6e.xlarge")

    assert plan.max_model_len > plan.budget.kv_cache_tokens


def test_concurrency_is_what_the_cache_holds() -> None:
    plan = planned("mistralai/Mistral-7B-Instruct-v0.3", "g5.xlarge")

    assert plan.concurrency == (plan.budget.kv_cache_tokens - 16) // 768
    assert 32 <= plan.concurrency < 64


def test_concurrency_is_at_most_the_forms_largest_value() -> None:
    plan = planned("mistralai/Mistral-7B-Instruct-v0.3", "p5.48xlarge")

    assert plan.concurrency == 64 < plan.max_concurrent_requests


def test_a_model_with_a_short_context_of_its_own_still_runs() -> None:
    plan = best_plan(parse_model(llama(max_position_embeddings=300)), instance("g5.xlarge"))

    assert plan is not None
    assert (plan.max_model_len, plan.workload.total_tokens) == (256, 256)


def test_a_checkpoint_without_kernels_for_the_gpu_has_no_plan() -> None:
    """gpt-oss would fit on a T4, for which vLLM has no MXFP4 kernels."""
    reason = best_plan(real_model("openai/gpt-oss-20b"), instance("g4dn.12xlarge"))

    assert reason == CapabilityTooLow(method="mxfp4", needed=(8, 0), versions=())


@pytest.mark.parametrize("instance_type", ["g5.xlarge", "g5.12xlarge", "g5.48xlarge"])
def test_a_model_that_is_too_large_does_not_fit(instance_type: str) -> None:
    """Qwen3 Coder 480B takes 894 GiB, and 8 x A10G have 192 GiB."""
    reason = best_plan(real_model("Qwen/Qwen3-Coder-480B-A35B-Instruct"), instance(instance_type))

    assert reason == DoesNotFit()


def test_a_model_that_no_degree_divides_says_so() -> None:
    groups = {"quant_method": "awq", "group_size": 128}
    reason = best_plan(
        parse_model(llama(intermediate_size=1000, quantization_config=groups)), instance("g6e.xlarge")
    )

    assert isinstance(reason, DegreeNotAccepted)
    assert (reason.degree, reason.largest_accepted) == (1, None)


@pytest.mark.parametrize(("share", "reason"), [(0.99, DoesNotFit), (1.01, DegreeNotAccepted)])
def test_a_model_is_too_large_before_no_degree_divides_it(share: float, reason: type) -> None:
    """`share` of the weights is what vLLM may use."""
    groups = {"quant_method": "awq", "group_size": 128}
    model, place = (
        parse_model(llama(intermediate_size=1000, quantization_config=groups)),
        instance("g5.xlarge"),
    )
    gpu = gpu_of(place)
    weights = weight_bytes(model, compute_dtype(model, gpu, None))
    engine = EngineOverrides(gpu_memory_utilization=share * weights / gpu.visible_bytes)

    assert isinstance(best_plan(model, place, engine=engine), reason)


@pytest.mark.parametrize("count", [2, 4])
def test_gpus_that_the_model_cannot_use_hold_no_weights(count: int) -> None:
    """Falcon 7B has 71 heads: 13.4 GiB on one GPU, of which a T4 has 13.1 GiB for vLLM."""
    place = dataclasses.replace(
        instance("g4dn.12xlarge"), accelerator_count=count, accelerator_memory_gib=16 * count
    )

    assert best_plan(real_model("tiiuae/falcon-7b-instruct"), place) == DoesNotFit()


def test_memory_alone_decides_about_a_fitting_plan() -> None:
    """INT8 fits on a B200, for which vLLM has no INT8 kernels."""
    model, place = real_model("mistralai/Mistral-7B-Instruct-v0.3"), instance("p6-b200.48xlarge")

    assert found(model, place, INT8) is None
    assert isinstance(fitting_plan(model, place, INT8, default_engine_args(gpu_of(place))), Plan)


@given(model=models, instance=instances, quantization=st.sampled_from([None, FP8, INT8, INT4]))
def test_no_plan_promises_more_than_it_has(
    model: Model, instance: Instance, quantization: Quantization | None
) -> None:
    plan = found(model, instance, quantization)
    if plan is None:
        return
    memory = plan.budget

    assert memory.visible_bytes >= memory.weight_bytes + memory.overhead.total_bytes + memory.kv_cache_bytes
    assert memory.max_concurrent_requests(plan.max_model_len) >= 1
    assert plan.max_model_len <= model.max_position_embeddings
    assert plan.max_model_len.bit_count() == 1
    assert plan.workload.total_tokens <= plan.max_model_len
    assert 1 <= plan.concurrency <= 64
    assert model.shape.attention_heads % plan.tensor_parallel == 0
    assert plan.tensor_parallel <= instance.accelerator_count
    assert plan.tensor_parallel in plan.valid_tensor_parallel


@given(model=models, instance=instances)
def test_more_gpus_never_shrink_the_context(model: Model, instance: Instance) -> None:
    doubled = dataclasses.replace(
        instance,
        accelerator_count=2 * instance.accelerator_count,
        accelerator_memory_gib=2 * instance.accelerator_memory_gib,
    )
    before, after = found(model, instance), found(model, doubled)

    assert before is None or (after is not None and after.max_model_len >= before.max_model_len)


@given(model=models, instance=instances)
def test_a_smaller_format_never_needs_more(model: Model, instance: Instance) -> None:
    engine_args = default_engine_args(gpu_of(instance))
    native, int8, int4 = (fitting_plan(model, instance, each, engine_args) for each in (None, INT8, INT4))

    if model.quantization is None:
        for larger, smaller in ((native, int8), (int8, int4)):
            assert not isinstance(larger, Plan) or (
                isinstance(smaller, Plan) and smaller.max_model_len >= larger.max_model_len
            )


@given(
    model=models,
    instance=st.sampled_from([each for each in _GPU_INSTANCES if each.accelerator_name != "H100"]),
    less=st.integers(min_value=1, max_value=20),
)
def test_less_memory_never_gives_more(model: Model, instance: Instance, less: int) -> None:
    smaller = dataclasses.replace(
        instance, accelerator_name="unknown", accelerator_memory_gib=instance.accelerator_memory_gib * 0.8
    )
    even_smaller = dataclasses.replace(
        smaller, accelerator_memory_gib=smaller.accelerator_memory_gib * (1 - less / 40)
    )
    more, fewer = found(model, smaller), found(model, even_smaller)

    assert fewer is None or (more is not None and more.max_model_len >= fewer.max_model_len)
