"""Bytes and GiB."""

import pytest

from recommender.hardware.units import GIB, gib, gib_bytes, gib_text


def test_a_gib_is_a_power_of_two() -> None:
    assert GIB == 1_073_741_824
    assert gib(3 * GIB) == 3
    assert gib_bytes(0.5) == 536_870_912


@pytest.mark.parametrize(
    ("size_gib", "expected"),
    [(24, "24 GiB"), (13.5, "13.5 GiB"), (13.54, "13.5 GiB"), (0.04, "0 GiB"), (1128, "1,128 GiB")],
)
def test_sentences_have_one_decimal_at_most(size_gib: float, expected: str) -> None:
    assert expected == gib_text(size_gib * GIB)
