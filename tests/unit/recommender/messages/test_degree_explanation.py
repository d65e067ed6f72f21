"""Why the tensor parallel degree is what it is, for each kind of attention."""

import dataclasses

from support.explained import MISTRAL, explained
from support.instances import instance

LATENT = "deepseek-ai/DeepSeek-V2-Lite-Chat"


def test_one_gpu_is_explained_by_what_its_memory_holds() -> None:
    assert explained(MISTRAL, "g5.xlarge").tensor_parallel_degree == (
        "g5.xlarge has one A10G, and the model fits: of the 19.8 GiB that vLLM may use, weights take 13.5 GiB"
        " and vLLM's overhead 1.1 GiB, which leaves 5.1 GiB for the KV cache."
    )


def test_several_gpus_are_explained_by_what_one_server_and_replicas_hold() -> None:
    """Four GPUs store the weights once: their cache holds more than four times the one of a single GPU."""
    assert explained(MISTRAL, "p4d.24xlarge", tensor_parallel=4).tensor_parallel_degree.startswith(
        "4 as requested; 8 is recommended. TP 4 uses 4 of the 8 A100 GPUs of p4d.24xlarge: of the 35.4 GiB"
        " that vLLM may use on each, weights take 3.4 GiB"
    )
    assert (
        "The KV cache spreads over the GPUs of a server: one server at TP 4 holds 500,608 tokens in the KV"
        " cache, 4 replicas at TP 1 hold 168,384." in explained(MISTRAL, "g5.12xlarge").tensor_parallel_degree
    )


def test_two_gpus_are_both_and_more_of_them_are_counted() -> None:
    two, three = (
        dataclasses.replace(
            instance("p5.48xlarge"), accelerator_count=count, accelerator_memory_gib=80 * count
        )
        for count in (2, 3)
    )

    assert "TP 2 uses both H100 GPUs of" in explained(MISTRAL, two).tensor_parallel_degree
    assert "TP 2 uses 2 of the 3 H100 GPUs of" in explained(MISTRAL, three).tensor_parallel_degree
    assert "TP 4 uses all 4 A10G GPUs of" in explained(MISTRAL, "g5.12xlarge").tensor_parallel_degree


def test_replicas_are_compared_at_the_lowest_degree_that_holds_the_model() -> None:
    """Qwen2.5 32B takes 61 GiB, and an L40S has 44: two replicas of two GPUs each."""
    sentence = explained("Qwen/Qwen2.5-32B-Instruct", "g6e.12xlarge").tensor_parallel_degree

    assert "one server at TP 4 holds" in sentence
    assert "2 replicas at TP 2 hold" in sentence
    assert "TP 2 needs less of it." in sentence


def test_latent_attention_does_not_spread_the_cache() -> None:
    sentence = explained(LATENT, "p5.48xlarge").tensor_parallel_degree

    assert (
        "With latent attention, every GPU of a server caches all tokens, so a higher degree adds little: one"
        " server at TP 8 holds" in sentence
    )
    assert "8 replicas at TP 1 hold 10," in sentence


def test_requests_are_counted_where_a_token_does_not_take_the_same_in_all_layers() -> None:
    assert "requests of 768 tokens at once, 4 replicas at TP 1" in (
        explained("tiiuae/falcon-mamba-7b", "g6e.12xlarge").tensor_parallel_degree
    )


def test_a_degree_that_does_not_hold_the_model_is_explained_by_the_sum() -> None:
    assert explained(
        "Qwen/Qwen2.5-14B-Instruct", "g6.xlarge", quantization="none"
    ).tensor_parallel_degree == (
        "The model does not fit on the L4 of g6.xlarge: the GPU would need 27.6 GiB for weights, 3.8 GiB for"
        " vLLM's overhead and 0.1 GiB for a KV cache of 512 tokens, more than the 19.8 GiB that vLLM may use."
    )


def test_a_context_that_does_not_fit_is_named_instead_of_the_model() -> None:
    sentence = explained("meta-llama/Llama-3.1-8B-Instruct", "g5.xlarge", max_model_len=100_000)

    assert sentence.tensor_parallel_degree == (
        "A context of 100,000 tokens does not fit on the A10G of g5.xlarge: the GPU would need 15 GiB for"
        " weights, 1.9 GiB for vLLM's overhead and 12.2 GiB for a KV cache of 100,000 tokens, more than the"
        " 19.8 GiB that vLLM may use."
    )


def test_a_degree_that_vllm_refuses_is_explained_by_the_obstacle_alone() -> None:
    refused = explained("microsoft/phi-4", "g5.48xlarge", tensor_parallel=4).tensor_parallel_degree
    beyond = explained(MISTRAL, "g5.12xlarge", tensor_parallel=8).tensor_parallel_degree

    alone = explained(MISTRAL, "g5.xlarge", tensor_parallel=2).tensor_parallel_degree

    assert alone.endswith("g5.xlarge has one A10G, so vLLM would not start at TP 2.")
    assert refused == (
        "4 as requested; 2 is recommended. vLLM does not accept TP 4: it does not evenly divide the model's"
        " 10 KV heads."
    )
    assert beyond == (
        "8 as requested; 4 is recommended. g5.12xlarge has only 4 A10G, so vLLM would not start at TP 8."
    )


