"""The warning of an answer that is based on a stale copy of the metadata."""

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


def _age_text(seconds: float) -> str:
    """Whole minutes; hours from two hours on."""
    if seconds < 2 * _HOUR:
        minutes = max(1, round(seconds / _MINUTE))
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{round(seconds / _HOUR)} hours"
