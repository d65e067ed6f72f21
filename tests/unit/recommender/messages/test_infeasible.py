"""Why there is no configuration."""

import pytest
from support.instances import ALL, instance
from support.metadata import llama, real

from recommender.hardware.instance import Instance
from recommender.model import HubMetadata
from recommender.recommend import recommend
from recommender.recommendation import Infeasible
from recommender.vllm.behavior import behavior_of
from recommender.vllm.version import Version


def reason(
    model: str | HubMetadata,
    on: str,
    *,
    version: Version | None = None,
    table: tuple[Instance, ...] = ALL,
) -> str:
    metadata = real(model) if isinstance(model, str) else model
    answer = recommend(metadata, instance(on), table, behavior_of(version))
    assert isinstance(answer, Infeasible)
    return answer.reason


@pytest.mark.parametrize(
    ("model_id", "on", "version", "expected"),
    [
        (
            "mistralai/Mistral-7B-Instruct-v0.3",
            "inf2.xlarge",
            None,
            (
                "inf2.xlarge has Inferentia2 devices, which need models compiled for AWS Neuron; the"
                " benchmark runs vLLM on NVIDIA GPUs. Choose a GPU instance of the g or p families."
            ),
        ),
        ("Qwen/Qwen-7B-Chat", "g6e.xlarge", (0, 24), "vLLM supports QWenLMHeadModel only up to 0.23."),
        (
            "google/gemma-4-31B-it",
            "g6e.xlarge",
            (0, 18),
            "Gemma4ForConditionalGeneration needs vLLM 0.19 or later.",
        ),
        (
            "Qwen/Qwen3-8B",
            "p3dn.24xlarge",
            (0, 20),
            "vLLM's released wheels support the V100 of p3dn.24xlarge only up to 0.19.",
        ),
        (
            "unsloth/phi-4-bnb-4bit",
            "g5.xlarge",
            (0, 28),
            (
                "The checkpoint is quantized with bitsandbytes. vLLM runs bitsandbytes checkpoints only up"
                " to 0.27; later versions need the plugin vllm-bnb-plugin."
            ),
        ),
        (
            "deepseek-ai/DeepSeek-V3.2",
            "p4de.24xlarge",
            None,
            "vLLM has no kernels for this model's sparse attention on the A100 of p4de.24xlarge.",
        ),
        (
            "deepseek-ai/DeepSeek-V3.2",
            "g7e.48xlarge",
            (0, 23),
            (
                "vLLM has kernels for this model's sparse attention on the RTX PRO Server 6000 of"
                " g7e.48xlarge only from 0.24 on."
            ),
        ),
        (
            "nvidia/GLM-5.3-NVFP4",
            "p5e.48xlarge",
            (0, 19),
            (
                "vLLM has kernels for this model's sparse attention with the FP8 cache that the checkpoint"
                " sets on the H200 of p5e.48xlarge only from 0.30 on."
            ),
        ),
        (
            "nvidia/Qwen3.6-35B-A3B-NVFP4",
            "p5.48xlarge",
            (0, 19),
            "vLLM reads the checkpoint's format (modelopt_mixed W4A16_NVFP4) only from 0.22 on.",
        ),
        (
            "meta-llama/Llama-3.1-405B-Instruct-FP8",
            "p5.48xlarge",
            (0, 19),
            (
                "vLLM deprecates fbgemm_fp8, which the checkpoint is quantized with, and does not start"
                " without --allow-deprecated-quantization: add this flag, or choose 0.13 or earlier."
            ),
        ),
        (
            "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8",
            "p6-b200.48xlarge",
            None,
            "vLLM has no INT8 kernels for the B200 of p6-b200.48xlarge.",
        ),
        (
            "gaunernst/gemma-3-27b-it-int4-awq",
            "g4dn.12xlarge",
            None,
            (
                "The T4 of g4dn.12xlarge does not support BF16 and this model does not support FP16; vLLM"
                " does not run quantized models in FP32."
            ),
        ),
        (
            "openai/gpt-oss-20b",
            "g4dn.xlarge",
            None,
            (
                "The checkpoint is quantized with MXFP4, for which vLLM needs compute capability 8.0 or"
                " higher; the T4 of g4dn.xlarge has 7.5."
            ),
        ),
        (
            "Qwen/Qwen3-8B-FP8",
            "g4dn.xlarge",
            (0, 13),
            (
                "The checkpoint is quantized with FP8, for which vLLM needs compute capability 8.0 or"
                " higher; the T4 of g4dn.xlarge has 7.5. vLLM supports it there only from 0.14 on."
            ),
        ),
    ],
)
def test_a_reason_names_what_is_missing(
    model_id: str, on: str, version: Version | None, expected: str
) -> None:
    assert expected == reason(model_id, on, version=version)


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        (
            "meta-llama/Llama-3.2-11B-Vision",
            (
                "meta-llama/Llama-3.2-11B-Vision has the architecture mllama: vLLM supports"
                " MllamaForConditionalGeneration only up to 0.10."
            ),
        ),
        (
            "microsoft/Phi-3-small-8k-instruct",
            (
                "microsoft/Phi-3-small-8k-instruct has the architecture phi3small: vLLM supports"
                " Phi3SmallForCausalLM only up to 0.9."
            ),
        ),
    ],
)
def test_a_removed_architecture_is_named_with_its_last_version(model_id: str, expected: str) -> None:
    assert expected == reason(model_id, "g5.xlarge")


