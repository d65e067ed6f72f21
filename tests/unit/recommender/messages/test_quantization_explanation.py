"""Why the model is quantized, or why not."""

import pytest
from support.explained import MISTRAL, explained
from support.instances import instance
from support.metadata import real_model

from recommender.hardware.gpu import gpu_of
from recommender.memory.calculate_budget import budget


def test_native_precision_is_explained_by_the_room_that_the_weights_leave() -> None:
    assert explained(MISTRAL, "g5.xlarge").quantization == (
        "Not needed: in BF16 the weights take 13.5 GiB of the 19.8 GiB that vLLM may use on each A10G (90% of"
        " what CUDA reports)."
    )
    assert (
        "in FP16 the weights" in explained("meta-llama/Llama-3.1-8B-Instruct", "g4dn.12xlarge").quantization
    )


def test_native_precision_that_does_not_fit_is_explained_by_the_sum() -> None:
    assert explained("Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none").quantization == (
        "BF16 as requested; FP8 is recommended. In BF16 the GPU would need 27.6 GiB for weights, 3.8 GiB for"
        " vLLM's overhead and 0.1 GiB for a KV cache of 512 tokens, more than the 19.8 GiB that vLLM may use."
        " g6e.xlarge (1 x L40S) runs it in BF16."
    )


def test_a_requested_quantization_is_explained_and_not_the_recommended_one() -> None:
    sentence = explained("Qwen/Qwen2.5-14B", "g5.xlarge", quantization="fp8").quantization

    assert sentence.startswith("FP8 as requested; INT8 is recommended. In BF16, the GPU would need 27.6 GiB")
    assert (
        "In FP8 the weights take 15.4 GiB of the 19.8 GiB that vLLM may use on each A10G (90% of what CUDA"
        " reports). vLLM quantizes the model while loading it" in sentence
    )


def test_a_quantization_that_is_not_needed_says_what_native_precision_would_take() -> None:
    assert explained(MISTRAL, "g5.12xlarge", quantization="int4").quantization == (
        "INT4 as requested; BF16 is recommended. In BF16, the weights would take 3.4 GiB of each of 4 GPUs."
        " In INT4 the weights take 1 GiB of the 19.8 GiB that vLLM may use on each A10G (90% of what CUDA"
        " reports). This needs a pre-quantized checkpoint of the model."
    )


@pytest.mark.parametrize(
    ("more_bytes", "expected"),
    [
        (0, "In BF16, the weights would take 13.5 GiB of the GPU."),
        (1, "In BF16, the GPU would need 13.5 GiB"),
    ],
)
def test_native_precision_fits_where_nothing_is_missing(more_bytes: int, expected: str) -> None:
    """512 tokens take 32 blocks."""
    memory = budget(real_model(MISTRAL), gpu_of(instance("g5.xlarge")), 1)
    enough = memory.usable_bytes - memory.weight_bytes - 32 * memory.layout.block_bytes
    sentence = explained(
        MISTRAL, "g5.xlarge", (0, 19), quantization="fp8", overhead_bytes=enough + more_bytes
    ).quantization

    assert expected in sentence


def test_a_quantized_checkpoint_is_not_quantized_further() -> None:
    plain, asked, other = (
        explained("Qwen/Qwen2.5-7B-Instruct-AWQ", "g5.xlarge", quantization=name).quantization
        for name in (None, "none", "fp8")
    )

    assert plain.startswith("Nothing to add: the checkpoint is already quantized (AWQ), and the weights")
    assert asked == plain
    assert other.startswith(
        "The requested quantization was ignored: the checkpoint is already quantized (AWQ), and the weights"
    )


@pytest.mark.parametrize(
    ("model_id", "on", "start", "end"),
    [
        (
            "meta-llama/Llama-3.1-8B-Instruct",
            "g4dn.xlarge",
            "Needed: in FP16, the GPU would need 15 GiB for weights,",
            (
                "T4 has no FP8 arithmetic. This needs a pre-quantized checkpoint of the model. g5.xlarge (1 x"
                " A10G) runs it in BF16."
            ),
        ),
        (
            "Qwen/Qwen2.5-32B-Instruct",
            "g6e.xlarge",
            "Needed: in BF16, the GPU would need 61 GiB for weights,",
            (
                "vLLM quantizes the model while loading it; embeddings and output head stay in BF16."
                " p5.4xlarge (1 x H100) runs it in BF16."
            ),
        ),
        (
            "mistralai/Mistral-Small-3.1-24B-Instruct-2503",
            "g6.xlarge",
            "Needed: in BF16, the GPU would need",
            (
                "FP8 would not be small enough. This needs a pre-quantized checkpoint of the model."
                " g7.12xlarge (2 x RTX PRO 4500) runs it in BF16."
            ),
        ),
    ],
)
def test_a_quantization_is_explained_by_what_does_not_fit(
    model_id: str, on: str, start: str, end: str
) -> None:
    sentence = explained(model_id, on).quantization

    assert sentence.startswith(start)
    assert sentence.endswith(end)
