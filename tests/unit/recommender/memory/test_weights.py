"""How many bytes the stored tensors take, by the way they are stored."""

import pytest
from support.metadata import llama, real_model

from recommender.hardware.units import GIB
from recommender.memory.weights import weight_bytes, weight_bytes_per_gpu
from recommender.model import parse_model
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel
from recommender.vllm.quantization import FP8, INT4, INT8

_BILLION = 10**9


@pytest.mark.parametrize(
    ("model_id", "tensor_parallel", "logged_gib"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", 1, 14.99),
        ("meta-llama/Llama-3.1-8B-Instruct", 2, 7.51),
        ("meta-llama/Llama-3.1-8B-Instruct", 4, 3.77),
        ("codellama/CodeLlama-7b-hf", 1, 12.56),
        ("Qwen/Qwen2.5-7B-Instruct", 1, 14.25),
        ("Qwen/Qwen2.5-72B-Instruct", 2, 67.8),
        ("Qwen/Qwen2.5-72B-Instruct", 4, 33.98),
        ("Qwen/Qwen3-14B", 1, 27.52),
        ("google/gemma-2-9b-it", 1, 17.22),
        ("google/gemma-3-4b-it", 1, 8.58),
        ("google/gemma-3-12b-it", 1, 23.31),
        ("microsoft/phi-4", 1, 27.39),
        ("microsoft/phi-4", 2, 13.77),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", 2, 43.51),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", 4, 53.12),
        ("openai/gpt-oss-20b", 1, 13.64),
        ("Qwen/Qwen3.5-9B", 1, 17.66),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", 1, 29.43),
        ("Qwen/Qwen3-0.6B", 1, 1.12),
        ("RedHatAI/Qwen2.5-7B-Instruct-FP8-dynamic", 1, 8.14),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", 1, 8.49),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", 1, 5.38),
    ],
)
def test_weights_are_what_a_server_logged(model_id: str, tensor_parallel: int, logged_gib: float) -> None:
    """`Model loading took ... GiB` of public logs of vLLM 0.17 to 0.31, on each GPU."""
    predicted = weight_bytes_per_gpu(real_model(model_id), Dtype.BFLOAT16, tensor_parallel)

    assert logged_gib == pytest.approx(predicted / GIB, rel=0.006)


def test_quantizing_at_load_leaves_embeddings_in_16_bit() -> None:
    """vLLM 0.19 logs 8.49 GiB for Llama-3.1-8B with `--quantization fp8`, not half of 14.96."""
    model = real_model("meta-llama/Llama-3.1-8B-Instruct")

    assert weight_bytes(model, Dtype.BFLOAT16, FP8) / GIB == pytest.approx(8.49, rel=0.005)


def test_smaller_formats_take_less() -> None:
    model = parse_model(llama())
    sizes = [weight_bytes(model, Dtype.BFLOAT16, each) for each in (None, INT8, INT4)]

    assert sizes == sorted(sizes, reverse=True)
    assert weight_bytes(model, Dtype.BFLOAT16, FP8) == weight_bytes(model, Dtype.BFLOAT16, INT8)


def test_a_float32_checkpoint_is_loaded_in_16_bit() -> None:
    model = parse_model(llama(parameters={"F32": _BILLION}, torch_dtype="float32"))

    assert 2 * _BILLION == weight_bytes(model, Dtype.BFLOAT16)


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


def test_a_checkpoint_that_declares_its_format_elsewhere_is_told_by_what_it_stores() -> None:
    """ModelOpt's hf_quant_config.json is not among the documents that are fetched."""
    assert real_model("nvidia/Llama-3.1-70B-Instruct-FP8").quantization == "modelopt"
    assert real_model("EleutherAI/pythia-1b").quantization is None  # its U8 tensors are attention masks


def test_two_weights_in_a_byte_are_counted_as_two_parameters() -> None:
    model = real_model("nvidia/Qwen3-30B-A3B-NVFP4")

    assert model.weights.parameters == pytest.approx(30.5e9, rel=0.01)


def test_parameters_follow_from_the_shape_where_the_hub_counts_none() -> None:
    """facebook/opt-1.3b has 1,315,758,080 parameters; its repository has no safetensors."""
    assert real_model("facebook/opt-1.3b").weights.parameters == pytest.approx(1.316e9, rel=0.1)
    assert real_model("EleutherAI/gpt-j-6b").weights.parameters == pytest.approx(6.05e9, rel=0.02)


def test_a_total_without_dtypes_is_weighed_in_the_checkpoints_format() -> None:
    # GIVEN a quantized checkpoint of which only the total is known
    quantized = llama(
        information={"safetensors": {"total": _BILLION}},
        quantization_config={"quant_method": "gptq", "bits": 4, "group_size": -1},
    )

    # THEN embeddings, two of 32,000 x 1,024, count in 16 bit and the rest in 4
    embeddings = 2 * 32_000 * 1024
    expected = 2 * embeddings + (_BILLION - embeddings) / 2
    assert weight_bytes(parse_model(quantized), Dtype.BFLOAT16) == pytest.approx(expected, abs=1)


def test_an_unknown_quantization_is_named() -> None:
    with pytest.raises(UnsupportedModel, match="quip"):
        parse_model(llama(quantization_config={"quant_method": "quip"}))
