"""Pre-quantized checkpoints: which are read, and which are offered."""

import dataclasses
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import llama, quantized_from, real, real_model

from recommender.model import parse_listing
from recommender.planning.overrides import Overrides
from recommender.planning.pre_quantized import candidate, pre_quantized_checkpoints, worth_reading
from recommender.recommend import recommend, with_checkpoints
from recommender.recommendation import Feasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.quantization import QuantizationName
from recommender.vllm.version import Version

LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"


def entry(name: str, dtype: str = "I32", **given: Any) -> dict[str, Any]:
    return {
        "id": f"org/{name}",
        "downloads": 10,
        "gated": False,
        "config": {"quantization_config": {"quant_method": "awq"}},
        "safetensors": {"parameters": {"F16": 10, dtype: 1000}},
        **given,
    }


def offered(
    model_id: str, wanted: QuantizationName, on: str = "g5.xlarge", version: Version | None = None
) -> list[str]:
    found = pre_quantized_checkpoints(
        real_model(model_id), quantized_from(model_id), wanted, instance(on), behavior_of(version)
    )
    return [each.model_id for each in found]


def test_the_list_is_sorted_by_downloads_with_each_repository_once() -> None:
    listed = parse_listing(
        [entry("few"), entry("many", downloads=99), entry("few"), entry("new", downloads=None)]
    )

    assert [each.model_id for each in listed] == ["org/many", "org/few", "org/new"]


@pytest.mark.parametrize("broken", [None, 7, "x", [], {}, {"id": 7}, entry("gone", disabled=True)], ids=str)
def test_what_is_not_an_entry_is_skipped(broken: object) -> None:
    assert parse_listing([broken]) == ()


@pytest.mark.parametrize(
    ("listed", "may_be"),
    [
        (entry("awq"), {"int4", "int8"}),
        (entry("w8a8", "I8"), {"int8"}),
        (entry("fp8", "F8_E4M3"), {"fp8"}),
        (entry("bnb", "U8"), {"int4"}),
        (entry("mlx", config={"quantization_config": {"bits": 4}}), set()),
        (entry("gguf", config={}, safetensors=None), set()),
        (entry("other", config={"quantization_config": {"quant_method": "exl2"}}), set()),
        (entry("broken", safetensors={"parameters": {"F99": 1}}), set()),
        (entry("odd", config=[]), set()),
    ],
    ids=lambda value: value["id"] if isinstance(value, dict) else "",
)
def test_the_list_rules_out_what_cannot_be_meant(listed: dict[str, Any], may_be: set[str]) -> None:
    (parsed,) = parse_listing([listed])

    assert may_be == {name for name in ("fp8", "int8", "int4") if parsed.may_be(name)}


def test_only_the_most_downloaded_are_read() -> None:
    listed = parse_listing(entry(f"n{number}", downloads=number) for number in range(20))
    chosen = worth_reading(listed, ["int4"])

    assert [each.downloads for each in chosen] == list(range(19, 11, -1))
    assert worth_reading(listed, ["int8", "int4"]) == chosen
    assert worth_reading(listed, ["fp8"]) == ()


def test_a_configuration_that_is_not_understood_is_not_a_candidate() -> None:
    (listed,) = parse_listing([entry("awq")])

    assert candidate(listed, {}) is None
    assert candidate(listed, {"num_hidden_layers": -1}) is None


def test_those_of_the_right_format_are_offered() -> None:
    assert offered(LLAMA_8B, "int8") == ["RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8"]
    assert offered(LLAMA_8B, "fp8") == ["nm-testing/Meta-Llama-3.1-8B-Instruct-FP8-hf"]
    assert offered(LLAMA_8B, "int4") == [
        "hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4",
        "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16",
    ]


def test_bitsandbytes_is_offered_where_the_version_has_it() -> None:
    assert any("bnb" in each for each in offered(LLAMA_8B, "int4", version=(0, 19)))
    assert not any("bnb" in each for each in offered(LLAMA_8B, "int4", version=(0, 30)))


def test_three_are_offered_at_most() -> None:
    many = [
        dataclasses.replace(each, downloads=each.downloads + number)
        for number in range(5)
        for each in quantized_from(LLAMA_8B)
    ]
    found = pre_quantized_checkpoints(real_model(LLAMA_8B), many, "int4", instance("g5.xlarge"))

    assert len(found) == 3
    assert [each.downloads for each in found] == sorted((each.downloads for each in found), reverse=True)


def test_those_that_do_not_run_on_the_instance_are_not_offered() -> None:
    assert offered("meta-llama/Llama-3.3-70B-Instruct", "int8", "g5.xlarge") == []
    assert offered("meta-llama/Llama-3.3-70B-Instruct", "int8", "p5.48xlarge") != []
    assert offered("meta-llama/Llama-3.3-70B-Instruct", "int8", "p6-b200.48xlarge") == []


def test_a_repository_of_other_sizes_is_not_offered() -> None:
    """Anyone may tag a repository as quantized from another."""
    others = quantized_from(LLAMA_8B)
    own = parse_listing([entry("own", safetensors={"parameters": {"F16": 10**8, "I32": 10**9}})])[0]
    like = candidate(
        own, {**(llama().config or {}), "quantization_config": {"quant_method": "awq", "bits": 4}}
    )

    assert like is not None
    base = real_model("mistralai/Mistral-7B-Instruct-v0.3")
    assert pre_quantized_checkpoints(base, [like], "int4", instance("g5.xlarge")) == ()
    assert pre_quantized_checkpoints(like.model, others, "int4", instance("g5.xlarge")) == ()


def test_each_comes_with_its_configuration() -> None:
    (found,) = pre_quantized_checkpoints(
        real_model(LLAMA_8B), quantized_from(LLAMA_8B), "int8", instance("g4dn.xlarge")
    )
    alone = recommend(real(found.model_id), instance("g4dn.xlarge"), ALL)

    assert isinstance(alone, Feasible)
    assert found.plan == alone.plan
    assert (found.method, found.is_gated) == ("compressed-tensors", False)


@pytest.mark.parametrize(
    ("model_id", "on", "overrides", "wanted"),
    [
        (LLAMA_8B, "g5.xlarge", Overrides(), ()),
        (LLAMA_8B, "g4dn.xlarge", Overrides(), ("int8", "int4")),
        (LLAMA_8B, "g5.xlarge", Overrides(quantization="int4"), ("int4",)),
        (LLAMA_8B, "g4dn.xlarge", Overrides(quantization="int4"), ("int4", "int8")),
        (LLAMA_8B, "g4dn.xlarge", Overrides(quantization="fp8"), ("int8", "int4")),
        ("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", Overrides(), ()),
    ],
)
def test_checkpoints_are_wanted_only_where_one_is_needed(
    model_id: str, on: str, overrides: Overrides, wanted: tuple[str, ...]
) -> None:
    answer = recommend(real(model_id), instance(on), ALL, overrides=overrides)

    assert isinstance(answer, Feasible)
    assert answer.wanted_checkpoints == wanted
    assert answer.checkpoints is None
    found = with_checkpoints(answer, quantized_from(model_id))
    assert {each.quantized_to for each in found.checkpoints or ()} == set(found.wanted_checkpoints)
