"""What PyTorch's allocator adds to large matrices, by hand."""

from dataclasses import replace
from typing import Any

import pytest
from support.metadata import ABSENT, llama, real_model

from recommender.memory.allocator import quantized_weight_bytes, rounding_bytes
from recommender.model import Weights, parse_model
from recommender.model.dtype import Dtype
from recommender.vllm.quantization import FP8, Quantization

_MIB = 1024**2


@pytest.mark.parametrize(
    ("width", "added_mib"),
    [(5119, 0), (5120, 0), (5121, 0), (5631, 0), (5632, 1), (6143, 1 / 512), (6144, 0)],
)
def test_a_rest_of_up_to_1_mib_stays_with_a_matrix_of_10_mib(width: int, added_mib: float) -> None:
    """8 layers with two matrices of 1024 x width; the rest of embeddings of 62.5 MiB is split off."""
    model = parse_model(llama(model_type="gpt2", intermediate_size=width))

    assert rounding_bytes(model, Dtype.BFLOAT16, 1, None) / _MIB == 8 * 2 * added_mib


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "mib"),
    [
        ("01-ai/Yi-1.5-34B-Chat", 1, 2),
        ("01-ai/Yi-1.5-34B-Chat", 2, 121),
        ("google/gemma-4-31B-it", 1, 60),
        ("google/gemma-4-31B-it", 8, 143.75),
        ("facebook/opt-125m", 1, 0.3125),
        ("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 2, 47.125),
    ],
)
def test_matrices_are_rounded_as_vllm_builds_them(model_id: str, tensor_parallel: int, mib: float) -> None:
    """The sizes of vLLM's own tensors, built without a GPU, rounded in the same way.

    Those of encoders are left out: Gemma 4 has a table of positions and a projector, 1.1875 MiB more.
    """
    found = rounding_bytes(real_model(model_id), Dtype.BFLOAT16, tensor_parallel, None)

    assert found / _MIB == mib


@pytest.mark.parametrize(
    ("vocabulary", "is_tied", "degree", "added_kib"),
    [
        (32_704, True, 1, 128),
        (32_704, False, 1, 2 * 128),
        (32_703, True, 1, 128),
        (32_641, True, 1, 128),
        (32_640, True, 1, 256),
        (32_704, True, 2, 64),
    ],
)
def test_embeddings_have_a_multiple_of_64_rows(
    vocabulary: int, degree: int, added_kib: int, *, is_tied: bool
) -> None:
    """Rows of 2 KiB: 32,704 of them lack 128 KiB to 64 MiB."""
    model = parse_model(llama(vocab_size=vocabulary, tie_word_embeddings=is_tied))

    assert rounding_bytes(model, Dtype.BFLOAT16, degree, None) / 1024 == added_kib


@pytest.mark.parametrize(
    ("layers", "dense_layers", "shared_width", "degree", "added_kib"),
    [
        (8, 0, 0, 1, 8 * (768 + 384)),
        (8, 0, 0, 2, 8 * (384 + 0)),
        (8, 3, 0, 1, 5 * (768 + 384)),
        (3, 3, 0, 1, 0),
        (8, 0, 5888, 1, 8 * (768 + 384 + 1024 + 512)),
        (8, 0, 11_776, 2, 8 * (384 + 0 + 1024 + 512)),
        (8, 3, 5888, 1, 5 * (768 + 384 + 1024 + 512)),
    ],
)
def test_the_experts_of_a_layer_are_two_matrices_and_the_shared_one_two_more(
    layers: int, dense_layers: int, shared_width: int, degree: int, added_kib: int
) -> None:
    """8 experts of 1024 x 1000: gate and up have 31.25 MiB, down has 15.625; on two GPUs half, and 7.8 MiB.

    A shared expert of 1024 x 5888 has 23 and 11.5 MiB. Dense blocks of 1024 x 64 are too small.
    """
    model = parse_model(llama(vocab_size=64))
    shape = replace(
        model.shape,
        experts=8,
        experts_per_token=2,
        expert_intermediate_size=1000,
        shared_expert_size=shared_width,
        intermediate_size=64,
        dense_layers=dense_layers,
    )
    model = replace(model, shape=shape, feed_forward_layers=layers)

    assert rounding_bytes(model, Dtype.BFLOAT16, degree, None) / 1024 == added_kib


