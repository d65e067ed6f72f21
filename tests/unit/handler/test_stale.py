"""The warning of an answer that is based on stale metadata."""

import pytest

from handler.stale import OLDER_METADATA, stale_metadata


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
def test_the_age_is_stated_in_minutes_then_in_hours(age_seconds: float, text: str) -> None:
    warning = stale_metadata(age_seconds)

    assert warning.code == OLDER_METADATA
    assert f"from {text} ago" in warning.text
