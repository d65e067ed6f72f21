"""The formats of quantized checkpoints, by hand."""

import pytest

from recommender.model.config_reader import ConfigReader
from recommender.model.quantized_formats import (
    MXFP4_BYTES,
    CheckpointQuantization,
    as_stored,
    bitsandbytes,
    cache_value_bytes,
    fp8,
    grouped_integers,
    modelopt,
    nvfp4,
    quark,
    torchao,
)


def _stated(**settings: object) -> ConfigReader:
    return ConfigReader(settings, name="quantization_config")


def test_32_values_of_mxfp4_share_a_scale_of_one_byte() -> None:
    """OCP Microscaling Formats 1.0: 32 values of 4 bits take 16 bytes."""
    assert 32 * MXFP4_BYTES == 16 + 1


def test_fp8_has_8_bits() -> None:
    assert (fp8("fp8").quantized_to, fp8("fp8").bits) == ("fp8", 8)


@pytest.mark.parametrize(
    ("settings", "bits", "quantized_to", "bytes_of_128"),
    [
        ({}, 4, "int4", 64 + 2 + 0.5),
        ({"bits": 4, "group_size": 64}, 4, "int4", 64 + 2 * (2 + 0.5)),
        ({"bits": 8}, 8, "int8", 128 + 2 + 1),
        ({"bits": 3}, 3, None, 48 + 2 + 0.375),
    ],
    ids=str,
)
def test_128_integers_share_a_scale_and_a_zero_point(
    settings: dict[str, int], bits: int, quantized_to: str | None, bytes_of_128: float
) -> None:
    """A scale of two bytes, and a zero point as wide as a weight, for each group."""
    found = grouped_integers("gptq", _stated(**settings))

    assert (found.bits, found.quantized_to) == (bits, quantized_to)
    assert 128 * found.bytes_per_packed_element == bytes_of_128


@pytest.mark.parametrize(
    ("method", "settings", "growth_of_128"),
    [("awq", {}, 2 - 0.5), ("awq", {"zero_point": False}, 0), ("gptq", {}, 0)],
)
def test_only_zero_points_of_awq_grow_in_machete(
    method: str, settings: dict[str, bool], growth_of_128: float
) -> None:
    """From 4 to 16 bits for each group of 128."""
    assert 128 * grouped_integers(method, _stated(**settings)).wide_zero_point_bytes == growth_of_128


@pytest.mark.parametrize(
    ("settings", "bits", "quantized_to", "bytes_of_64"),
    [
        ({"load_in_4bit": True}, 4, "int4", 32 + 4),
        ({"load_in_4bit": True, "bnb_4bit_use_double_quant": True}, 4, "int4", 32 + 1),
        ({"load_in_8bit": True}, 8, "int8", 64),
    ],
    ids=str,
)
def test_64_values_of_bitsandbytes_share_a_scale(
    settings: dict[str, bool], bits: int, quantized_to: str, bytes_of_64: float
) -> None:
    """In four bytes, or in one where scales are quantized too."""
    found = bitsandbytes(_stated(**settings))

    assert (found.bits, found.quantized_to) == (bits, quantized_to)
    assert 64 * found.bytes_per_packed_element == bytes_of_64


@pytest.mark.parametrize(
    ("stored", "mean_bytes", "weights_per_element"),
    [
        ({"U8": 100}, 1, 2),
        ({"I32": 100}, 4, 8),
        ({"U8": 60, "I32": 40}, (60 + 4 * 40) / 100, 2),
        ({"U8": 50, "I32": 50}, 2.5, 2),
        ({"U8": 40, "I32": 60}, (40 + 4 * 60) / 100, 8),
        ({"BF16": 100}, 1, 1),
    ],
    ids=str,
)
def test_elements_that_are_counted_as_stored_hold_two_or_eight_weights_of_4_bits(
    stored: dict[str, int], mean_bytes: float, weights_per_element: int
) -> None:
    found = as_stored(CheckpointQuantization(method="torchao", quantized_to="int4"), stored)

    assert found is not None
    assert (found.bytes_per_packed_element, found.weights_per_packed_element) == (
        mean_bytes,
        weights_per_element,
    )


def test_nothing_is_stored_where_nothing_is_declared_or_counted() -> None:
    assert as_stored(None, {"U8": 100}) is None
    assert as_stored(CheckpointQuantization(method="quark"), {}) is None