@pytest.mark.parametrize(("dense_layers", "added_kib"), [(0, 8 * 384), (3, 5 * 384 + 3 * (1024 + 512))])
def test_dense_layers_of_a_model_with_experts_have_blocks_of_their_own(
    dense_layers: int, added_kib: int
) -> None:
    """Blocks of 1024 x 5888: 23 and 11.5 MiB; 4 experts of 1024 x 1000: 15.625 and 7.8 MiB."""
    model = parse_model(llama(intermediate_size=5888))
    shape = replace(
        model.shape, experts=4, experts_per_token=2, expert_intermediate_size=1000, dense_layers=dense_layers
    )

    assert rounding_bytes(replace(model, shape=shape), Dtype.BFLOAT16, 1, None) / 1024 == added_kib


_IN_8_BIT = {"quant_method": "gptq", "bits": 8, "group_size": 128}


@pytest.mark.parametrize(
    ("checkpoint", "stored", "at_load", "added_mib"),
    [
        (ABSENT, "BF16", None, 8 * (2 + 1.5)),
        (ABSENT, "BF16", FP8, 8 * (0.5 + 0.5)),
        (_IN_8_BIT, "I32", None, 8 * (0.5 + 0.5)),
        ({**_IN_8_BIT, "dynamic": {"-:.*attn.*": {}}}, "I32", None, 8 * (2 + 0.5)),
        ({**_IN_8_BIT, "dynamic": {"-:.*mlp.down.*": {}}}, "I32", None, 8 * (0.5 + 1.5)),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "U8", None, 8 * 2),
    ],
    ids=["BF16", "FP8 at load", "8 bit", "8 bit but attention", "8 bit but dense blocks", "NVFP4"],
)
def test_matrices_are_rounded_in_the_size_of_their_format(
    checkpoint: Any, stored: str, at_load: Quantization | None, added_mib: float
) -> None:
    """QKV and output have 25 and 23 MiB in 16 bit, which lack 1 MiB each; gate and up 23, down 11.5 MiB.

    In 8 bit the 12.5 MiB of QKV lack too much, and down is too small. In 4 bit nothing is large enough, but
    NVFP4 checkpoints of ModelOpt may leave attention in 16 bit.
    """
    metadata = llama(
        parameters={stored: 10**9},
        hidden_size=4096,
        num_attention_heads=46,
        num_key_value_heads=2,
        head_dim=64,
        intermediate_size=1472,
        vocab_size=64,
        quantization_config=checkpoint,
    )

    assert rounding_bytes(parse_model(metadata), Dtype.BFLOAT16, 1, at_load) / _MIB == added_mib


def test_a_model_quantized_at_load_is_rounded_in_its_new_size() -> None:
    """Qwen3 32B on 2 GPUs, 64 layers: down is 125 MiB in 16 bit; gate and up 125, QKV 25 MiB in FP8."""
    model, embeddings = real_model("Qwen/Qwen3-32B"), 0.25

    assert rounding_bytes(model, Dtype.BFLOAT16, 2, None) / _MIB == 64 + embeddings
    assert rounding_bytes(model, Dtype.BFLOAT16, 2, FP8) / _MIB == 2 * 64 + embeddings


@pytest.mark.parametrize(("bits", "expected"), [(4, 0.5), (8, 1)])
def test_a_pre_quantized_weight_takes_the_bits_of_its_checkpoint(bits: int, expected: float) -> None:
    config = {"quant_method": "gptq", "bits": bits, "group_size": 128}
    model = parse_model(llama(quantization_config=config))

    assert quantized_weight_bytes(model, Dtype.BFLOAT16, None) == expected


def test_where_layers_differ_a_weight_takes_an_even_share_of_the_packed_bytes() -> None:
    weights = Weights(parameters=300, float_values=100, packed_bytes=120)
    model = replace(parse_model(llama()), quantization="gptq", quantized_bits=None, weights=weights)

    assert quantized_weight_bytes(model, Dtype.BFLOAT16, None) == 120 / 200


def test_layers_that_cache_nothing_have_matrices_too() -> None:
    """8 layers with an output projection of 4096 x 1472, which lacks 0.5 MiB; 3 read the cache of another."""
    shape = {"hidden_size": 4096, "num_attention_heads": 23, "num_key_value_heads": 1, "head_dim": 64}
    model = parse_model(llama(**shape, intermediate_size=64, vocab_size=64))
    (layers,) = model.attention
    model = replace(model, attention=(replace(layers, count=5, without_cache=3),))

    assert rounding_bytes(model, Dtype.BFLOAT16, 1, None) / _MIB == 8 * 0.5
