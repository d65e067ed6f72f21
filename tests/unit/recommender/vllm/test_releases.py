"""Known releases of vLLM, and the ranges of them for which something holds."""

import pytest

from recommender.vllm.releases import (
    Span,
    known_releases,
    latest_patch,
    names,
    releases_asked,
    value,
    values,
    version_ranges,
)
from recommender.vllm.version import EVERY_VERSION, Version, VersionRange


def test_releases_are_known_from_0_8_on_in_order() -> None:
    releases = known_releases()

    assert releases[0] == (0, 8, 0)
    assert list(releases) == sorted(releases)
    assert {(0, 8, 5, 1), (0, 10, 1, 1), (0, 15, 1), (0, 33, 0)} <= set(releases)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 1), 0.9),
        ((0, 19), 0.9),
        ((0, 19, 7), 0.9),
        ((0, 20), 0.92),
        ((0, 20, 0), 0.92),
        ((9, 0), 0.92),
    ],
)
def test_a_version_between_releases_is_as_the_one_before_it(version: Version, expected: float) -> None:
    assert expected == value("cache_defaults", "gpu_memory_utilization", version)


def test_without_a_version_every_covered_release_is_asked() -> None:
    assert releases_asked((0, 9)) == ((0, 9),)
    assert releases_asked(None)[0] == (0, 17, 0)
    assert releases_asked(None)[-1] == known_releases()[-1]


def test_a_name_has_its_values_oldest_first() -> None:
    name = "gpu_memory_utilization"

    assert name in names("cache_defaults")
    assert list(values("cache_defaults", name)) == [
        (Span((0, 8, 0), (0, 19, 1)), 0.9),
        (Span((0, 20, 0), known_releases()[-1]), 0.92),
    ]
    assert value("cache_defaults", "no_such_default", (0, 19, 1)) is None


def test_spans_that_follow_one_another_are_one_range() -> None:
    """0.10.1.1 comes between 0.10.1 and 0.10.2."""
    newest = known_releases()[-1]

    assert version_ranges([]) == ()
    assert version_ranges([Span((0, 8, 0), (0, 10, 1)), Span((0, 10, 1, 1), newest)]) == (EVERY_VERSION,)
    assert version_ranges([Span((0, 8, 2), (0, 8, 5)), Span((0, 9, 0), (0, 11, 0))]) == (
        VersionRange(first=(0, 8, 2), last=(0, 8, 5)),
        VersionRange(first=(0, 9), last=(0, 11, 0)),
    )


def test_an_end_is_a_minor_release_where_all_of_its_releases_are_in_the_range() -> None:
    assert version_ranges([Span((0, 10, 0), (0, 10, 2))]) == (VersionRange(first=(0, 10), last=(0, 10)),)
    assert version_ranges([Span((0, 10, 1), (0, 10, 1, 1))]) == (
        VersionRange(first=(0, 10, 1), last=(0, 10, 1, 1)),
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 8), (0, 8, 5, 1)),
        ((0, 9), (0, 9, 2)),
        ((0, 10), (0, 10, 2)),
        ((0, 19), (0, 19, 1)),
        ((0, 19, 0), (0, 19, 0)),
        ((0, 8, 5), (0, 8, 5)),
        ((0, 7), (0, 7)),
        ((0, 34), (0, 34)),
    ],
)
def test_a_minor_release_stands_for_its_last_patch_release(version: Version, expected: Version) -> None:
    assert expected == latest_patch(version)
