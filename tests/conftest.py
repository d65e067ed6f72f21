"""For all tests: an environment without AWS, and no skipped tests in CI."""

import os

import pytest
from hypothesis import settings

from local.runtime.environment import isolate

isolate()

# Hypothesis would fail a test whose first example takes 200 ms, as on a busy machine.
settings.register_profile("without deadline", settings.default, deadline=None)
settings.load_profile("without deadline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest tests first, so that no worker is left with them at the end."""
    slow_first = ("runtime", "deploy")
    items.sort(key=lambda item: not any(f"/{part}/" in str(item.path) for part in slow_first))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure, because CI installs everything that the tests need."""
    if os.environ.get("CI") and _skipped(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skipped(session: pytest.Session) -> bool:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return bool(reporter and reporter.stats.get("skipped"))
