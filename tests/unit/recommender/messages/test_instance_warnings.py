"""Warnings about the instance and the versions that run on it, each with its condition and only then."""

import dataclasses
from typing import Any

import pytest
from support.instances import instance
from support.metadata import llama
from support.warned import warnings

from recommender.hardware.units import GIB

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


@pytest.mark.parametrize(
    ("code", "model", "on", "overrides", "without", "sentence"),
    [
        (
            "fewer_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 2},
            {},
            (
                "One server uses only 2 of 4 GPUs, and you pay for the idle ones too: a tensor parallel"
                " degree of 4 uses more and 2 replicas fit side by side."
            ),
        ),
    ],
)
def test_an_override_is_warned_about(
    code: str, model: str, on: str, overrides: dict[str, Any], without: dict[str, Any], sentence: str
) -> None:
    assert warnings(model, on, **overrides)[code].endswith(sentence)
    assert code not in warnings(model, on, **without)


def test_little_host_memory_is_warned_about_as_a_risk() -> None:
    less, little, enough = (dataclasses.replace(instance("g5.xlarge"), memory_gib=gib) for gib in (8, 16, 17))

    assert warnings(MISTRAL, less)["little_host_memory"] == (
        "g5.xlarge has 8 GiB of host memory, less than the 13.5 GiB of the checkpoint: loading will be slow,"
        " and the kernel may stop vLLM for lack of memory; an instance with more host memory loads it safely."
    )
    assert warnings(MISTRAL, little)["little_host_memory"] == (
        "g5.xlarge has 16 GiB of host memory, of which the 13.5 GiB of the checkpoint leave little: loading"
        " may be slow, or the kernel may stop vLLM for lack of memory; an instance with more host memory"
        " loads it safely."
    )
    assert "little_host_memory" not in warnings(MISTRAL, enough)


def test_an_unknown_gpu_is_warned_about() -> None:
    unknown = dataclasses.replace(instance("g5.12xlarge"), accelerator_name="X1")

    assert warnings(llama(), unknown)["unknown_gpu"] == (
        "X1 is not a known GPU: the plan assumes 20.1 GiB of memory on each GPU of g5.12xlarge and no FP8"
        " arithmetic."
    )


def test_other_processors_and_a_delisted_type_are_warned_about() -> None:
    delisted = dataclasses.replace(instance("g5.xlarge"), is_listed=False)

    assert warnings("Qwen/Qwen3-0.6B", "g5g.xlarge")["other_processors"] == (
        "g5g.xlarge has arm64 processors: install a vLLM build for them."
    )
    assert warnings("Qwen/Qwen3-0.6B", delisted)["not_listed"] == (
        "EC2 no longer lists g5.xlarge: choose another type."
    )


@pytest.mark.parametrize(
    ("model_id", "on", "code", "sentence"),
    [
        (
            "Qwen/Qwen3-8B",
            "p3dn.24xlarge",
            "lacks_wheels",
            "vLLM's released wheels support V100 only up to 0.19: choose 0.19 or earlier.",
        ),
        (
            "Qwen/Qwen-7B-Chat",
            "g6e.xlarge",
            "not_every_version",
            "vLLM supports QWenLMHeadModel only up to 0.23: choose 0.23 or earlier.",
        ),
        (
            "google/gemma-4-31B-it",
            "p5.48xlarge",
            "not_every_version",
            "Gemma4ForConditionalGeneration needs vLLM 0.19 or later.",
        ),
        (
            "unsloth/phi-4-bnb-4bit",
            "g5.xlarge",
            "not_every_version",
            (
                "vLLM runs bitsandbytes checkpoints only up to 0.27; later versions need the plugin"
                " vllm-bnb-plugin."
            ),
        ),
    ],
)
def test_versions_that_do_not_run_the_model_are_named_where_none_is_chosen(
    model_id: str, on: str, code: str, sentence: str
) -> None:
    assert warnings(model_id, on)[code] == sentence
    assert code not in warnings(model_id, on, (0, 19))


def test_a_checkpoint_as_large_as_the_host_memory_leaves_little() -> None:
    model, size = llama(parameters={"BF16": 4 * 10**9}), 8 * 10**9 / GIB
    same, less = (
        dataclasses.replace(instance("g5.xlarge"), memory_gib=gib) for gib in (size, size * (1 - 1e-9))
    )

    assert "of the checkpoint leave little" in warnings(model, same)["little_host_memory"]
    assert "less than the 7.5 GiB of the checkpoint" in warnings(model, less)["little_host_memory"]


@pytest.mark.parametrize(
    ("model", "count", "overrides", "remedy"),
    [
        # 4 of 8 is the most that 28 heads and 4 KV heads allow.
        ("Qwen/Qwen2.5-7B-Instruct", 8, {}, ": 2 replicas fit side by side."),
        (MISTRAL, 3, {}, "."),
        (MISTRAL, 8, {"tensor_parallel": 3}, ": a tensor parallel degree of 8 uses more."),
    ],
    ids=["no higher degree", "neither", "a degree that does not start"],
)
def test_idle_gpus_have_the_remedies_that_there_are(
    model: str, count: int, overrides: dict[str, Any], remedy: str
) -> None:
    on = dataclasses.replace(
        instance("p5.48xlarge"), accelerator_count=count, accelerator_memory_gib=80 * count
    )
    text = warnings(model, on, **overrides)["fewer_gpus"]

    assert text.endswith(f"GPUs, and you pay for the idle ones too{remedy}")


def test_a_checkpoint_of_four_fifths_of_the_host_memory_is_a_risk() -> None:
    """4 x 10^9 weights of 2 bytes; 10^10 bytes are the limit, and a byte more of host memory is enough."""
    model = llama(parameters={"BF16": 4 * 10**9})
    limit = 10**10 / GIB
    at, above = (
        dataclasses.replace(instance("g5.xlarge"), memory_gib=gib) for gib in (limit, limit * (1 + 1e-9))
    )

    assert "little_host_memory" in warnings(model, at)
    assert "little_host_memory" not in warnings(model, above)
