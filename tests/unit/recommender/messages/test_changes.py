"""The sentence of each change."""

import re

from support.instances import instance
from support.metadata import real, real_model

from recommender.messages.changes import change_text
from recommender.planning.changes import native_changes
from recommender.planning.overrides import Overrides
from recommender.recommend import recommend
from recommender.vllm.behavior import behavior_of
from recommender.vllm.engine_args import NO_ENGINE_OVERRIDES, EngineOverrides
from recommender.vllm.version import Version


def sentences(model_id: str, on: str, version: Version | None = None) -> dict[str, str]:
    found = native_changes(real_model(model_id), instance(on), behavior_of(version), NO_ENGINE_OVERRIDES)
    return {"+".join(each.name for each in change.settings): change_text(change) for change in found}


def test_a_change_has_its_price_and_what_the_model_starts_with() -> None:
    found = sentences("openai/gpt-oss-120b", "p5.4xlarge", (0, 14))

    assert found["gpu_memory_utilization"].startswith(
        "--gpu-memory-utilization 0.93 instead of 0.9: vLLM takes 73.6 GiB of each GPU and leaves 5.5 GiB."
        " The model then starts with a context of "
    )
    assert found["gpu_memory_utilization"].endswith(
        "of 1,024 tokens and 1 concurrent request; further steps allow up to 32,768 tokens."
    )
    assert "vLLM runs fewer requests at once." in found["max_num_seqs"]
    assert (
        "more forward passes, and vLLM runs at most 512 requests at once." in found["max_num_batched_tokens"]
    )


def test_both_of_two_changes_have_their_prices() -> None:
    (text,) = sentences("Qwen/Qwen3-14B", "g7.8xlarge").values()

    assert text.startswith("--gpu-memory-utilization 0.95 instead of 0.9: ")
    assert " --enforce-eager: no compilation and no CUDA graphs, " in text


def test_without_images_requests_have_text_only() -> None:
    found = sentences("OpenGVLab/InternVL3-78B", "g6e.12xlarge")

    assert found["limit_mm_per_prompt"].startswith(
        "--limit-mm-per-prompt with 0 images and videos: requests may have text only."
    )


def test_an_fp8_cache_costs_accuracy() -> None:
    found = sentences("google/gemma-7b", "g6.2xlarge")

    assert found["kv_cache_dtype"].startswith(
        "--kv-cache-dtype fp8: the KV cache takes half the memory, with some loss of accuracy."
    )


def test_of_more_requests_than_run_at_once_both_numbers_are_named() -> None:
    overrides = Overrides(concurrency=5000, engine=EngineOverrides(kv_cache_dtype="fp8"))
    answer = recommend(real("Qwen/Qwen3-0.6B"), instance("g4dn.xlarge"), [], overrides=overrides)
    assert answer.alternatives is not None
    (text,) = map(change_text, answer.alternatives.changes)

    assert re.search(r" and runs \d+ of 5,000 requests at once\.$", text)


def test_a_change_that_goes_no_further_does_not_promise_a_longer_context() -> None:
    """`fp8` is the only value in place of `auto`."""
    assert "further steps" not in sentences("google/gemma-7b", "g6.2xlarge")["kv_cache_dtype"]
