"""The text report."""

import re
from typing import Any

import pytest
from support.instances import ALL, instance
from support.metadata import real

from handler.response import as_json
from local.embedded.snapshot import load_snapshot
from local.report import report_text
from recommender.planning.overrides import Overrides
from recommender.recommend import recommend

MISTRAL = "mistralai/Mistral-7B-Instruct-v0.3"


def report(model: str, on: str, **overrides: Any) -> str:
    body = as_json(recommend(real(model), instance(on), ALL, overrides=Overrides(**overrides)))
    return report_text(body, model, on)


def test_a_report_shows_values_reasons_memory_warnings_and_the_command() -> None:
    text = report(MISTRAL, "g5.12xlarge")

    assert text.startswith(f"{MISTRAL} (7.2 B parameters, bfloat16) on g5.12xlarge (4 x A10G, 96 GiB)\n")
    assert re.search(r"^tensor parallel  4  +TP 4 uses all 4 A10G GPUs of g5\.12xlarge", text, re.MULTILINE)
    assert re.search(r"^context          32,768 ", text, re.MULTILINE)
    assert "█ weights 3.4   ▓ KV cache 15.3   ▒ overhead 1.1   ░ left free 2.2" in text
    assert re.search(r"^in production    +the KV cache holds 15 requests", text, re.MULTILINE)
    assert text.endswith("    --max-num-seqs 256 \\\n    --max-num-batched-tokens 2048\n")


def test_warnings_and_notes_are_lists() -> None:
    assert "\nwarnings\n- g5.xlarge has 16 GiB of host memory" in report(MISTRAL, "g5.xlarge")
    assert "\nnotes\n- g6e.xlarge (1 x L40S" in report("Qwen/Qwen2.5-1.5B-Instruct", "g5.24xlarge")


def test_the_bar_represents_all_memory() -> None:
    bar = next(line for line in report(MISTRAL, "g5.12xlarge").splitlines() if line.startswith("█"))

    assert abs(len(bar) - 60) <= 2
    assert bar == "".join(sorted(bar, key="█▓▒░".index))


def test_both_alternatives_are_shown() -> None:
    text = report("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge")

    assert "- fp8, quantized at load: 15.4 GiB of weights" in text
    assert "- g6e.xlarge (1 x L40S) without quantization: TP 1, context 32,768, concurrency 60" in text


def test_the_larger_instance_of_a_quantized_checkpoint_is_for_its_quantization() -> None:
    text = report("openai/gpt-oss-120b", "g5.xlarge")

    assert "- p5.4xlarge (1 x H100) in its MXFP4 quantization: TP 1, context 16,384" in text
    assert "without quantization" not in text


def test_an_infeasible_recommendation_states_the_reason() -> None:
    text = report("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")

    assert "not feasible     does_not_fit  meta-llama/Llama-3.1-70B-Instruct does not fit on g5" in text
    assert "vllm serve" not in text


def test_an_error_is_its_code_and_sentence() -> None:
    assert report_text({"error": "No such thing.", "code": "model_not_found"}, "a/b", "x") == (
        "model_not_found: No such thing.\n"
    )


@pytest.mark.parametrize("on", ["g5.xlarge", "p5.48xlarge", "inf2.xlarge"])
def test_every_report_is_at_most_100_characters_wide(on: str) -> None:
    for model in sorted(load_snapshot().repos)[::4]:
        for line in report(model, on).splitlines()[1:]:
            assert len(line) <= 100 or " " not in line[30:], line
