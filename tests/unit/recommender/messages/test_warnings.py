"""Each warning with its condition, and only then."""

import dataclasses
import re
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from recommender.hardware.instance import Instance
from recommender.messages.warnings import WARNING_CODES
from recommender.model import HubMetadata
from recommender.planning.overrides import Overrides
from recommender.recommend import Feasible, recommend
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def warnings(
    model: str | HubMetadata, on: str | Instance, version: Version | None = None, **overrides: Any
) -> dict[str, str]:
    """The sentences by their codes."""
    metadata = real(model) if isinstance(model, str) else model
    place = instance(on) if isinstance(on, str) else on
    answer = recommend(metadata, place, ALL, behavior_of(version), Overrides(**overrides))
    assert isinstance(answer, Feasible)
    return {warning.code: warning.text for warning in answer.warnings}


@pytest.mark.parametrize(
    ("code", "model", "on", "overrides", "without", "sentence"),
    [
        (
            "tp_exceeds_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 8},
            {"tensor_parallel": 4},
            (
                "This instance has only 4 GPUs, so vLLM cannot start with a tensor parallel degree of 8:"
                " choose 1, 2 or 4."
            ),
        ),
        (
            "tp_not_accepted",
            "microsoft/phi-4",
            "g5.48xlarge",
            {"tensor_parallel": 4},
            {"tensor_parallel": 2},
            (
                "vLLM does not accept a tensor parallel degree of 4, because it does not evenly divide the"
                " model's 40 attention heads, 10 KV heads and feed-forward width of 17,920: choose 1 or 2."
                " The memory figures are for a degree of 2."
            ),
        ),
        (
            "memory_exceeded",
            "Qwen/Qwen2.5-32B-Instruct",
            "g5.12xlarge",
            {"tensor_parallel": 1},
            {"tensor_parallel": 4},
            "exceeds the available 19.8 GiB on each GPU: use more GPUs, a quantization or a larger instance.",
        ),
        (
            "context_above_limit",
            MISTRAL,
            "p5.48xlarge",
            {"max_model_len": 40_000},
            {"max_model_len": 32_768},
            (
                "vLLM does not accept a context of 40,000 tokens for this model: choose at most 32,768, the"
                " model's own limit."
            ),
        ),
        (
            "context_above_cache",
            "meta-llama/Llama-3.1-8B-Instruct",
            "g5.xlarge",
            {"max_model_len": 100_000},
            {"max_model_len": 8192},
            (
                "has no room for one request of 100,000 tokens, so vLLM would not start: choose a shorter"
                " context."
            ),
        ),
        (
            "workload_above_context",
            MISTRAL,
            "g5.xlarge",
            {"max_model_len": 600, "input_tokens": 512, "output_tokens": 256},
            {"max_model_len": 768, "input_tokens": 512, "output_tokens": 256},
            (
                "A request of 512 input and 256 output tokens has 768 tokens, more than the context of 600,"
                " so vLLM would reject or truncate it: shorten the requests or raise the context."
            ),
        ),
        (
            "requests_queue",
            MISTRAL,
            "g5.xlarge",
            {"concurrency": 60},
            {"concurrency": 55},
            (
                "The KV cache holds 55 requests of 768 tokens at once; the remaining 5 of 60 requests will"
                " queue."
            ),
        ),
        (
            "no_fp8_arithmetic",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "fp8"},
            {"quantization": "int8"},
            "A10G has no FP8 arithmetic: vLLM would store the weights in FP8 and compute in 16 bit.",
        ),
        (
            "no_fp8_arithmetic",
            MISTRAL,
            "p3dn.24xlarge",
            {"quantization": "fp8"},
            {"quantization": "int4"},
            "vLLM has no FP8 kernels for V100: choose another quantization.",
        ),
        (
            "no_int8_arithmetic",
            MISTRAL,
            "p6-b200.48xlarge",
            {"quantization": "int8"},
            {"quantization": "fp8"},
            "vLLM has no INT8 kernels for B200: choose another quantization.",
        ),
        (
            "needs_prepared_checkpoint",
            MISTRAL,
            "g5.xlarge",
            {"quantization": "int4"},
            {"quantization": "fp8"},
            (
                "vLLM cannot quantize this model to INT4 while loading it: use a checkpoint that is already"
                " quantized to INT4, or choose FP8 (quantization=fp8), which vLLM applies while loading."
            ),
        ),
        (
            "quantized_already",
            "Qwen/Qwen2.5-7B-Instruct-AWQ",
            "g5.xlarge",
            {"quantization": "fp8"},
            {},
            (
                "The checkpoint is already quantized (awq) and runs as it is; the requested quantization"
                " (fp8) was ignored."
            ),
        ),
        (
            "fewer_gpus",
            MISTRAL,
            "g5.12xlarge",
            {"tensor_parallel": 2},
            {},
            (
                "Only 2 of 4 GPUs would be used, and you pay for the idle ones too; a tensor parallel degree"
                " of 4 would use more."
            ),
        ),
    ],
)
def test_an_override_is_warned_about(
    code: str, model: str, on: str, overrides: dict[str, Any], without: dict[str, Any], sentence: str
) -> None:
    assert warnings(model, on, **overrides)[code].endswith(sentence)
    assert code not in warnings(model, on, **without)


