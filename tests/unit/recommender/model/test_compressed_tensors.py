"""Checkpoints of compressed-tensors, by hand."""

from typing import Any

import pytest

from recommender.model.compressed_tensors import compressed_tensors
from recommender.model.config_reader import ConfigReader
from recommender.model.errors import UnsupportedModel
from recommender.model.quantized_formats import CheckpointQuantization


def _quantization(
    *groups: dict[str, Any], stored: str = "pack-quantized", counted: dict[str, int] | None = None
) -> CheckpointQuantization:
    """A checkpoint whose groups of layers have these weights."""
    settings = {f"group_{index}": {"weights": weights} for index, weights in enumerate(groups)}
    stated = ConfigReader({"format": stored, "config_groups": settings}, name="quantization_config")
    return compressed_tensors(stated, counted or {"I32": 1000})


@pytest.mark.parametrize(
    ("weights", "bits", "quantized_to", "bytes_of_128"),
    [
        ({}, 8, "int8", 128),
        ({"type": "int"}, 8, "int8", 128),
        ({"num_bits": 8, "type": "float"}, 8, "fp8", 128),
        ({"num_bits": 4, "type": "float"}, 4, None, 64),
        ({"num_bits": 4, "type": "int"}, 4, "int4", 64),
        ({"num_bits": 4, "type": "int", "group_size": 128}, 4, "int4", 64 + 2),
        ({"num_bits": 4, "type": "int", "group_size": 32}, 4, "int4", 64 + 4 * 2),
        ({"num_bits": 4, "type": "int", "group_size": 128, "symmetric": False}, 4, "int4", 64 + 2 + 0.5),
    ],
    ids=str,
)
def test_a_weight_has_8_bits_where_none_are_stated(
    weights: dict[str, Any], bits: int, quantized_to: str | None, bytes_of_128: float
) -> None:
    """`QuantizationArgs` of compressed-tensors: 8 bits, symmetric; a group has a scale of two bytes."""
    found = _quantization(weights)

    assert (found.bits, found.quantized_to) == (bits, quantized_to)
    assert 128 * found.bytes_per_packed_element == bytes_of_128


def test_groups_that_differ_have_the_bytes_of_the_widest() -> None:
    narrow = {"num_bits": 4, "type": "int", "group_size": 128}
    found = _quantization(narrow, {"num_bits": 8, "type": "int"})

    assert (found.bits, found.quantized_to, found.bytes_per_packed_element) == (None, None, 1)


@pytest.mark.parametrize(
    ("weights", "growth_of_128"),
    [
        ({"num_bits": 4, "group_size": 128, "symmetric": False}, 2 - 0.5),
        ({"group_size": 128, "symmetric": False}, 2 - 1),
        ({"num_bits": 4, "group_size": 128, "symmetric": True}, 0),
        ({"num_bits": 4, "group_size": 128}, 0),
        ({"num_bits": 4, "symmetric": False}, 0),
    ],
    ids=str,
)
def test_only_groups_with_zero_points_grow_in_machete(weights: dict[str, Any], growth_of_128: float) -> None:
    assert 128 * _quantization(weights).wide_zero_point_bytes == growth_of_128


@pytest.mark.parametrize(
    ("weights", "inputs", "expected"),
    [
        ({"num_bits": 8, "type": "int"}, {"num_bits": 8, "type": "int"}, True),
        ({"num_bits": 4, "type": "int"}, {"num_bits": 8, "type": "int"}, False),
        ({"num_bits": 8, "type": "int"}, {"num_bits": 4, "type": "int"}, False),
        ({"num_bits": 8, "type": "float"}, {"num_bits": 8, "type": "float"}, False),
        ({"num_bits": 8, "type": "int"}, None, False),
    ],
    ids=str,
)
def test_integers_of_8_bits_on_both_sides_are_multiplied_as_such(
    weights: dict[str, Any], inputs: dict[str, Any] | None, *, expected: bool
) -> None:
    group = {"weights": weights, "input_activations": inputs}
    stated = ConfigReader({"format": "int-quantized", "config_groups": {"all": group}}, name="x")

    assert compressed_tensors(stated, {}).multiplies_in_int8 is expected


def test_nothing_is_known_of_a_checkpoint_without_groups() -> None:
    found = _quantization()

    assert (found.bits, found.multiplies_in_int8, found.wide_zero_point_bytes) == (None, None, 0)
    assert found.bytes_per_packed_element == 1


def test_nvfp4_has_two_weights_in_a_byte() -> None:
    found = _quantization({"num_bits": 4, "type": "float"}, stored="nvfp4-pack-quantized")

    assert (found.bits, found.weights_per_packed_element) == (4, 2)


def test_mxfp4_counts_a_scale_beside_sixteen_bytes() -> None:
    """32 weights of 4 bits are 16 bytes, and their scale is another."""
    found = _quantization(
        {"num_bits": 4, "type": "float", "group_size": 32},
        stored="mxfp4-pack-quantized",
        counted={"U8": 1700},
    )

    assert (found.bits, found.weights_per_packed_element, found.bytes_per_packed_element) == (4, 2, 1)
    assert found.scales == 100
    assert found.schemes == ("compressed-tensors W4A16Mxfp4",)


def test_mxfp8_counts_its_scales_as_bytes() -> None:
    found = _quantization(
        {"num_bits": 8, "type": "float", "group_size": 32},
        stored="mxfp8-quantized",
        counted={"F8_E4M3": 3200, "U8": 100},
    )

    assert (found.quantized_to, found.bits, found.bytes_per_packed_element) == ("fp8", 8, 1)
    assert found.scales == 100
    assert found.schemes == ("compressed-tensors W8A8Mxfp8",)


@pytest.mark.parametrize("last", ["float-quantized", "naive-quantized"])
def test_layers_in_nvfp4_and_in_fp8_have_no_common_width(last: str) -> None:
    """The scales of NVFP4 are FP8 too: one for each of 8 packed bytes."""
    settings = {
        "group_0": {"format": "nvfp4-pack-quantized", "weights": {"num_bits": 4, "type": "float"}},
        "group_1": {"format": "float-quantized", "weights": {"num_bits": 8, "type": "float"}},
        "group_2": {"format": last, "weights": {"num_bits": 8, "type": "float"}},
    }
    stated = ConfigReader(
        {"format": "mixed-precision", "config_groups": settings}, name="quantization_config"
    )

    found = compressed_tensors(stated, {"U8": 800, "F8_E4M3": 100 + 1000})

    assert (found.bits, found.weights_per_packed_element, found.bytes_per_packed_element) == (None, 2, 1)
    assert found.scales == 100
    assert found.schemes == ("compressed-tensors W4A16Fp4", "compressed-tensors W8A16Fp8")


def test_a_format_whose_size_is_not_known_is_refused() -> None:
    with pytest.raises(UnsupportedModel, match="compressed as marlin-24, whose size"):
        _quantization({"num_bits": 4}, stored="marlin-24")


def test_only_the_formats_whose_size_is_not_known_are_named() -> None:
    groups = {name: {"format": name} for name in ("pack-quantized", "marlin-24", "float-quantized")}

    with pytest.raises(UnsupportedModel, match="compressed as marlin-24, whose size"):
        compressed_tensors(ConfigReader({"config_groups": groups}, name="x"), {})


def test_a_long_name_of_a_format_is_cut_to_80_characters() -> None:
    with pytest.raises(UnsupportedModel, match=f"compressed as {'x' * 80}, whose size"):
        _quantization({"num_bits": 4}, stored="x" * 81)
