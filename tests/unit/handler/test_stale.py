"""The warning of an answer from older metadata."""

import pytest

from handler.stale import older_metadata


@pytest.mark.parametrize(
    ("age_seconds", "text"),
    [
        (0, "a minute"),
        (89, "a minute"),
        (91, "2 minutes"),
        (1500, "25 minutes"),
        (7199, "120 minutes"),
        (7200, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_the_age_is_told_in_minutes_and_then_in_hours(age_seconds: float, text: str) -> None:
    assert f"from {text} ago" in older_metadata(age_seconds).text
