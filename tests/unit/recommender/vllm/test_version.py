"""The number of a vLLM release."""

import pytest

from recommender.vllm.version import Version, parse_version, version_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.19.0", (0, 19, 0)),
        ("0.19", (0, 19)),
        ("v0.30.1rc2", (0, 30, 1)),
        (" 0.8.5.post1", (0, 8, 5)),
        ("0.6.x", (0, 6)),
        ("latest", None),
        ("", None),
    ],
)
def test_a_version_is_read_as_far_as_it_is_stated(text: str, expected: Version | None) -> None:
    assert expected == parse_version(text)


def test_a_version_is_written_as_it_is_read() -> None:
    assert version_text((0, 19)) == "0.19"
