"""Versions of vLLM, and ranges of them."""

import pytest

from recommender.vllm.version import EVERY_VERSION, Version, VersionRange, parse_version, version_text


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
def test_a_version_is_parsed_up_to_its_first_suffix(text: str, expected: Version | None) -> None:
    assert expected == parse_version(text)


def test_a_version_is_written_as_it_is_parsed() -> None:
    assert version_text((0, 19)) == "0.19"


@pytest.mark.parametrize(
    ("versions", "version", "includes"),
    [
        (VersionRange(last=(0, 23)), (0, 23, 1), True),
        (VersionRange(last=(0, 23)), (0, 24), False),
        (VersionRange(last=(0, 8, 3)), (0, 8), True),
        (VersionRange(last=(0, 8, 3)), (0, 8, 3), True),
        (VersionRange(last=(0, 8, 3)), (0, 8, 4), False),
        (VersionRange(first=(0, 20)), (0, 20, 0), True),
        (VersionRange(first=(0, 20)), (0, 20), True),
        (VersionRange(first=(0, 20)), (0, 19, 2), False),
        (VersionRange(first=(0, 8, 5)), (0, 8, 4), False),
        (EVERY_VERSION, (0, 1), True),
    ],
    ids=str,
)
def test_a_range_includes_both_of_its_ends(versions: VersionRange, version: Version, includes: bool) -> None:  # noqa: FBT001 - a column of the table
    assert versions.includes(version) is includes
    assert versions.includes_all(version) is includes


@pytest.mark.parametrize(
    ("versions", "some", "every"),
    [
        (EVERY_VERSION, True, True),
        (VersionRange(last=(0, 23)), True, False),
        (VersionRange(last=(0, 10)), False, False),
        (VersionRange(first=(0, 20)), True, False),
        (VersionRange(first=(0, 17)), True, True),
        (VersionRange(first=(0, 17, 1)), True, False),
    ],
    ids=str,
)
def test_without_a_version_the_versions_since_0_17_count(
    versions: VersionRange,
    some: bool,  # noqa: FBT001 - a column of the table
    every: bool,  # noqa: FBT001
) -> None:
    assert (versions.includes(None), versions.includes_all(None)) == (some, every)
