"""A browser for the tests of a module, and an embedded Azure with the worked example for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import Browser, browser, installed
from tests.conftest import WORKED, Cloud, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = installed()
    assert program is not None
    with browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def chromium(_running: Browser) -> Iterator[Browser]:
    """A browser; what fails on a page fails the test."""
    _running.problems.clear()
    _running.appearance("light")
    yield _running
    _running.evaluate("1")
    assert _running.problems == []


@pytest.fixture
def shop() -> Iterator[Cloud]:
    """An embedded Azure that holds the worked example."""
    with embedded() as cloud:
        cloud.applied(WORKED)
        yield cloud
