"""Stage 4d: what must hold before a plan is carried out. `apply` asks `permit`, whoever calls it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.address import GROUP, SERVICE, Address
from provision.diff import Action, Change
from provision.errors import GuardError, PlanError, listed
from provision.plan import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.plan import Plan

_ENOUGH: Final = 10  # so many managed resources make a share of them meaningful
_SHOWN: Final = 20  # addresses in a message
MAX_DELETE: Final = "--max-delete"
MAX_UPDATE: Final = "--max-update"


def permit(plan: Plan) -> None:
    """Everything that must hold before anything is sent. Raises PlanError or GuardError."""
    feasible(plan)
    guard(plan)
    _agreed(plan)


def feasible(plan: Plan) -> None:
    """Stop a plan that Azure can't carry out. Raises PlanError with everything that is in the way."""
    if plan.obstacles:
        raise PlanError(listed(plan.obstacles))


def possible(plan: Plan) -> None:
    """Stop what no limit can let pass. Raises PlanError or GuardError."""
    feasible(plan)
    if plan.stops:
        raise GuardError(listed(plan.stops))


def guard(plan: Plan) -> None:
    """Stop a plan that does more than it should. Raises GuardError."""
    if plan.stops:
        raise GuardError(listed(plan.stops))
    for option, count, message in _beyond(plan):
        if count > plan.limits.reviewed.get(option, 0):
            raise GuardError(message)
    if plan.customers and not plan.delete_subscriptions:
        names = ", ".join(f"{count} to {address}" for address, count in sorted(plan.customers.items()))
        raise GuardError(
            f"subscriptions of users would be deleted, and their keys with them ({names}): --delete-subscriptions"
        )


def foreseen(plan: Plan) -> str:
    """Why the second plan of a new instance may be stopped by a limit of the first; empty where it will not."""
    if not plan.possible:
        return ""
    limit, count = plan.limits.max_delete, deletions(plan.changes) + deletions(plan.possible)
    if limit is None or count <= max(limit, plan.limits.reviewed.get(MAX_DELETE, 0)):
        return ""
    return f"up to {count} resources may be deleted once the instance is there, and {MAX_DELETE} allows {limit}"


def reviewed(plan: Plan) -> Plan:
    """The plan as somebody will have seen it: what is beyond its limits in it passes, and nothing more than that."""
    seen = {option: count for option, count, _ in _beyond(plan)}
    return replace(plan, limits=replace(plan.limits, reviewed=MappingProxyType(seen)))


def bounded(plan: Plan) -> Plan:
    """The plan with a note that says its limits, where they aren't the usual ones, and what passes beyond them."""
    limits = plan.limits
    if limits == Limits():
        return plan
    deletes = "any number" if limits.max_delete is None else f"at most {limits.max_delete}"
    updates = "any share" if limits.max_update is None else f"at most {limits.max_update:.0%}"
    passes = [f"{count} by {option}" for option, count in sorted(limits.reviewed.items())]
    beyond = f"; beyond them, and accepted when it was saved: {', '.join(passes)}" if passes else ""
    note = f"apply keeps the plan's limits: {deletes} deleted ({MAX_DELETE}), {updates} updated ({MAX_UPDATE}){beyond}"
    return replace(plan, notes=(*plan.notes, note))


def agree(plan: Plan) -> Plan:
    """The plan with the user's consent to what it shows; that goes for the second plan of a new instance, too."""
    shown = {(change.address, change.action) for change in (*plan.changes, *plan.possible)}
    made = {change.address: change.action for change in plan.changes}
    # What this very run makes it may correct; and of a restored instance nothing can be known but what the spec wants.
    corrected = made if made.get(SERVICE) is Action.RESTORE else {GROUP, SERVICE} & set(made)
    return replace(plan, agreement=frozenset(shown | {(address, Action.UPDATE) for address in corrected}))


def inherit(second: Plan, first: Plan) -> Plan:
    """A second plan under the limits and the consent of the first; of what is new any share may be updated."""
    limits = replace(first.limits, max_update=None) if first.new_instance else first.limits
    return replace(second, limits=limits, agreement=first.agreement)


def stricter(saved: Limits, given: Limits, usual: Limits) -> Limits:
    """Limits of a saved plan, and those given with it where they are not the usual ones: what was reviewed is not."""
    kept = dict(saved.reviewed)
    deletes, updates = saved.max_delete, saved.max_update
    if given.max_delete is not None:
        deletes = given.max_delete if deletes is None else min(deletes, given.max_delete)
        kept.pop(MAX_DELETE, None)
    if given.max_update is not None and given.max_update != usual.max_update:
        updates = given.max_update if updates is None else min(updates, given.max_update)
        kept.pop(MAX_UPDATE, None)
    return replace(saved, max_delete=deletes, max_update=updates, reviewed=MappingProxyType(kept))


def deletions(changes: tuple[Change, ...]) -> int:
    """How many resources disappear, those that go along included."""
    gone = [change for change in changes if change.action in (Action.DELETE, Action.REPLACE)]
    return sum(1 + len(change.takes_along) for change in gone)


def _beyond(plan: Plan) -> Iterator[tuple[str, int, str]]:
    """Each limit that the plan exceeds: its option, the plan's number, and what is wrong."""
    limits, deletes = plan.limits, deletions(plan.changes)
    if limits.max_delete is not None and deletes > limits.max_delete:
        said = f"the plan deletes {deletes} resources, and {MAX_DELETE} allows {limits.max_delete}"
        yield MAX_DELETE, deletes, said
    if limits.max_update is None or plan.managed < _ENOUGH or plan.new_instance:
        return
    updates, allowed = plan.totals.get(Action.UPDATE, 0), int(plan.managed * limits.max_update)
    if updates > allowed:
        said = (
            f"the plan updates {updates} of {plan.managed} resources, and at most {allowed} are allowed "
            f"({limits.max_update:.0%}): {MAX_UPDATE} 100 allows all of them"
        )
        yield MAX_UPDATE, updates, said


def _agreed(plan: Plan) -> None:
    """Stop what nobody has seen: it may be destroyed or overwritten only where that was shown before."""
    if not plan.changes:
        return
    if plan.agreement is None:
        raise GuardError("nothing was changed: nobody has agreed to this plan")
    gone = [address for address, action in plan.agreement if action.destroys]
    unseen = [change for change in plan.changes if not _is_agreed(change, plan, gone)]
    if unseen:
        names = ", ".join(f"{change.action.value} {change.address}" for change in unseen[:_SHOWN])
        more = f" and {len(unseen) - _SHOWN} more" if len(unseen) > _SHOWN else ""
        raise GuardError(
            f"the plan that was agreed to did not show this: {names}{more} · nothing of it was done; "
            "plan again, and look at it"
        )


def _is_agreed(change: Change, plan: Plan, gone: list[Address]) -> bool:
    if not change.action.destroys and change.action is not Action.UPDATE:
        return True
    seen = plan.agreement or frozenset()
    below = change.action is Action.DELETE and any(change.address.within(address) for address in gone)
    return (change.address, change.action) in seen or below
