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
