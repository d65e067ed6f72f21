"""What a quantized checkpoint stores, and what it computes in."""

import pytest
from support.metadata import llama, real_model

from recommender.memory.weights import weight_bytes
from recommender.model import parse_model
from recommender.model.checkpoint_quantization import parse_quantization
from recommender.model.config_reader import ConfigReader
from recommender.model.dtype import Dtype
from recommender.model.errors import UnsupportedModel

_BILLION = 10**9


def _quark(dtype: str, *, inputs: str | None = None) -> dict[str, object]:
    """As AMD Quark exports it: the dtype of all weights, and of their inputs."""
    every_layer = {"weight": {"dtype": dtype}, "input_tensors": {"dtype": inputs} if inputs else None}
    return {"quant_method": "quark", "export": {"kv_cache_group": []}, "global_quant_config": every_layer}


def _torchao(name: str) -> dict[str, object]:
    return {"quant_method": "torchao", "quant_type": {"default": {"_type": name, "_version": 2}}}


_W8A8 = {
    "quant_method": "compressed-tensors",
    "format": "int-quantized",
    "config_groups": {
        "group_0": {
            "weights": {"num_bits": 8, "type": "int"},
            "input_activations": {"num_bits": 8, "type": "int"},
        }
    },
}


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
        ({"quant_method": "mxfp8"}, {"F8_E4M3": 320, "U8": 10}, 320 + 10),
        (_quark("fp8_e4m3"), {"F8_E4M3": 80}, 80),
        (_quark("fp4"), {"U8": 80 + 5}, 80 + 5),
        (_quark("int4"), {"I32": 10}, 40),
        (_torchao("Float8DynamicActivationFloat8WeightConfig"), {"F8_E4M3": 80}, 80),
        (_torchao("Int4WeightOnlyConfig"), {"I32": 10, "BF16": 5}, 40 + 10),
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


@pytest.mark.parametrize(
    ("stored", "method"),
    [
        ({"U8": 5, "BF16": 5}, None),
        ({"U8": 6, "BF16": 5}, "modelopt_fp4"),
        ({"F8_E4M3": 6, "BF16": 5}, "modelopt"),
        ({"U8": 3, "F8_E4M3": 3, "BF16": 5}, "modelopt_fp4"),
        ({"U8": 3, "F8_E4M3": 2, "BF16": 5}, None),
    ],
    ids=str,
)
def test_a_format_is_undeclared_where_most_elements_are_quantized(
    stored: dict[str, int], method: str | None
) -> None:
    found = parse_quantization(None, stored)

    assert (None if found is None else found.method) == method


@pytest.mark.parametrize(("method", "bits"), [("mxfp4", 4), ("mxfp8", 8), ("modelopt_mxfp8", 8)])
def test_a_format_without_settings_has_the_bits_of_its_name(method: str, bits: int) -> None:
    found = parse_quantization(ConfigReader({"quant_method": method}, name="quantization_config"), {})

    assert found is not None
    assert found.bits == bits


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


@pytest.mark.parametrize(
    "settings",
    [
        {"compression_config": _W8A8},
        {"quantization_config": {**_W8A8, "quant_method": "compressed_tensors"}},
        {"compression_config": {**_W8A8, "quant_method": "compressed_tensors"}},
        {"quantization_config": _quark("int8", inputs="int8")},
    ],
    ids=["compression_config", "compressed_tensors", "both", "quark"],
)
def test_a_declared_w8a8_scheme_computes_in_int8(settings: dict[str, object]) -> None:
    """`_normalize_quantization_config` of vLLM 0.33 reads either key and either spelling."""
    assert parse_model(llama(**settings)).computes_in_int8


def test_integers_as_weights_alone_do_not_compute_in_int8() -> None:
    """W8A16 of compressed-tensors runs through Marlin: `compressed_tensors.py`, `_get_scheme_from_parts`."""
    weights = {"weights": {"num_bits": 8, "type": "int"}, "input_activations": None}
    stated = {**_W8A8, "config_groups": {"group_0": weights}}

    assert not parse_model(llama(quantization_config=stated, parameters={"I8": _BILLION})).computes_in_int8


@pytest.mark.parametrize(
    "stated",
    [
        {"quant_algo": "FP8", "producer": {"name": "modelopt"}},
        {"quantization": {"quant_algo": "FP8"}, "producer": {"name": "modelopt"}},
        {"producer": {"name": "modelopt", "version": "0.31.0"}},
    ],
)
def test_modelopt_is_recognized_without_a_method(stated: dict[str, object]) -> None:
    model = parse_model(llama(quantization_config=stated, parameters={"F8_E4M3": _BILLION}))

    assert (model.quantization, model.quantized_to) == ("modelopt", "fp8")


def test_modelopts_cache_in_fp8_is_read_where_it_is_nested() -> None:
    stated = {"quant_method": "modelopt", "quantization": {"kv_cache_quant_algo": "FP8"}}

    assert parse_model(llama(quantization_config=stated)).cache_value_bytes == 1


@pytest.mark.parametrize(
    ("method", "claim"),
    [
        ("exl2", "exl2, which is not in vLLM:"),
        ("aqlm", "aqlm, which is not in vLLM after 0.10.0:"),
        ("quark", "quark, which vLLM has, and whose size in memory is not modelled yet"),
        ("torchao", "torchao, which vLLM has, and whose size in memory is not modelled yet"),
        ("fp_quant", "fp_quant, which vLLM has"),
        ("q9", "q9, whose size in memory is not known"),
    ],
)
def test_the_reason_says_whether_vllm_lacks_a_method_or_this_service_does(method: str, claim: str) -> None:
    """`vllm/model_executor/layers/quantization/__init__.py` of 0.8 to 0.33."""
    with pytest.raises(UnsupportedModel, match=claim):
        parse_model(llama(quantization_config={"quant_method": method}))


@pytest.mark.parametrize(("integers", "expected"), [(5, False), (6, True)])
def test_most_elements_are_integers_where_nothing_says_what_is_multiplied(
    integers: int, *, expected: bool
) -> None:
    stated = {"quant_method": "compressed-tensors", "format": "int-quantized"}
    stored = {"I8": integers * _BILLION, "BF16": (10 - integers) * _BILLION}

    assert parse_model(llama(quantization_config=stated, parameters=stored)).computes_in_int8 is expected