def test_pcie_is_said_to_cost_throughput() -> None:
    pcie, nvlink, alone = (
        explained(MISTRAL, name).tensor_parallel_degree
        for name in ("g5.12xlarge", "p4d.24xlarge", "g5.xlarge")
    )

    assert pcie.endswith(
        "The A10G GPUs are connected by PCIe only, so the communication after each layer costs throughput;"
        " TP 1 or 2 needs less of it."
    )
    assert "PCIe" not in nvlink + alone


def test_idle_gpus_are_explained_by_the_shape_of_the_model_and_can_hold_replicas() -> None:
    seven = dataclasses.replace(instance("p5.48xlarge"), accelerator_count=7, accelerator_memory_gib=560)
    latent = explained(LATENT, seven).tensor_parallel_degree
    blocks = explained("Qwen/Qwen3-30B-A3B-FP8", "g6e.12xlarge").tensor_parallel_degree
    heads = explained("Qwen/Qwen2.5-7B-Instruct", "p5.48xlarge").tensor_parallel_degree

    assert "vLLM does not accept TP 7: it does not evenly divide the model's 16 attention heads." in latent
    assert (
        "vLLM does not accept TP 4: each GPU's share of the expert width, 192, would not be a multiple of the"
        " 128 quantized weights that share a scale." in blocks
    )
    assert "2 replicas at TP 4 hold 9," in heads


def test_bitsandbytes_is_explained_to_run_on_one_gpu() -> None:
    sentence = explained("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "g5.12xlarge").tensor_parallel_degree

    assert (
        "vLLM does not accept TP 4: it runs pre-quantized bitsandbytes checkpoints on one GPU only. On"
        " all 4 GPUs, 4 replicas at TP 1 hold" in sentence
    )


def test_a_degree_that_would_replicate_kv_heads_is_offered_with_what_it_holds() -> None:
    """Nemotron 3 Super has 2 KV heads, and two H200 hold its 114 GiB in FP8."""
    sentence = explained("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", "p5en.48xlarge")

    assert (
        "TP 8 would start too, with a copy of each of the model's 2 KV heads on several GPUs, and would hold"
        in sentence.tensor_parallel_degree
    )


def test_replicated_kv_heads_are_mentioned() -> None:
    assert (
        "The model has only 4 KV heads, so vLLM replicates each on 2 GPUs, and a token takes as much memory"
        " of each GPU as at TP 4." in explained("Qwen/Qwen3-235B-A22B", "p4d.24xlarge").tensor_parallel_degree
    )


def test_as_many_gpus_as_kv_heads_need_no_copies() -> None:
    """Mistral 7B has 8 KV heads."""
    sentence = explained(MISTRAL, "p4d.24xlarge").tensor_parallel_degree

    assert "The KV cache spreads over the GPUs of a server: one server at TP 8 holds" in sentence
    assert "replicates" not in sentence


def test_a_higher_degree_is_compared_with_what_one_server_holds_now() -> None:
    """TP 8 holds at least four times what one server at TP 2 does, 8 KV heads are divided without copies."""
    copied = explained("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8", "p5en.48xlarge").tensor_parallel_degree
    divided = explained(MISTRAL, "p4d.24xlarge", tensor_parallel=4).tensor_parallel_degree

    assert "4 replicas at TP 2 hold 968 requests" in copied
    assert "requests of 768 tokens at once instead of 242." in copied  # 968 / 4
    assert "2 replicas at TP 4 hold 1,912,224 tokens" in divided
    assert "TP 8 would start too, and would hold 2,022,832 tokens" in divided
    assert "instead of 956,112." in divided  # 1,912,224 / 2


def test_replicas_use_the_gpus_that_they_can_be_divided_into() -> None:
    """Mixtral needs two H100: two replicas on four of five, and one server on three."""
    five, three = (
        dataclasses.replace(
            instance("p5.48xlarge"), accelerator_count=count, accelerator_memory_gib=80 * count
        )
        for count in (5, 3)
    )
    on_five, on_three = (
        explained("mistralai/Mixtral-8x7B-Instruct-v0.1", on, tensor_parallel=2).tensor_parallel_degree
        for on in (five, three)
    )

    assert "On 4 of the 5 GPUs, 2 replicas at TP 2 hold" in on_five
    assert "replicas" not in on_three


def test_replicas_may_use_all_gpus() -> None:
    """Mixtral needs two H100: four replicas on eight."""
    on_eight = explained(
        "mistralai/Mixtral-8x7B-Instruct-v0.1", "p5.48xlarge", tensor_parallel=2
    ).tensor_parallel_degree

    assert "On all 8 GPUs, 4 replicas at TP 2 hold" in on_eight