def test_a_shortage_names_what_is_needed_and_what_is_there() -> None:
    sentence = reason("meta-llama/Llama-3.1-70B-Instruct", "g5.xlarge")

    assert sentence == (
        "meta-llama/Llama-3.1-70B-Instruct does not fit on g5.xlarge (1 x A10G, 24 GiB). In BF16, the GPU"
        " would need 131.4 GiB for weights, 3.6 GiB for vLLM's overhead and 0.2 GiB for a KV cache of 512"
        " tokens, more than the 19.8 GiB that vLLM may use. Even in INT4, the GPU would need 37.2 GiB for"
        " weights, 3.6 GiB for vLLM's overhead and 0.2 GiB for a KV cache of 512 tokens, more than the 19.8"
        " GiB that vLLM may use."
    )


def test_a_shortage_on_several_gpus_is_the_one_of_each() -> None:
    """The image encoder's projections and the allocator's rounding are on every GPU."""
    sentence = reason("google/gemma-3-27b-it", "g4dn.12xlarge")

    assert (
        "each of 4 GPUs would need 26.2 GiB for weights (an even share of 25.5 GiB, padding, and the parts"
        " that every GPU holds whole)" in sentence
    )


def test_a_quantized_checkpoint_is_not_compared_with_a_smaller_format() -> None:
    assert "Even in" not in reason("hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4", "g5.xlarge")


def test_a_model_that_runs_in_fp32_says_why() -> None:
    """Gemma 3 does not support FP16, a T4 does not support BF16."""
    assert "because T4 does not support BF16 and the model does not support FP16" in reason(
        "google/gemma-3-27b-it", "g4dn.12xlarge"
    )


def test_gpus_that_the_model_cannot_use_are_excluded() -> None:
    """71 attention heads run on one GPU only."""
    large = llama(parameters={"BF16": 60 * 10**9}, num_attention_heads=71, num_key_value_heads=1, head_dim=64)

    assert (
        "does not fit on g5.12xlarge (4 x A10G, 96 GiB), of which the model can use only one GPU because of"
        " its 71 attention heads, 1 KV head and feed-forward width of 4,096. In BF16, the GPU would need"
        in reason(large, "g5.12xlarge")
    )


def test_bitsandbytes_is_limited_to_one_gpu() -> None:
    sentence = reason("unsloth/Qwen2.5-VL-72B-Instruct-bnb-4bit", "g5.12xlarge")

    assert (
        "g5.12xlarge (4 x A10G, 96 GiB), where vLLM runs bitsandbytes checkpoints on one GPU only."
        in sentence
    )


def test_a_width_that_no_degree_divides_is_named_with_its_groups() -> None:
    """Groups of 128 do not divide a width of 1000, not even on one GPU."""
    groups = {"quant_method": "awq", "group_size": 128}

    assert reason(llama(intermediate_size=1000, quantization_config=groups), "g6e.12xlarge") == (
        "vLLM does not load the checkpoint, not even on one GPU: each GPU's share of the feed-forward width,"
        " 1,000, would not be a multiple of the 128 quantized weights that share a scale."
    )


def test_the_largest_instance_is_named_where_none_runs_the_model() -> None:
    """Qwen3 Coder 480B takes 894 GiB, and 8 x H100 have 640 GiB."""
    table = (instance("g5.xlarge"), instance("p5.48xlarge"))

    assert reason("Qwen/Qwen3-Coder-480B-A35B-Instruct", "g5.xlarge", table=table).endswith(
        "No instance in the table can run it; p5.48xlarge has the most memory, 640 GiB."
    )


def test_the_nearest_instance_is_named_where_none_has_room_for_work() -> None:
    """Qwen 72B has 64 KV heads and leaves little of 8 x L4."""
    table = (instance("g5.xlarge"), instance("g6.48xlarge"))

    assert reason("Qwen/Qwen-72B-Chat", "g5.xlarge", table=table).endswith(
        "No instance in the table runs it with room for real work; g6.48xlarge comes closest, with a context"
        " of 2,048 tokens and 2 concurrent requests."
    )


def test_the_versions_are_named_that_fit_where_not_all_do() -> None:
    table = (instance("g4dn.16xlarge"), instance("g5.12xlarge"))

    assert reason("Qwen/Qwen2.5-14B-Instruct", "g4dn.16xlarge", table=table).endswith(
        " It fits under some versions of vLLM, which need less: 0.17 to 0.28, 0.33 or later."
    )


def test_no_version_is_named_where_one_is_chosen() -> None:
    table = (instance("g4dn.16xlarge"), instance("g5.12xlarge"))

    assert "It fits under" not in reason(
        "Qwen/Qwen2.5-14B-Instruct", "g4dn.16xlarge", version=(0, 30), table=table
    )
