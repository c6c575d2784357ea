"""What a run tells on standard error."""

from __future__ import annotations

import io
import os
import re

import pytest

from provision.address import SERVICE, Address
from provision.apply import Progress as Event
from provision.diff import Action, Change
from provision.render import Progress
from provision.report import Outcome

API = Change(Address("apis/x"), Action.CREATE)
OLD = Change(Address("apis/old"), Action.DELETE)
INSTANCE = Change(SERVICE, Action.CREATE)
HINT = "(creating an instance takes up to 30 minutes; Ctrl-C leaves Azure working and the next apply goes on)"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "24")


def told(*events: Event | str, live: bool = False, every: float = 30.0) -> str:
    stream = io.StringIO()
    progress = Progress(stream, live=live, every=every)
    for event in events:
        progress.note(event) if isinstance(event, str) else progress(event)
    return stream.getvalue()


def test_each_change_that_ended_is_a_line() -> None:
    assert told(
        Event(API, started=True),
        Event(OLD, started=True),
        Event(API, 0.41, Outcome.DONE),
        Event(OLD, 1.2, Outcome.FAILED, "Conflict: busy\nactivity \x1b[0m1"),
        Event(INSTANCE, 0.0, Outcome.SKIPPED, "apis/old was not done"),
        Event(API, 2.0, Outcome.STALE, "changed since"),
        Event(API, 2.0, Outcome.UNFINISHED, "interrupted"),
    ).splitlines() == [
        "+ apis/x  done 0.4s",
        "- apis/old  failed 1.2s: Conflict: busy activity \\x1b[0m1",
        "+ service  skipped: apis/old was not done",
        "+ apis/x  stale 2.0s: changed since",
        "+ apis/x  unfinished 2.0s: interrupted",
    ]


def test_what_takes_long_is_told_in_intervals() -> None:
    seconds = [1.0, 29.9, 30.2, 31.2, 59.0, 60.5, 61.5, 150.0]
    assert told(*(Event(INSTANCE, second) for second in seconds)).splitlines() == [
        f"service: still creating, 30s {HINT}",
        f"service: still creating, 1m00s {HINT}",
        f"service: still creating, 2m30s {HINT}",
    ]


def test_the_hint_is_for_the_creation_of_an_instance_only() -> None:
    update = Change(SERVICE, Action.UPDATE)
    assert told(Event(OLD, 30.0), Event(update, 30.0)) == (
        "apis/old: still deleting, 30s\nservice: still updating, 30s\n"
    )


def test_a_change_that_comes_again_counts_anew() -> None:
    events = [Event(API, 30.0), Event(API, 31.0, Outcome.DONE), Event(API, 30.0)]
    assert told(*events).count("still creating") == 2


def test_a_terminal_has_a_status_line_which_is_cleared() -> None:
    assert told(Event(API, started=True), Event(API, 2.0), "a note\x07", Event(API, 2.5, Outcome.DONE), live=True) == (
        "\r\x1b[Kcreating apis/x 0.0s"
        "\r\x1b[Kcreating apis/x 2.0s"
        "\r\x1b[Ka note\\x07\ncreating apis/x 2.0s"
        "\r\x1b[K+ apis/x  done 2.5s\n"
    )


def test_the_status_line_names_the_oldest_first_and_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [Event(API, 2.0), Event(OLD, 12.0), Event(INSTANCE, 60.0)]
    status = told(*events, live=True).rpartition("\x1b[K")[2]
    assert status == "3 in flight: creating service 1m00s (creating an instance t"
    assert len(status) == 59
    monkeypatch.setenv("COLUMNS", "200")
    status = told(*events, live=True).rpartition("\x1b[K")[2]
    assert status == f"3 in flight: creating service 1m00s {HINT}, deleting apis/old 12s, creating apis/x 2.0s"


def test_wide_characters_fit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    status = told(Event(Change(Address("apis/" + "東" * 20), Action.CREATE)), live=True).rpartition("\x1b[K")[2]
    assert status == "creating apis/東東"


def test_the_width_is_asked_for_at_each_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    progress = Progress(stream, live=True)
    for columns in (10, 15):
        monkeypatch.setitem(os.environ, "COLUMNS", str(columns))
        progress(Event(API, 1.0))
    assert [len(part) for part in re.split("\r\x1b\\[K", stream.getvalue())] == [0, 9, 14]


def test_a_note_in_a_pipe_is_its_lines() -> None:
    assert told("a\nb") == "a\nb\n"
