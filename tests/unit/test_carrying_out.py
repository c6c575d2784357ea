"""The way of a new instance: created, looked at again, filled; and what an interruption in between leaves."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from provision.address import GROUP, SERVICE, Address, Scope
from provision.diff import Action, Change
from provision.guards import agree
from provision.plan import Plan
from provision.report import Outcome
from provision.stop import INTERRUPTED
from provision.workflow import carry_out
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from threading import Event

API = Address("apis/a")
NEW = Plan(
    Scope("s", "g", "i"),
    tuple(Change(address, Action.CREATE, body={}) for address in (GROUP, SERVICE, API)),
    new_instance=True,
)


class Azure:
    """Holds nothing, and takes everything."""

    def get(self, _: Address) -> None:
        """Nothing is there."""

    def send(self, _: Change, *, cancelled: Event) -> None:
        """Done at once."""


class Asked:
    """Whether the user wants to stop."""

    asked = 0


def test_nobody_waits_for_the_second_look_who_wants_to_stop() -> None:
    """It takes minutes: what was created is told at once, and nothing more is started."""
    stop, looked = Asked(), threading.Event()
    azure: Any = Azure()

    def again() -> Plan:
        assert threading.current_thread() is not threading.main_thread(), "nothing could stop it there"
        stop.asked = 1
        looked.wait(PATIENCE)
        return NEW

    try:
        report = carry_out(agree(NEW), azure, again=again, tell=lambda _: None, stop=stop)
    finally:
        looked.set()
    outcomes = {one.change.address: (one.outcome, one.because) for one in report.results}
    assert outcomes == {
        GROUP: (Outcome.DONE, ""),
        SERVICE: (Outcome.DONE, ""),
        API: (Outcome.SKIPPED, INTERRUPTED),
    }
    assert report.interrupted
    assert report.exit_code == 3
