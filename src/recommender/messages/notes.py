"""The notes of an answer: what is good to know, and nothing depends on."""

from dataclasses import dataclass

from recommender.messages.phrases import hardware_text
from recommender.messages.warning_context import WarningChecks, WarningContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One sentence, and a code that never changes."""

    code: str
    text: str


def collect_notes(context: WarningContext) -> tuple[Note, ...]:
    """The notes whose conditions hold."""
    checked = ((code, check(context)) for code, check in _NOTES.items())
    return tuple(Note(code=code, text=text) for code, text in checked if text is not None)


def _cheaper_instance(context: WarningContext) -> str | None:
    instance, plan, cheaper = context.instance, context.plan, context.cheaper
    if cheaper is None:
        return None
    return (
        f"{cheaper.instance.name} ({hardware_text(cheaper.instance)}) holds at least as much as"
        f" {instance.name} ({hardware_text(instance)}) in the same precision: a context of"
        f" {plan.max_model_len:,} tokens, and {plan.max_concurrent_requests:,} requests of"
        f" {plan.workload.total_tokens:,} tokens at once."
    )


_NOTES: WarningChecks = {"cheaper_instance": _cheaper_instance}

NOTE_CODES = tuple(_NOTES)
