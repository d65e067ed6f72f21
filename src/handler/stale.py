"""What an answer says about metadata that the Hub did not confirm."""

from recommender.messages.warnings import WARNING_CODES, ConfigWarning

OLDER_METADATA = "older_metadata"

ANSWER_WARNING_CODES = (*WARNING_CODES, OLDER_METADATA)
"""The names of all warnings: the calculator's, and this one, which takes a clock."""

_MINUTE, _HOUR = 60, 3600


def older_metadata(age_seconds: float) -> ConfigWarning:
    """The warning of an answer from metadata of that age."""
    return ConfigWarning(
        code=OLDER_METADATA,
        text=(
            "The Hugging Face Hub did not answer as it should; the model's metadata are from"
            f" {_age_text(age_seconds)} ago. Ask again later for an answer that is sure to be up to date."
        ),
    )


def _age_text(seconds: float) -> str:
    """Whole minutes, or hours from two on."""
    if seconds < 2 * _HOUR:
        minutes = max(1, round(seconds / _MINUTE))
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"{round(seconds / _HOUR)} hours"
