"""The calculator beside vLLM, row by row."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from oracle.answers import Answer, CachePlan, DegreeAnswer, answers, versions
from oracle.calculator import Prediction, predict

Kind = Literal["support", "degrees", "context", "weights", "blocks", "tokens", "concurrency"]
KINDS: tuple[Kind, ...] = ("support", "degrees", "context", "weights", "blocks", "tokens", "concurrency")

# Weights agree within this; everything else has to be equal. The data keep eight digits of a concurrency.
WEIGHT_TOLERANCE = 0.005
_CONCURRENCY_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Row:
    """One figure of one model under one version, and how the calculator's differs."""

    version: str
    kind: Kind
    model: str
    degree: int | None
    """`None` for what does not depend on it."""
    difference: str | None
    """`None` where they agree."""
    relative: float = 0.0
    """The calculator's figure over vLLM's, less 1."""


def rows() -> Iterator[Row]:
    """Every row of every version."""
    for version in versions():
        for answer in answers(version):
            yield from compare(answer, predict(answer))


def compare(answer: Answer, prediction: Prediction) -> Iterator[Row]:
    """The rows of one model. What the oracle does not know is not compared."""
    known = {degree: each for degree, each in answer.degrees.items() if each.is_known}
    if not known:
        return
    accepted = frozenset(degree for degree, each in known.items() if each.is_accepted)
    support = _support(known, accepted, prediction)
    yield _row(answer, "support", None, support)
    if not accepted or prediction.refusal is not None:
        return
    for degree, each in known.items():
        yield _row(answer, "degrees", degree, _degree(each, is_offered=degree in prediction.accepted))
    context = None if answer.context == prediction.context else f"{prediction.context} for {answer.context}"
    yield _row(answer, "context", None, context)
    for degree in sorted(accepted):
        yield from _memory(answer, degree, known[degree], prediction)


def differing(compared: list[Row]) -> dict[str, str]:
    """The differences as lines of a report: version, figure and model, then what differs at each degree."""
    lines: dict[str, dict[int | None, list[Row]]] = {}
    for row in compared:
        if row.difference is not None:
            line = lines.setdefault(f"{row.version} {row.kind} {row.model}", {})
            line.setdefault(row.degree, []).append(row)
    return {
        name: ", ".join(_text(degree, each) for degree, each in line.items()) for name, line in lines.items()
    }


def _text(degree: int | None, differing_rows: list[Row]) -> str:
    texts = list(Counter(row.difference for row in differing_rows))
    text = " ".join(str(each) for each in texts)
    return text if degree is None else f"tp{degree} {text}"


def _row(
    answer: Answer, kind: Kind, degree: int | None, difference: str | None, relative: float = 0.0
) -> Row:
    return Row(
        version=answer.version,
        kind=kind,
        model=answer.model,
        degree=degree,
        difference=difference,
        relative=relative,
    )


def _support(known: dict[int, DegreeAnswer], accepted: frozenset[int], prediction: Prediction) -> str | None:
    if accepted and prediction.refusal is not None:
        return "refused, vLLM accepts"
    if not accepted and prediction.refusal is None and prediction.accepted & known.keys():
        kinds = sorted({each.refused or "" for each in known.values()})
        return f"accepted, vLLM refuses ({', '.join(kinds)})"
    return None


def _degree(answer: DegreeAnswer, *, is_offered: bool) -> str | None:
    if answer.is_accepted == is_offered:
        return None
    return f"accepted, vLLM refuses ({answer.refused})" if is_offered else "refused, vLLM accepts"


def _memory(answer: Answer, degree: int, truth: DegreeAnswer, prediction: Prediction) -> Iterator[Row]:
    predicted = prediction.degrees[degree]
    assert truth.weight_bytes is not None
    if predicted.weight_bytes is None:
        yield _row(answer, "weights", degree, "none")
    else:
        error = predicted.weight_bytes / truth.weight_bytes - 1
        is_close = abs(error) <= WEIGHT_TOLERANCE
        yield _row(answer, "weights", degree, None if is_close else f"{error:+.1%}", error)
    if len(predicted.plans) != len(truth.plans):
        yield _row(answer, "blocks", degree, "none")
        return
    for mine, plan in zip(predicted.plans, truth.plans, strict=True):
        yield from _plan(answer, degree, mine, plan)


def _plan(answer: Answer, degree: int, mine: CachePlan, plan: CachePlan) -> Iterator[Row]:
    figures: tuple[tuple[Kind, float, float, float], ...] = (
        ("blocks", mine.blocks, plan.blocks, 0),
        ("tokens", mine.tokens, plan.tokens, 0),
        ("concurrency", mine.concurrency, plan.concurrency, _CONCURRENCY_TOLERANCE),
    )
    for kind, ours, theirs, tolerance in figures:
        error = ours / theirs - 1 if theirs else float(ours != theirs)
        is_equal = abs(error) <= tolerance
        yield _row(answer, kind, degree, None if is_equal else f"{error:+.2%}", 0.0 if is_equal else error)
