"""The warning about a model whose architecture is not modelled."""

from recommender.messages.warning_context import WarningChecks, WarningContext


def _architecture_estimated(context: WarningContext) -> str | None:
    model = context.model
    if not model.is_estimated:
        return None
    return (
        f"The architecture {model.architecture} is not modelled: the memory that it needs is an upper bound,"
        " estimated from the sizes in config.json, and vLLM may have room for more context and more requests"
        " than this."
    )


ESTIMATE_WARNINGS: WarningChecks = {"architecture_estimated": _architecture_estimated}
