"""The formats of a quantized checkpoint's layers, by the names of vLLM's schemes."""

from typing import Any

import pytest
from support.metadata import llama, real_model

from recommender.model import parse_model


def group(weights: str, inputs: str | None, *, stored_as: str | None = None) -> dict[str, Any]:
    """A group of `config_groups` from texts such as `4 int`."""
    sides = {
        name: {"num_bits": int(text.split()[0]), "type": text.split()[1], "symmetric": True}
        for name, text in (("weights", weights), ("input_activations", inputs))
        if text is not None
    }
    return {**sides, **({} if stored_as is None else {"format": stored_as})}


@pytest.mark.parametrize(
    ("weights", "inputs", "stored_as", "expected"),
    [
        ("4 int", None, "pack-quantized", "WNA16"),
        ("8 int", None, "pack-quantized", "WNA16"),
        ("8 int", None, "int-quantized", None),
        ("8 int", "8 int", "int-quantized", "W8A8Int8"),
        ("4 int", "8 int", "pack-quantized", "WNA8Int"),
        ("4 int", "8 int", "int-quantized", None),
        ("4 int", "8 float", "pack-quantized", "W4A8Fp8"),
        ("8 float", "8 float", "float-quantized", "W8A8Fp8"),
        ("8 float", None, "float-quantized", "W8A16Fp8"),
        ("4 float", "4 float", "nvfp4-pack-quantized", "W4A4Fp4"),
        ("4 float", None, "nvfp4-pack-quantized", "W4A16Fp4"),
    ],
)
def test_compressed_tensors_has_a_scheme_for_weights_and_activations(
    weights: str, inputs: str | None, stored_as: str, expected: str | None
) -> None:
    """`_get_scheme_from_parts` of `compressed_tensors.py` in vLLM 0.19 and 0.33."""
    stated = {
        "quant_method": "compressed-tensors",
        "format": stored_as,
        "config_groups": {"group_0": group(weights, inputs)},
    }

    found = parse_model(llama(quantization_config=stated)).quantization_schemes

    assert found == (() if expected is None else (f"compressed-tensors {expected}",))


def test_weights_and_activations_are_integers_of_8_bits_where_they_are_not_described() -> None:
    """compressed_tensors, `QuantizationArgs`."""
    groups = {"group_0": {"weights": {}, "input_activations": {}}}
    stated = {"quant_method": "compressed-tensors", "format": "int-quantized", "config_groups": groups}

    assert parse_model(llama(quantization_config=stated)).quantization_schemes == (
        "compressed-tensors W8A8Int8",
    )


def test_groups_may_have_schemes_of_their_own() -> None:
    groups = {
        "group_0": group("8 float", "8 float", stored_as="float-quantized"),
        "group_1": group("4 int", None, stored_as="pack-quantized"),
        "group_2": group("4 int", None, stored_as="pack-quantized"),
    }
    stated = {"quant_method": "compressed-tensors", "config_groups": groups}

    assert parse_model(llama(quantization_config=stated)).quantization_schemes == (
        "compressed-tensors W8A8Fp8",
        "compressed-tensors WNA16",
    )


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("Qwen/Qwen3-8B", ()),
        ("Qwen/Qwen3-8B-FP8", ()),
        ("TheBloke/Llama-2-70B-AWQ", ()),
        ("moonshotai/Kimi-K2-Thinking", ("compressed-tensors WNA16",)),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", ("modelopt FP8",)),
        ("nvidia/Qwen3-30B-A3B-NVFP4", ("modelopt NVFP4",)),
        ("nvidia/GLM-5.3-NVFP4", ("modelopt NVFP4",)),
        (
            "nvidia/Qwen3.6-35B-A3B-NVFP4",
            ("modelopt MIXED_PRECISION", "modelopt_mixed FP8", "modelopt_mixed W4A16_NVFP4"),
        ),
    ],
)
def test_modelopt_states_an_algorithm_or_shows_it_in_its_dtypes(
    model_id: str, expected: tuple[str, ...]
) -> None:
    assert expected == real_model(model_id).quantization_schemes


@pytest.mark.parametrize(
    ("inputs", "expected"), [("8 float", "W8A8Fp8Block"), (None, "W8A16Fp8Block"), ("8 int", None)]
)
def test_fp8_in_blocks_is_a_scheme_of_its_own(inputs: str | None, expected: str | None) -> None:
    """`_is_fp8_w8a8` accepts the strategy `block` from 0.11.0 on."""
    settings = group("8 float", inputs)
    settings["weights"] |= {"strategy": "block", "block_structure": [128, 128]}
    stated = {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "config_groups": {"group_0": settings},
    }

    found = parse_model(llama(quantization_config=stated)).quantization_schemes

    assert found == (() if expected is None else (f"compressed-tensors {expected}",))


@pytest.mark.parametrize(("dtype", "expected"), [("fp8_e4m3", ("quark W8A8Fp8",)), ("int3", ())])
def test_quark_has_a_scheme_for_the_dtype_of_its_weights(dtype: str, expected: tuple[str, ...]) -> None:
    stated = {"quant_method": "quark", "export": {}, "global_quant_config": {"weight": {"dtype": dtype}}}

    assert expected == parse_model(llama(quantization_config=stated)).quantization_schemes
