"""Warnings about engine arguments."""

import re

from support.warned import warnings

from recommender.vllm.engine_args import EngineOverrides

STATES = "Qwen/Qwen3.8-27B"


def test_a_flag_that_the_plan_needs_is_named_with_its_reason() -> None:
    sentence = warnings(STATES, "p5.48xlarge", tensor_parallel=1)["needs_flags"]

    assert re.fullmatch(
        r"vLLM does not start with its default of 1,024 sequences from 0\.20 on: it needs a block of the KV"
        r" cache for the states of each, and there are (\d+) blocks\. Keep --max-num-seqs \1, for which all"
        r" figures are calculated\.",
        sentence,
    )
    assert "needs_flags" not in warnings(STATES, "p5.48xlarge")


def test_sequences_that_the_caller_fixes_above_the_blocks_for_states_are_warned_about() -> None:
    found = warnings(STATES, "p5.48xlarge", tensor_parallel=1, engine=EngineOverrides(max_num_seqs=1024))
    needed = re.search(
        r"--max-num-seqs (\d+)", warnings(STATES, "p5.48xlarge", tensor_parallel=1)["needs_flags"]
    )
    assert needed is not None

    assert re.fullmatch(
        r"The cache has (\d+) blocks for the states of this model, but vLLM needs one for each of 1,024"
        rf" sequences: set --max-num-seqs to {needed[1]} at most\.",
        found["states_limit_sequences"],
    )
    assert "needs_flags" not in found