def test_native_precision_that_does_not_fit_is_warned_about() -> None:
    sentence = warnings("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none")["memory_exceeded"]

    assert re.match(r"Estimated memory of 29\.\d GiB exceeds the available 19.8 GiB on each GPU", sentence)


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ((0, 16), "vLLM has no FP8 kernels for T4: choose another quantization."),
        ((0, 17), "T4 has no FP8 arithmetic: vLLM would store the weights in FP8 and compute in 16 bit."),
    ],
    ids=str,
)
def test_fp8_kernels_depend_on_the_version(version: Version, sentence: str) -> None:
    found = warnings("Qwen/Qwen2.5-7B-Instruct", "g4dn.12xlarge", version, quantization="fp8")

    assert found["no_fp8_arithmetic"] == sentence


def test_a_gpu_without_bf16_is_warned_about_with_the_consequence() -> None:
    assert warnings("google/gemma-2-9b-it", "g4dn.12xlarge")["runs_in_fp32"] == (
        "T4 does not support BF16 and this model does not support FP16: vLLM runs it in FP32, which takes"
        " twice the memory."
    )
    assert warnings("meta-llama/Llama-3.1-8B-Instruct", "g4dn.12xlarge")["runs_in_fp16"] == (
        "T4 does not support BF16: vLLM runs this model in FP16, which takes the same memory but overflows"
        " sooner; check a few answers before trusting the results."
    )


def test_little_host_memory_is_warned_about() -> None:
    little, enough = (dataclasses.replace(instance("g5.xlarge"), memory_gib=gib) for gib in (8, 32))

    assert warnings(MISTRAL, little)["little_host_memory"] == (
        "g5.xlarge has 8 GiB of host memory, less than the 13.5 GiB of the checkpoint, so loading will be"
        " slow: an instance with more host memory loads it faster."
    )
    assert "little_host_memory" not in warnings(MISTRAL, enough)


def test_states_that_limit_the_sequences_are_warned_about() -> None:
    sentence = warnings("Qwen/Qwen3.8-27B", "p5.48xlarge", tensor_parallel=1)["states_limit_sequences"]

    assert re.fullmatch(
        r"The cache has (\d+) blocks for the states of this model, but vLLM needs one for each of 1024"
        r" sequences: set --max-num-seqs to \1 at most\.",
        sentence,
    )
    assert "states_limit_sequences" not in warnings("Qwen/Qwen3.8-27B", "p5.48xlarge")


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
            "vLLM supports Gemma4ForConditionalGeneration only from 0.19 on: choose 0.19 or later.",
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


def test_a_much_cheaper_equivalent_is_named() -> None:
    assert warnings(MISTRAL, "p5.48xlarge")["cheaper_instance"].endswith(
        "offers the same context of 32,768 tokens and concurrency of 64 as p5.48xlarge (8 x H100, 640 GiB)."
    )


def test_warnings_come_in_a_fixed_order() -> None:
    found = list(
        warnings(
            "microsoft/phi-4", "g5.12xlarge", tensor_parallel=8, quantization="int8", max_model_len=10**6
        )
    )

    assert len(found) >= 5
    assert found == sorted(found, key=WARNING_CODES.index)
