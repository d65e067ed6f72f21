"""Number formats."""

import pytest

from recommender.model.dtype import BY_SAFETENSORS_NAME, BY_TORCH_NAME, STORED_BYTES, Dtype


@pytest.mark.parametrize(
    ("name", "expected", "size_bytes"),
    [("bfloat16", Dtype.BFLOAT16, 2), ("float16", Dtype.FLOAT16, 2), ("float32", Dtype.FLOAT32, 4)],
)
def test_the_dtypes_of_torch_have_their_size(name: str, expected: Dtype, size_bytes: int) -> None:
    assert expected is BY_TORCH_NAME[name]
    assert expected.size_bytes == size_bytes


def test_every_plain_float_of_safetensors_has_a_stored_size() -> None:
    assert set(BY_SAFETENSORS_NAME) < set(STORED_BYTES)


def test_a_64_bit_float_is_computed_with_as_float32() -> None:
    assert BY_SAFETENSORS_NAME["F64"] is Dtype.FLOAT32
    assert STORED_BYTES["F64"] == 8


def test_an_element_has_the_bytes_of_its_name() -> None:
    """The number in a name of `safetensors/src/tensor.rs` is that of its bits."""
    bits = {
        "BOOL": 8,
        "BF16": 16,
        "F8_E4M3": 8,
        "F8_E5M2": 8,
        "F8_E8M0": 8,
        "F6_E2M3": 6,
        "F6_E3M2": 6,
        "F4": 4,
    }

    assert STORED_BYTES == {
        name: (bits[name] if name in bits else int(name[1:])) / 8 for name in STORED_BYTES
    }
