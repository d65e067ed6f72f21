"""Other instances: the cheapest that holds a model, a cheaper equivalent, the nearest to holding it."""

import dataclasses
import zlib
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import real, real_model

from handler.response import as_json
from recommender.hardware.instance import Instance
from recommender.hardware.units import GIB
from recommender.planning.instances import (
    NearestInstance,
    cheaper_equivalent,
    cheapest_fitting_instance,
    is_offered,
    nearest_instance,
)
from recommender.planning.plan import Plan, best_plan
from recommender.recommend import recommend
from recommender.recommendation import Feasible, Infeasible
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.engine_args import EngineOverrides
from recommender.vllm.quantization import FP8
from recommender.vllm.version_behavior import VersionBehavior

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

# Generated prices that do not follow the size, the same for a type in every run.
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


def test_the_answer_includes_the_price() -> None:
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


def test_the_instance_with_the_longest_context_is_the_nearest() -> None:
    """Qwen 72B has 64 KV heads and leaves little of 8 x L4, and does not fit on one A10G."""
    table = [instance("g5.xlarge"), instance("g6.48xlarge")]
    found = nearest_instance(real_model("Qwen/Qwen-72B-Chat"), table)

    assert found is not None
    assert found.instance.name == "g6.48xlarge"
    assert found.plan is not None
    assert (found.plan.max_model_len, found.plan.concurrency) == (2048, 2)


def test_the_instance_with_the_most_memory_is_the_nearest_where_none_holds_the_model() -> None:
    """Qwen3 Coder 480B takes 894 GiB, and 8 x H100 have 640 GiB."""
    table = [instance("p5.48xlarge"), instance("g5.xlarge")]
    found = nearest_instance(real_model("Qwen/Qwen3-Coder-480B-A35B-Instruct"), table)

    assert found == NearestInstance(instance=instance("p5.48xlarge"), plan=None)


def test_a_table_without_gpus_has_no_nearest_instance() -> None:
    assert nearest_instance(real_model("Qwen/Qwen3-8B"), [instance("inf2.xlarge")]) is None


def test_prices_decide_where_both_are_known() -> None:
    """At half the price whatever the size, and not at 60 % of it."""
    model = real_model("mistralai/Mistral-7B-Instruct-v0.3")
    asked = dataclasses.replace(instance("g6e.xlarge"), usd_per_hour=2.0)
    plan = best_plan(model, asked)
    assert isinstance(plan, Plan)
    half, more = (dataclasses.replace(instance("g6e.2xlarge"), usd_per_hour=price) for price in (1.0, 1.2))
    found = cheaper_equivalent(model, [half], asked=asked, plan=plan)

    assert found is not None
    assert found.instance == half
    assert cheaper_equivalent(model, [more], asked=asked, plan=plan) is None
    assert cheaper_equivalent(model, [instance("g5.xlarge")], asked=asked, plan=plan) is None


def leaving_blocks(model_id: str, on: str, behavior: VersionBehavior, blocks: int) -> EngineOverrides:
    """A utilization that leaves a cache of so many blocks, and half of another one."""
    plan = best_plan(real_model(model_id), instance(on), behavior=behavior)
    assert isinstance(plan, Plan)
    surplus = plan.budget.kv_cache_bytes - (blocks + 0.5) * plan.budget.layout.block_bytes
    utilization = plan.budget.engine_args.gpu_memory_utilization - surplus / plan.budget.visible_bytes
    return EngineOverrides(gpu_memory_utilization=utilization)


@pytest.mark.parametrize(("blocks", "is_enough"), [(512, True), (511, False)])
def test_room_for_real_work_is_a_context_of_8192_tokens(blocks: int, *, is_enough: bool) -> None:
    """512 blocks of 16 tokens, which also hold 10 requests of 768 tokens."""
    behavior = behavior_of((0, 19))
    engine = leaving_blocks("Qwen/Qwen3-8B", "g5.xlarge", behavior, blocks)
    found = cheapest_fitting_instance(
        real_model("Qwen/Qwen3-8B"), [instance("g5.xlarge")], behavior=behavior, engine=engine
    )

    assert (found is not None) is is_enough


@pytest.mark.parametrize(("sequences", "is_enough"), [(8, True), (7, False)])
def test_room_for_real_work_is_8_requests_at_once(sequences: int, *, is_enough: bool) -> None:
    found = cheapest_fitting_instance(
        real_model("Qwen/Qwen3-8B"), [instance("g5.xlarge")], engine=EngineOverrides(max_num_seqs=sequences)
    )

    assert (found is not None) is is_enough


