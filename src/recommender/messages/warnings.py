"""The warnings of an answer: what to check before running the configuration, in a fixed order."""

from dataclasses import dataclass

from recommender.messages.estimate_warnings import ESTIMATE_WARNINGS
from recommender.messages.instance_warnings import INSTANCE_WARNINGS
from recommender.messages.lever_warnings import LEVER_WARNINGS
from recommender.messages.precision_warnings import PRECISION_WARNINGS
from recommender.messages.value_warnings import VALUE_WARNINGS
from recommender.messages.warning_context import WarningChecks, WarningContext

_CHECKS: WarningChecks = {
    **VALUE_WARNINGS,
    **LEVER_WARNINGS,
    **PRECISION_WARNINGS,
    **ESTIMATE_WARNINGS,
    **INSTANCE_WARNINGS,
}

WARNING_CODES = tuple(_CHECKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigWarning:
    """One sentence with its figures and its remedy, and a code that never changes."""

    code: str
    text: str


def collect_warnings(context: WarningContext) -> tuple[ConfigWarning, ...]:
    """The warnings whose conditions hold."""
    checked = ((code, check(context)) for code, check in _CHECKS.items())
    return tuple(ConfigWarning(code=code, text=text) for code, text in checked if text is not None)
