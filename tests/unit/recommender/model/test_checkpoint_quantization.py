"""What a quantized checkpoint stores, and what it computes in."""

import pytest
from support.metadata import llama, real_model

from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel

_BILLION = 10**9


@pytest.mark.parametrize(
    ("quantization", "stored", "expected"),
    [
        ({"quant_method": "awq", "bits": 4, "group_size": 128}, {"I32": 128, "F16": 10}, 64 + 2.5 + 20),
        ({"quant_method": "gptq", "bits": 8, "group_size": 64}, {"I32": 64}, 64 + 3),
        ({"quant_method": "gptq", "bits": 8, "group_size": 64, "sym": True}, {"I32": 64}, 64 + 2),
        ({"quant_method": "awq", "group_size": 128, "zero_point": False}, {"I32": 128}, 64 + 2),
        ({"quant_method": "gptq", "bits": 4, "group_size": -1}, {"I32": 100}, 50),
        ({"quant_method": "gptq"}, {"I32": 128}, 64 + 2.5),
        ({"quant_method": "fp8"}, {"F8_E4M3": 100, "F32": 5, "BF16": 10}, 100 + 20 + 20),
        ({"quant_method": "fbgemm_fp8"}, {"F8_E4M3": 100}, 100),
        ({"quant_method": "mxfp4"}, {"U8": 320}, 160 + 10),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, {"U8": 64}, 32 + 4),
        (
            {"quant_method": "bitsandbytes", "load_in_4bit": True, "bnb_4bit_use_double_quant": True},
            {"U8": 64},
            32 + 1,
        ),
        ({"quant_method": "bitsandbytes", "load_in_8bit": True}, {"I8": 64}, 64),
        (
            {
                "quant_method": "compressed-tensors",
                "format": "pack-quantized",
                "config_groups": {
                    "group_0": {"weights": {"num_bits": 4, "group_size": 32, "symmetric": True}}
                },
            },
            {"I32": 32},
            16 + 2,
        ),
        (
            {"quant_method": "compressed-tensors", "format": "nvfp4-pack-quantized", "config_groups": {}},
            {"U8": 80},
            80 + 10,
        ),
        ({"quant_method": "compressed-tensors", "format": "int-quantized"}, {"I8": 80}, 80),
        ({"quant_method": "modelopt"}, {"U8": 80, "F8_E4M3": 10}, 80 + 10),
        ({"quant_method": "modelopt"}, {"F8_E4M3": 80}, 80),
    ],
    ids=lambda value: str(value)[:70],
)
def test_a_quantized_checkpoint_weighs_what_it_stores(
    quantization: dict[str, object], stored: dict[str, int], expected: float
) -> None:
    """By hand: bits of each weight, plus its share of scales and zero points."""
    tiny = {"num_hidden_layers": 1, "hidden_size": 2, "num_attention_heads": 1, "num_key_value_heads": 1}
    sizes = {**tiny, "intermediate_size": 1, "vocab_size": 1}
    model = parse_model(llama(parameters=stored, quantization_config=quantization, **sizes))

    assert weight_bytes(model, Dtype.BFLOAT16) == pytest.approx(expected, abs=1)
    assert str(model.quantization).startswith(str(quantization["quant_method"]))


def test_an_undeclared_format_is_recognized_by_the_stored_dtypes() -> None:
    """ModelOpt's hf_quant_config.json is not among the documents that are fetched."""
    assert real_model("nvidia/Llama-3.1-70B-Instruct-FP8").quantization == "modelopt"
    assert real_model("EleutherAI/pythia-1b").quantization is None  # its U8 tensors are attention masks


def test_two_weights_in_a_byte_are_counted_as_two_parameters() -> None:
    model = real_model("nvidia/Qwen3-30B-A3B-NVFP4")

    assert model.weights.parameters == pytest.approx(30.5e9, rel=0.01)


def test_an_unknown_quantization_is_named() -> None:
    with pytest.raises(UnsupportedModel, match="quip"):
        parse_model(llama(quantization_config={"quant_method": "quip"}))


@pytest.mark.parametrize(("method", "expected"), [("compressed-tensors", True), ("bitsandbytes", False)])
def test_only_compressed_tensors_computes_in_int8(method: str, *, expected: bool) -> None:
    quantization = {"quant_method": method, "load_in_8bit": True, "bits": 8}
    model = parse_model(
        llama(
            quantization_config=quantization,
            parameters={"I8": 3 * _BILLION, "BF16": _BILLION},
        )
    )

    assert model.computes_in_int8 is expected
