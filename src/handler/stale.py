"""The warning of an answer that is based on a stale copy of the metadata."""

from collections.abc import Mapping
from typing import Any

from recommender.messages.warnings import WARNING_CODES, ConfigWarning

OLDER_METADATA = "older_metadata"

ANSWER_WARNING_CODES = (*WARNING_CODES, OLDER_METADATA)
"""The codes of all warnings: the calculator's, and this one, which depends on the time."""

_MINUTE, _HOUR = 60, 3600


def stale_metadata(age_seconds: float) -> ConfigWarning:
    """The warning of an answer whose metadata are that old."""
    return ConfigWarning(
        code=OLDER_METADATA,
        text=(
            "The Hugging Face Hub could not be reached or did not send usable metadata. This answer is based"
            f" on a copy from {_age_text(age_seconds)} ago; ask again later for an up-to-date one."
        ),
    )


def with_stale_warning(body: Mapping[str, Any], age_seconds: float) -> dict[str, Any]:
    """`body` with that warning; an answer without a configuration has none of its own."""
    warning = stale_metadata(age_seconds)
    return {
        **body,
        "warnings": [*body.get("warnings", ()), warning.text],
        "warning_codes": [*body.get("warning_codes", ()), warning.code],
    }


def _age_text(seconds: float) -> str:
    """Whole minutes; hours from two hours on."""
    if seconds < 2 * _HOUR:
        minutes = max(1, round(seconds / _MINUTE))
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{round(seconds / _HOUR)} hours"
