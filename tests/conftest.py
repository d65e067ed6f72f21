"""For all tests: an environment without AWS, and no skipped tests in CI."""

import os

import pytest
from hypothesis import settings

from local.runtime.environment import isolate

isolate()

# Hypothesis would fail a test whose first example takes 200 ms, as on a busy machine.
settings.register_profile("without deadline", settings.default, deadline=None)
settings.load_profile("without deadline")


# Tests in other folders repeat what these cover, many times, and take four times as long when traced.
_TRACED = "unit", "golden", "faults"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the short files of the unit tests last, so that all workers end together; trace few folders."""
    items.sort(key=lambda item: _is_in(item, "unit"))
    for item in items:
        if not _is_in(item, *_TRACED):
            item.add_marker("no_cover")


def _is_in(item: pytest.Item, *folders: str) -> bool:
    return any(f"/{folder}/" in str(item.path) for folder in folders)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure, because CI installs everything that the tests need."""
    if os.environ.get("CI") and _skipped(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skipped(session: pytest.Session) -> bool:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return bool(reporter and reporter.stats.get("skipped"))
