"""The instance to switch to: where a model does not fit, and where it would do with much less."""

import dataclasses
import zlib

import pytest
from support.instances import ALL, instance
from support.metadata import real, real_model

from handler.response import as_json
from recommender.hardware.instance import Instance
from recommender.planning.cheaper import cheaper_equivalent
from recommender.planning.instances import cheapest_fitting_instance, nearest_instance
from recommender.planning.plan import best_plan
from recommender.recommend import Feasible, Infeasible, recommend
from recommender.vllm.behavior import ANY_VERSION, behavior_of

_MODELS = [
    "meta-llama/Llama-3.1-70B-Instruct",
    "meta-llama/Llama-3.1-8B-Instruct",
    "Qwen/Qwen2.5-32B-Instruct",
    "Qwen/Qwen2.5-72B-Instruct",
    "Qwen/Qwen3-235B-A22B",
    "mistralai/Mixtral-8x7B-Instruct-v0.1",
    "google/gemma-3-27b-it",
    "deepseek-ai/DeepSeek-R1",
    "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
    "openai/gpt-oss-120b",
]

# Prices that are made up, in no order with size: one and the same for a type in every run.
PRICED = tuple(
    dataclasses.replace(
        each, usd_per_hour=1 + zlib.crc32(each.name.encode()) % 1000 / 10, price_region="us-east-1"
    )
    for each in ALL
)


def natively_feasible(model_id: str, candidate: Instance) -> bool:
    """Whether the service itself recommends `candidate` at native precision, with room for real work."""
    answer = recommend(real(model_id), candidate, [candidate])
    if not isinstance(answer, Feasible) or answer.plan.quantization is not None:
        return False
    context = min(8192, answer.model_info.max_position_embeddings or 0)
    return answer.plan.budget.max_concurrent_requests(context) > 0 and answer.plan.concurrency >= 8


@pytest.mark.parametrize("table", [ALL, PRICED], ids=["without prices", "with prices"])
@pytest.mark.parametrize("model_id", _MODELS)
def test_the_named_instance_is_the_cheapest_that_the_service_calls_feasible(
    model_id: str, table: tuple[Instance, ...]
) -> None:
    asked = next(each for each in table if each.name == "g4dn.xlarge")
    answer = recommend(real(model_id), asked, table)
    found = answer.alternatives.larger if answer.alternatives is not None else None
    offered = [
        each
        for each in table
        if not each.is_neuron and each.architecture == "x86_64" and each.accelerator_name != "V100"
    ]
    feasible = [each for each in offered if natively_feasible(model_id, each)]
    cheapest = min(
        feasible,
        key=lambda each: (
            each.usd_per_hour or 0,
            each.accelerator_memory_gib,
            each.accelerator_count,
            each.vcpus,
            each.memory_gib,
            each.name,
        ),
    )

    assert found is not None
    assert found.instance.name == cheapest.name


def test_the_price_comes_along() -> None:
    asked = next(each for each in PRICED if each.name == "g4dn.xlarge")
    body = as_json(recommend(real("meta-llama/Llama-3.1-70B-Instruct"), asked, PRICED))
    larger = body["alternatives"]["larger_instance_info"]
    named = next(each for each in PRICED if each.name == body["alternatives"]["larger_instance"])

    assert (larger["usd_per_hour"], larger["price_region"]) == (named.usd_per_hour, "us-east-1")


def test_the_larger_instance_of_a_70b_model_is_then_recommended_natively() -> None:
    llama = real("meta-llama/Llama-3.1-70B-Instruct")
    small = recommend(llama, instance("g5.xlarge"), ALL)
    assert isinstance(small, Infeasible)
    assert small.alternatives is not None
    assert small.alternatives.larger is not None
    answer = recommend(llama, small.alternatives.larger.instance, ALL)

    assert isinstance(answer, Feasible)
    assert answer.plan.quantization is None
    assert answer.plan.max_model_len >= 8192


def test_an_instance_that_is_gone_or_has_other_processors_is_not_offered() -> None:
    model, asked = real_model("meta-llama/Llama-3.1-8B-Instruct"), instance("g4dn.xlarge")
    found = cheapest_fitting_instance(model, ALL, asked=asked)
    assert found is not None
    gone = dataclasses.replace(found.instance, is_listed=False)
    others = [gone if each.name == gone.name else each for each in ALL]

    assert cheapest_fitting_instance(model, [gone, asked], asked=asked) is None
    assert cheapest_fitting_instance(model, others, asked=asked) != found
    assert (
        cheapest_fitting_instance(
            model, [dataclasses.replace(gone, is_listed=True, architecture="arm64")], asked=asked
        )
        is None
    )


def test_a_v100_is_offered_for_versions_that_run_on_it() -> None:
    model, v100, asked = real_model("Qwen/Qwen3-8B"), instance("p3dn.24xlarge"), instance("g4dn.xlarge")

    assert cheapest_fitting_instance(model, [v100], asked=asked) is None
    assert cheapest_fitting_instance(model, [v100], asked=asked, behavior=behavior_of((0, 19))) is not None
    assert cheapest_fitting_instance(model, [v100], asked=asked, behavior=behavior_of((0, 20))) is None


