"""The load test: a short run of each service, and what counts as a failure."""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from benchmarks.load import __main__ as command
from benchmarks.load.measure import ALLOWED_GROWTH_MIB, LoadRun
from benchmarks.load.requests import LoadRequest, cold_requests, warm_requests
from benchmarks.load.targets import artifact, local_server
from local.runtime.artifact import PrerequisiteMissingError
from local.runtime.build import build_function


def run(*, memory: tuple[float, ...] = (50.0,) * 5, unexpected: tuple[str, ...] = ()) -> LoadRun:
    return LoadRun(
        target="server",
        hub="cold",
        callers=8,
        seconds=2,
        milliseconds=[float(number) for number in range(1, 201)],
        outcomes=Counter({"200": 200}),
        unexpected=Counter(unexpected),
        memory_mib=memory,
    )


def assert_complete(made: list[LoadRun]) -> None:
    assert [(each.hub, each.callers) for each in made] == [("cold", 1), ("cold", 3), ("warm", 1), ("warm", 3)]
    assert [failure for each in made for failure in command.failures_of(each)] == []
    assert all(each.outcomes["200"] for each in made)
    assert all(each.outcomes.total() == len(each.milliseconds) for each in made)
    assert all(20 < resident < 500 for each in made for resident in each.memory_mib)
    # A cold answer waits for the Hub at least once, which takes 100 ms.
    assert all(max(each.milliseconds) >= 100 for each in made if each.hub == "cold")


def test_the_local_server_answers_a_second_of_load() -> None:
    assert_complete(list(command.runs([1, 3], 1, [local_server])))


def test_the_artifact_answers_a_second_of_load(tmp_path: Path) -> None:
    try:
        function = build_function(tmp_path)
    except PrerequisiteMissingError as missing:
        pytest.skip(str(missing))

    assert_complete(list(command.runs([1, 3], 1, [partial(artifact, function)])))


def test_figures_cover_all_answers() -> None:
    made = run(memory=(50, 60, 61, 62, 63, 64, 65, 66, 67))

    assert (made.per_second, made.percentile(0.5), made.percentile(0.99)) == (100, 101, 199)
    assert made.quarters_mib == (50, 61, 63, 65, 67)


def test_memory_may_grow_in_the_first_quarter_only() -> None:
    at_first, later = (
        run(memory=(50, 150, 150, 150, 150)),
        run(memory=(50, 50, 50, 50, 50 + ALLOWED_GROWTH_MIB + 1)),
    )

    assert command.failures_of(at_first) == []
    assert "memory grew by 17.0 MiB" in command.failures_of(later)[0]


def test_an_unexpected_error_is_a_failure() -> None:
    assert command.failures_of(run(unexpected=("502 hub_unreachable for /x",))) == [
        "server, cold, 8 callers: 1 x 502 hub_unreachable for /x"
    ]


def test_a_failed_run_fails_the_command_after_all_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_targets", list)
    monkeypatch.setattr(command, "runs", lambda *_: iter([run(unexpected=("no answer",)), run()]))

    assert command.main() == 1
    printed = capsys.readouterr().out
    assert printed.count("server    cold") == 2
    assert "1 x no answer" in printed


def test_cold_requests_name_more_models_than_are_cached_and_warm_requests_a_few() -> None:
    """128 are cached by default, `Settings.hub_cache_entries`."""
    cold, warm = (
        {each.target.partition("&")[0] for each in requests if each.expected == "200"}
        for requests in (cold_requests(), warm_requests())
    )

    assert len(cold) > 128
    assert len(warm) == 4


@pytest.mark.parametrize("requests", [cold_requests(), warm_requests()], ids=["cold", "warm"])
def test_some_requests_expect_an_error(requests: tuple[LoadRequest, ...]) -> None:
    outcomes = Counter(each.expected for each in requests)

    assert set(outcomes) == {
        "200",
        "400 invalid_request",
        "404 instance_type_not_found",
        "404 model_not_found",
    }
    assert outcomes["200"] > 10 * (outcomes.total() - outcomes["200"])