@pytest.mark.parametrize(
    ("model_id", "on", "token_bytes"),
    [
        ("mistralai/Mistral-7B-Instruct-v0.3", "g6e.12xlarge", 32 * 2 * 8 * 128 * 2),
        # Latents are on every GPU, so all together cache no less than one of them.
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "p5.48xlarge", 27 * 576 * 2),
    ],
)
def test_an_equivalent_has_memory_for_the_weights_and_nine_tenths_of_the_requests(
    model_id: str, on: str, token_bytes: int
) -> None:
    """The requests of the plan have 768 tokens each. Smaller instances are left out without being planned."""
    model, asked = real_model(model_id), dataclasses.replace(instance(on), usd_per_hour=2.0)
    plan = best_plan(model, asked)
    assert isinstance(plan, Plan)
    least = plan.weight_bytes + plan.max_concurrent_requests * 768 * token_bytes * 9 // 10
    enough, too_small = (
        dataclasses.replace(asked, usd_per_hour=1.0, accelerator_memory_gib=size / GIB)
        for size in (least, least - 1000)
    )

    assert cheaper_equivalent(model, [enough], asked=asked, plan=plan) is not None
    assert cheaper_equivalent(model, [too_small], asked=asked, plan=plan) is None


@pytest.mark.parametrize(
    ("asked_name", "other_name", "is_equivalent"),
    [("p5en.48xlarge", "p6-b200.48xlarge", False), ("p6-b200.48xlarge", "p6-b300.48xlarge", True)],
)
def test_a_blackwell_is_an_equivalent_of_another_blackwell_only(
    asked_name: str, other_name: str, *, is_equivalent: bool
) -> None:
    """The driver: H200 has compute capability 9.0, B200 10.0 and B300 10.3. The other has more memory."""
    model = real_model("Qwen/Qwen3-8B")
    asked, other = (
        dataclasses.replace(instance(name), usd_per_hour=price)
        for name, price in ((asked_name, 100.0), (other_name, 10.0))
    )
    plan = best_plan(model, asked)
    assert isinstance(plan, Plan)
    found = cheaper_equivalent(model, [other], asked=asked, plan=plan)

    assert (found is not None) is is_equivalent


def test_an_instance_with_less_context_or_concurrency_is_not_an_equivalent() -> None:
    model, asked = real_model("meta-llama/Llama-3.1-8B-Instruct"), instance("g5.12xlarge")
    plan = best_plan(model, asked)
    assert isinstance(plan, Plan)

    assert (
        cheaper_equivalent(model, [instance("g5.xlarge")], asked=asked, plan=plan, behavior=ANY_VERSION)
        is None
    )


def test_an_equivalent_has_kernels_for_the_quantization() -> None:
    """Mistral 7B would fit on a V100, which has no FP8 kernels, and on an A10G, which computes in 16 bit."""
    model, asked = real_model("mistralai/Mistral-7B-Instruct-v0.3"), instance("g6e.12xlarge")
    behavior = behavior_of((0, 19))
    plan = best_plan(model, asked, FP8, behavior=behavior)
    assert isinstance(plan, Plan)
    small = dataclasses.replace(
        plan, budget=dataclasses.replace(plan.budget, usable_bytes=plan.budget.usable_bytes // 8)
    )
    found = [
        cheaper_equivalent(
            model,
            [dataclasses.replace(instance(name), accelerator_memory_gib=96)],
            asked=asked,
            plan=small,
            behavior=behavior,
        )
        for name in ("p3dn.24xlarge", "g5.12xlarge", "g6.12xlarge")
    ]

    assert [each is not None for each in found] == [False, False, True]


def test_an_equivalent_computes_in_the_same_dtype_and_needs_no_newer_driver() -> None:
    """A T4 runs BF16 models in FP16; an RTX PRO 4500 is a Blackwell."""
    model, asked = real_model("Qwen/Qwen2.5-1.5B-Instruct"), instance("g5.48xlarge")
    plan = best_plan(model, asked)
    assert isinstance(plan, Plan)
    found = [
        cheaper_equivalent(model, [instance(name)], asked=asked, plan=plan)
        for name in ("g4dn.12xlarge", "g7.12xlarge", "g6e.xlarge")
    ]

    assert [each is not None for each in found] == [False, False, True]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"is_listed": False}, False), ({"architecture": "arm64"}, False)],
    ids=["listed", "no longer listed", "other processors"],
)
def test_an_instance_is_offered_while_it_is_listed_and_has_x86_processors(
    changes: dict[str, Any],
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert is_offered(dataclasses.replace(instance("g5.xlarge"), **changes)) is expected
    assert not is_offered(instance("inf2.xlarge"))
