"""Tests that need what not every machine has: left out there, said at the very end, a failure where all must run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import installed

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDED: Mapping[str, str] = {"browser": "Chromium"}
REQUIRE_ALL = "REQUIRE_ALL"


def missing() -> list[str]:
    """The marks whose tests can't run here."""
    return [] if installed() else ["browser"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what can't run."""
    absent = missing()
    left_out = [one for one in items if any(one.get_closest_marker(mark) for mark in absent)]
    if left_out:
        items[:] = [one for one in items if one not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail where all must run."""
    if missing() and os.environ.get(REQUIRE_ALL) and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say it last, after the count of what has passed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    for mark in missing():
        reporter.write_line(f"NOT RUN: {mark} ({NEEDED[mark]} is not installed)")
