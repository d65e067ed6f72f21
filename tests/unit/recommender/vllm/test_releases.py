"""Known releases of vLLM, and the ranges of them for which something holds."""

import pytest

from recommender.vllm import facts
from recommender.vllm.releases import Span, joined, known_releases, names, releases_asked, value, values
from recommender.vllm.version import OLDEST_OF_ANY, Version


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 1), True),
        ((0, 10), True),
        ((0, 10, 2), True),
        ((0, 10, 9), True),
        ((0, 11), False),
        ((0, 33, 0), False),
        ((9, 0), False),
    ],
)
def test_a_version_between_releases_is_as_the_one_before_it(version: Version, *, expected: bool) -> None:
    (span,) = facts.class_versions("MllamaForConditionalGeneration")

    assert expected == (version in span)


def test_releases_are_known_from_0_8_on_in_order() -> None:
    releases = known_releases()

    assert releases[0] == (0, 8, 0)
    assert list(releases) == sorted(releases)
    assert {(0, 8, 5, 1), (0, 10, 1, 1), (0, 15, 1), (0, 33, 0)} <= set(releases)


def test_without_a_version_every_release_since_the_oldest_is_asked() -> None:
    assert releases_asked((0, 9)) == ((0, 9),)
    assert releases_asked(None)[0][:2] == OLDEST_OF_ANY
    assert releases_asked(None)[-1] == known_releases()[-1]


def test_a_value_holds_for_its_releases_only() -> None:
    name = "gpu_memory_utilization"

    assert name in names("cache_defaults")
    assert [each for _, each in values("cache_defaults", name)] == [0.9, 0.92]
    assert value("cache_defaults", name, (0, 19, 1)) == 0.9
    assert value("cache_defaults", "no_such_default", (0, 19, 1)) is None


def test_spans_that_follow_one_another_are_one() -> None:
    """0.10.1.1 comes between 0.10.1 and 0.10.2."""
    old, repaired, later, newest = (
        Span(first=(0, 8, 0), last=(0, 10, 1)),
        Span(first=(0, 10, 1, 1), last=(0, 10, 1, 1)),
        Span(first=(0, 11, 0), last=(0, 12, 0)),
        Span(first=(0, 13, 0), last=None),
    )

    assert joined([old, repaired]) == (Span(first=(0, 8, 0), last=(0, 10, 1, 1)),)
    assert joined([old, later, newest]) == (old, Span(first=(0, 11, 0), last=None))
    assert joined([]) == ()
