"""Parts of sentences."""

import dataclasses
from collections.abc import Sequence

import pytest
from support.instances import instance
from support.metadata import llama, real_model

from recommender.hardware.gpu import gpu_of
from recommender.messages.phrases import (
    cache_text,
    capability_text,
    choice_text,
    count_text,
    gpus_text,
    hardware_text,
    obstacle_text,
    precision_text,
    shape_text,
    version_choice_text,
    versions_text,
)
from recommender.model import parse_model
from recommender.planning.plan import Plan, best_plan
from recommender.planning.tensor_parallelism import FewerExperts, NoPlan
from recommender.vllm.behavior import ANY_VERSION, behavior_of
from recommender.vllm.version import VersionRange


@pytest.mark.parametrize(
    ("numbers", "expected"), [((1,), "1"), ((1, 2), "1 or 2"), ((1, 2, 4), "1, 2 or 4")], ids=str
)
def test_choices_are_joined_by_or(numbers: Sequence[int], expected: str) -> None:
    assert choice_text(numbers) == expected


def test_one_is_singular() -> None:
    assert (count_text(1, "request"), count_text(2000, "request")) == ("1 request", "2,000 requests")
    assert (gpus_text(1), gpus_text(8)) == ("one GPU", "8 GPUs")


def test_versions_are_named_by_the_end_of_their_range() -> None:
    last, first = VersionRange(last=(0, 8)), VersionRange(first=(0, 20))
    both = VersionRange(first=(0, 10, 1), last=(0, 12))

    assert (versions_text((last,)), version_choice_text((last,))) == ("only up to 0.8", "0.8 or earlier")
    assert (versions_text((first,)), version_choice_text((first,))) == ("only from 0.20 on", "0.20 or later")
    assert (versions_text((both,)), version_choice_text((both,))) == (
        "only from 0.10.1 to 0.12",
        "0.10.1 to 0.12",
    )
    assert versions_text((last, first)) == "only up to 0.8 and from 0.20 on"
    assert version_choice_text((last, first)) == "0.8 or earlier or 0.20 or later"
    assert versions_text(()) == "in no version"


def test_a_capability_is_written_with_a_dot() -> None:
    assert capability_text((8, 9)) == "8.9"


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("microsoft/phi-4", "40 attention heads, 10 KV heads and feed-forward width of 17,920"),
        (
            "deepseek-ai/DeepSeek-V2-Lite-Chat",
            "16 attention heads, feed-forward width of 10,944 and expert width of 1,408",
        ),
        (
            "Qwen/Qwen3-30B-A3B-FP8",
            (
                "32 attention heads, 4 KV heads, feed-forward width of 6,144 and expert width of 768 in"
                " blocks of 128"
            ),
        ),
        ("tiiuae/falcon-mamba-7b", "feed-forward width of 8,192"),
    ],
)
def test_a_shape_lists_what_a_degree_has_to_divide(model_id: str, expected: str) -> None:
    assert shape_text(real_model(model_id)) == expected


def test_precision_is_the_method_or_the_dtype_that_vllm_computes_in() -> None:
    t4 = gpu_of(instance("g4dn.xlarge"))

    assert precision_text(parse_model(llama()), t4, ANY_VERSION) == "FP16"
    assert precision_text(real_model("Qwen/Qwen2.5-7B-Instruct-AWQ"), t4, ANY_VERSION) == "AWQ"


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("Qwen/Qwen3-8B", "the KV cache of 168,720 tokens"),
        # Half of the layers have a window: two groups, in which a token does not take the same memory.
        ("google/gemma-2-9b-it", "the KV cache of 20.7 GiB per GPU"),
    ],
)
def test_a_cache_is_measured_in_tokens_where_each_takes_the_same(model_id: str, expected: str) -> None:
    """Of 39.9 GiB, weights take 15.3 or 17.2 and overhead 1.4 or 2; a token of Qwen3 takes 144 KiB."""
    plan = best_plan(real_model(model_id), instance("g6e.xlarge"), behavior=behavior_of((0, 19)))

    assert isinstance(plan, Plan)
    assert cache_text(plan) == expected


def test_hardware_has_a_price_where_it_is_known() -> None:
    priced = dataclasses.replace(instance("g5.12xlarge"), usd_per_hour=5.672)

    assert hardware_text(instance("g5.12xlarge")) == "4 x A10G, 96 GiB"
    assert hardware_text(priced) == "4 x A10G, 96 GiB, $5.67 per hour"


def test_experts_are_compared_with_gpus() -> None:
    assert obstacle_text(FewerExperts(experts=4)) == (
        "it does not run this class with fewer experts than GPUs, and the model has 4 experts"
    )


def test_an_obstacle_of_the_version_names_the_first_without_it() -> None:
    assert "before 0.25" in obstacle_text(NoPlan())
