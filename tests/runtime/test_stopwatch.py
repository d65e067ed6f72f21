"""The benchmarks' stopwatch, on the built function under the emulator."""

from pathlib import Path

from benchmarks.speed import variants
from local.runtime.artifact import BuiltFunction


def test_the_start_and_each_response_are_timed_in_the_functions_process(
    function: BuiltFunction, variables: dict[str, str], tmp_path: Path
) -> None:
    with variants.running(function, variables, tmp_path / "times") as running:
        answers = [running.invoke(variants.event("feasible")) for _ in range(2)]
        lines = running.lines(2)
        resident_mb = running.resident_mb()

    assert [answer["statusCode"] for answer in answers] == [200, 200]
    assert len({line["pid"] for line in lines}) == 1
    assert all(0 < line["cpu_ms"] for line in lines)
    assert lines[0]["ms"] > lines[2]["ms"] > 0
    assert resident_mb > 10


def test_the_plain_build_has_everything_except_bytecode(function: BuiltFunction, tmp_path: Path) -> None:
    plain = variants.plain(function, tmp_path)

    def files(built: BuiltFunction) -> set[Path]:
        return {path.relative_to(built.artifact) for path in built.artifact.rglob("*.py*") if path.is_file()}

    assert files(plain) == {path for path in files(function) if path.suffix == ".py"}


def test_the_bundle_is_zipped_as_sam_would(function: BuiltFunction) -> None:
    unzipped = sum(path.stat().st_size for path in function.artifact.rglob("*") if path.is_file()) / 1e6

    assert 0.1 * unzipped < variants.zipped_mb(function) < unzipped


def test_another_handler_runs_from_the_same_bundle(
    function: BuiltFunction, variables: dict[str, str], tmp_path: Path
) -> None:
    for name, status in (("floor", 204), ("empty", 200)):
        other = variants.with_handler(function, tmp_path, name)
        with variants.running(other, variables, tmp_path / f"{name}-times") as running:
            assert running.invoke(variants.event("feasible"))["statusCode"] == status