def test_a_v100_is_answered_with_the_versions_that_run_on_it() -> None:
    any_version = recommend(real("Qwen/Qwen3-8B"), instance("p3dn.24xlarge"), ALL)
    later = recommend(real("Qwen/Qwen3-8B"), instance("p3dn.24xlarge"), ALL, behavior_of((0, 20)))

    assert isinstance(any_version, Feasible)
    assert any("do not run on V100 from 0.20 on" in warning.text for warning in any_version.warnings)
    assert isinstance(later, Infeasible)
    assert "do not run on the V100 of p3dn.24xlarge from 0.20 on" in later.reason


def test_what_comes_nearest_is_named_where_nothing_holds_a_model() -> None:
    """Qwen3 Coder 480B takes 894 GiB, and 8 x H100 have 640."""
    table = [instance("g5.xlarge"), instance("p5.48xlarge")]
    answer = recommend(real("Qwen/Qwen3-Coder-480B-A35B-Instruct"), instance("g5.xlarge"), table)

    assert isinstance(answer, Infeasible)
    assert answer.reason.endswith("No instance of the table holds it; p5.48xlarge has most, 640 GiB.")


def test_an_instance_that_holds_a_model_without_room_for_work_comes_nearest() -> None:
    """Qwen 72B has 64 KV heads and leaves little of 8 x L4."""
    table = [instance("g5.xlarge"), instance("g6.48xlarge")]
    answer = recommend(real("Qwen/Qwen-72B-Chat"), instance("g5.xlarge"), table)

    assert isinstance(answer, Infeasible)
    assert (
        "g6.48xlarge comes nearest, with a context of 4,096 tokens and 5 requests at once." in answer.reason
    )


def test_nothing_comes_nearest_in_a_table_of_other_devices() -> None:
    assert nearest_instance(real_model("Qwen/Qwen3-8B"), [instance("inf2.xlarge")]) is None


def test_an_instance_that_would_do_as_well_for_much_less_is_named() -> None:
    answer = recommend(real("mistralai/Mistral-7B-Instruct-v0.3"), instance("p5.48xlarge"), ALL)
    assert isinstance(answer, Feasible)
    warning = next(each.text for each in answer.warnings if each.code == "cheaper_instance")

    assert warning.endswith(
        "gives the same context of 32,768 tokens and concurrency of 64; p5.48xlarge has 8 x H100, 640 GiB."
    )


def test_prices_decide_where_both_are_known() -> None:
    """For half the price, whatever its size; at 60 % of it nothing is said."""
    model = real_model("mistralai/Mistral-7B-Instruct-v0.3")
    asked = dataclasses.replace(instance("g6e.xlarge"), usd_per_hour=2.0)
    plan = best_plan(model, asked)
    assert plan is not None
    half, more = (dataclasses.replace(instance("g6e.2xlarge"), usd_per_hour=price) for price in (1.0, 1.2))
    found = cheaper_equivalent(model, [half], asked=asked, plan=plan)

    assert found is not None
    assert found.instance == half
    assert cheaper_equivalent(model, [more], asked=asked, plan=plan) is None
    assert cheaper_equivalent(model, [instance("g5.xlarge")], asked=asked, plan=plan) is None


def test_an_instance_with_less_context_or_concurrency_is_no_equal() -> None:
    model, asked = real_model("meta-llama/Llama-3.1-8B-Instruct"), instance("g5.12xlarge")
    plan = best_plan(model, asked)
    assert plan is not None

    assert (
        cheaper_equivalent(model, [instance("g5.xlarge")], asked=asked, plan=plan, behavior=ANY_VERSION)
        is None
    )


def test_width_over_pcie_is_said_to_cost_throughput() -> None:
    pcie, nvlink, alone = (
        recommend(real("mistralai/Mistral-7B-Instruct-v0.3"), instance(name), ALL)
        for name in ("g5.12xlarge", "p4d.24xlarge", "g5.xlarge")
    )
    assert isinstance(pcie, Feasible)
    assert isinstance(nvlink, Feasible)
    assert isinstance(alone, Feasible)

    assert "TP 1 or 2 would hold the model" in pcie.explanation.tensor_parallel_degree
    assert "PCIe" not in nvlink.explanation.tensor_parallel_degree
    assert "PCIe" not in alone.explanation.tensor_parallel_degree


def test_a_processor_of_another_kind_and_a_type_that_is_gone_are_warned_about() -> None:
    arm = recommend(real("Qwen/Qwen3-0.6B"), instance("g5g.xlarge"), ALL)
    delisted = dataclasses.replace(instance("g5.xlarge"), is_listed=False)
    gone = recommend(real("Qwen/Qwen3-0.6B"), delisted, ALL)
    assert isinstance(arm, Feasible)
    assert isinstance(gone, Feasible)

    assert any("g5g.xlarge has arm64 processors" in warning.text for warning in arm.warnings)
    assert any("EC2 no longer lists g5.xlarge" in warning.text for warning in gone.warnings)