@pytest.mark.parametrize(
    ("weight", "inputs", "quantized_to", "in_int8"),
    [
        ("fp8_e4m3", "fp8_e4m3", "fp8", False),
        ("int8", "int8", "int8", True),
        ("int8", None, "int8", False),
        ("int4", "int8", "int4", False),
        ("fp4", "fp4", None, False),
    ],
)
def test_quark_states_the_dtype_of_weights_and_inputs(
    weight: str, inputs: str | None, quantized_to: str | None, *, in_int8: bool
) -> None:
    every_layer = {"weight": {"dtype": weight}, "input_tensors": {"dtype": inputs}}
    found = quark(_stated(export={}, global_quant_config=every_layer))

    assert found is not None
    assert (found.quantized_to, found.multiplies_in_int8) == (quantized_to, in_int8)
    assert quark(_stated(global_quant_config=every_layer)) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Float8WeightOnlyConfig", "fp8"),
        ("Float8DynamicActivationFloat8WeightConfig", "fp8"),
        ("Int8WeightOnlyConfig", "int8"),
        ("Int4WeightOnlyConfig", "int4"),
        ("UIntXWeightOnlyConfig", None),
    ],
)
def test_torchao_names_the_class_of_its_configuration(name: str, expected: str | None) -> None:
    found = torchao(_stated(quant_type={"default": {"_type": name}}))

    assert expected == (found.quantized_to if found is not None else None)


@pytest.mark.parametrize(
    ("stored", "bytes_of_an_element", "scales"),
    [
        ({"U8": 80}, 1 + 2 / 16, 0),
        ({"U8": 80, "F8_E4M3": 9}, 1 + 2 / 16, 0),
        ({"U8": 80, "F8_E4M3": 10}, 1, 10),
        ({"U8": 80, "F8_E4M3": 6, "F8_E5M2": 30}, 1, 10),
    ],
    ids=str,
)
def test_16_values_of_nvfp4_in_8_bytes_share_a_scale_of_one_byte(
    stored: dict[str, int], bytes_of_an_element: float, scales: int
) -> None:
    """The Hub counts the scales as FP8 elements, or not at all; 80 bytes have ten."""
    found = nvfp4("modelopt_fp4", stored)

    assert (found.bits, found.weights_per_packed_element) == (4, 2)
    assert (found.bytes_per_packed_element, found.scales) == (bytes_of_an_element, scales)


def test_modelopt_has_nvfp4_where_bytes_are_packed() -> None:
    assert modelopt({"U8": 1, "F8_E4M3": 100}).method == "modelopt_fp4"
    assert modelopt({"F8_E4M3": 100}).method == "modelopt"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"kv_cache_quant_algo": "fp8"}, 1),
        ({"kv_cache_quant_algo": "NVFP4"}, None),
        ({"kv_cache_scheme": {"num_bits": 8, "type": "float", "dynamic": False}}, 1),
        ({"kv_cache_scheme": {"num_bits": 8, "type": "float", "dynamic": True}}, None),
        ({"kv_cache_scheme": {"num_bits": 8, "type": "int", "dynamic": False}}, None),
        ({"kv_cache_scheme": {"num_bits": 4, "type": "float", "dynamic": False}}, None),
        ({"kv_cache_quant_algo": "FP8", "kv_cache_scheme": {"num_bits": 8, "type": "int"}}, None),
        ({"quantization": {"kv_cache_quant_algo": "FP8"}}, 1),
    ],
    ids=str,
)
def test_a_static_scheme_of_fp8_sets_the_dtype_of_the_cache(
    settings: dict[str, object], expected: int | None
) -> None:
    """`get_kv_cache_quant_algo_string`, `vllm/utils/torch_utils.py`."""
    assert expected == cache_value_bytes(_stated(**settings))


@pytest.mark.parametrize(
    ("method", "settings", "expected"),
    [
        *(("gptq", {"group_size": size}, True) for size in (32, 64, 128, -1)),
        *(("gptq", {"group_size": size}, False) for size in (16, 33, 65, 129, 256)),
        ("gptq", {"bits": 8}, True),
        ("gptq", {"bits": 3}, False),
        ("gptq", {"sym": False}, False),
        ("awq", {"bits": 4}, True),
        ("awq", {"bits": 8}, False),
        ("awq", {"zero_point": False}, False),
        ("awq", {"sym": False}, True),
    ],
    ids=str,
)
def test_marlin_takes_some_bits_and_groups(
    method: str, settings: dict[str, object], *, expected: bool
) -> None:
    """`is_gptq_marlin_compatible` and `is_awq_marlin_compatible`: groups of 32, 64, 128 or a whole row."""
    assert grouped_integers(method, _stated(**settings)).runs_in_marlin is expected
