"""`make load`, for a moment: that it measures what it says, and what it counts as a failure."""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from benchmarks.load import load as command
from benchmarks.load.requests import cold_questions, warm_questions
from benchmarks.load.run import ALLOWED_GROWTH_MIB, Run
from benchmarks.load.targets import artifact, front
from local.runtime.artifact import PrerequisiteMissingError
from local.runtime.build import build_function


def run(*, memory: tuple[float, ...] = (50.0,) * 5, unprovoked: tuple[str, ...] = ()) -> Run:
    return Run(
        target="front",
        hub="cold",
        callers=8,
        seconds=2,
        milliseconds=[float(number) for number in range(1, 201)],
        outcomes=Counter({"200": 200}),
        unprovoked=Counter(unprovoked),
        memory_mib=memory,
    )


def assert_sound(made: list[Run]) -> None:
    assert [(each.hub, each.callers) for each in made] == [("cold", 1), ("cold", 3), ("warm", 1), ("warm", 3)]
    assert [fault for each in made for fault in command.faults_of(each)] == []
    assert all(each.outcomes["200"] for each in made)
    assert all(each.outcomes.total() == len(each.milliseconds) for each in made)
    assert all(20 < resident < 500 for each in made for resident in each.memory_mib)
    # A cold answer waits for the Hub at least once, which takes 100 ms.
    assert all(max(each.milliseconds) >= 100 for each in made if each.hub == "cold")


def test_the_front_stands_a_moment_of_load() -> None:
    assert_sound(list(command.runs([1, 3], 1, [front])))


def test_the_artifact_stands_a_moment_of_load(tmp_path: Path) -> None:
    try:
        function = build_function(tmp_path)
    except PrerequisiteMissingError as missing:
        pytest.skip(str(missing))

    assert_sound(list(command.runs([1, 3], 1, [partial(artifact, function)])))


def test_figures_are_those_of_all_answers() -> None:
    made = run(memory=(50, 60, 61, 62, 63, 64, 65, 66, 67))

    assert (made.per_second, made.percentile(0.5), made.percentile(0.99)) == (100, 101, 199)
    assert made.quarters_mib == (50, 61, 63, 65, 67)


def test_memory_may_be_taken_at_first_but_not_later() -> None:
    at_first, later = (
        run(memory=(50, 150, 150, 150, 150)),
        run(memory=(50, 50, 50, 50, 50 + ALLOWED_GROWTH_MIB + 1)),
    )

    assert command.faults_of(at_first) == []
    assert "memory grew by 17.0 MiB" in command.faults_of(later)[0]


def test_an_error_that_was_not_provoked_is_a_fault() -> None:
    assert command.faults_of(run(unprovoked=("502 hub_unreachable for /x",))) == [
        "front, cold, 8 callers: 1 times 502 hub_unreachable for /x"
    ]


def test_a_fault_fails_the_command_after_all_runs_have_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_targets", list)
    monkeypatch.setattr(command, "runs", lambda *_: iter([run(unprovoked=("no answer",)), run()]))

    assert command.main() == 1
    printed = capsys.readouterr().out
    assert printed.count("front     cold") == 2
    assert "1 times no answer" in printed


def test_a_cold_service_is_asked_for_more_models_than_it_remembers_and_a_warm_one_for_few() -> None:
    """128 are remembered, `Settings.hub_cache_entries`."""
    sound = [
        [each for each in asked() if each.outcome == "200"] for asked in (cold_questions, warm_questions)
    ]
    cold, warm = ({each.target.partition("&")[0] for each in questions} for questions in sound)

    assert len(cold) > 128
    assert len(warm) == 4


@pytest.mark.parametrize("questions", [cold_questions(), warm_questions()], ids=["cold", "warm"])
def test_some_questions_are_to_be_refused(questions: tuple[object, ...]) -> None:
    outcomes = Counter(each.outcome for each in questions)  # type: ignore[attr-defined]

    assert set(outcomes) == {
        "200",
        "400 invalid_request",
        "404 instance_type_not_found",
        "404 model_not_found",
    }
    assert outcomes["200"] > 10 * (outcomes.total() - outcomes["200"])
