"""The reasons for classes without an estimate."""

from recommender.model.refused_classes import WHY_REFUSED


def test_a_reason_completes_a_sentence() -> None:
    assert all(reason.startswith("it") and not reason.endswith(".") for reason in WHY_REFUSED.values())
