"""The composition: each command's way through the stages, and nothing else."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from provision import adopting
from provision import spec as specs
from provision.address import DELETED, GROUP, SERVICE
from provision.apply import apply
from provision.bystanders import undeclared_in, with_customers, with_undeclared
from provision.desired import desired as desired_of
from provision.diff import Action, diff
from provision.document import Source
from provision.errors import AzureError, GuardError, NotFoundError, ProvisionError, StalePlanError, as_fault, listed
from provision.export import export
from provision.factory import possible
from provision.guards import inherit
from provision.kinds import kind_of
from provision.kinds.bodies import holds
from provision.observed import Observed, Reader, observe
from provision.plan import Plan, Wishes, make
from provision.presence import Seen
from provision.recheck import Careful
from provision.recheck import Cloud as Recheck
from provision.report import Outcome, Report, Result
from provision.resource import Resource, in_transition
from provision.stop import INTERRUPTED, Never, unless_stopped
from provision.survey import EVERYTHING, Choice, survey
from provision.teardown import Consent, Surroundings, teardown

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from provision.address import Scope
    from provision.apply import Progress
    from provision.desired import Desired
    from provision.diff import Change
    from provision.export import Exported
    from provision.kinds.collections import Collection
    from provision.stop import Stop
    from provision.survey import Survey

_FIRST = frozenset({GROUP, SERVICE, DELETED})  # what has to be there before the inside of an instance can be seen
_MAKES = (Action.CREATE, Action.REPLACE)  # what nothing of others can be in
_ANY_VALUE = "not-known"  # in the place of what Azure hides
_MADE_HERE = "another spec of this run makes the instance; what is in it is planned again once it is there"
_UNTOUCHED = "stopped by a guard"


class Cloud(Reader, Recheck, Protocol):
    """What the commands need of Azure."""

    look_every: float  # seconds between two looks at an instance in transition
    patience: float  # seconds that one of its transitions may take

    def others_in_group(self) -> list[str]:
        """Ids of what else the resource group holds."""

    def inside(self, collection: Collection) -> list[Resource]:
        """What one of the instance's collections holds."""


def plan(
    desired: Desired,
    azure: Cloud,
    scope: Any,
    wishes: Wishes,
    *,
    quick: bool = False,
    undeclared: bool = False,
    seen: Seen | None = None,
) -> Plan:
    """Observe and plan; a quick look reads lists alone, and is good for nothing but looking.

    `undeclared`: look for what nobody declares, too.
    """
    try:
        found = observe(desired, azure, quick=quick, verify=wishes.verify_secrets, seen=seen)
    except NotFoundError:
        if SERVICE not in desired.elsewhere:
            raise
        return _before_it_is_there(desired, scope, wishes)
    made = with_customers(make(desired, found, scope, wishes), azure, desired)
    if not undeclared or made.new_instance:
        return made
    return with_undeclared(made, undeclared_in(desired, azure), wishes)


def _before_it_is_there(desired: Desired, scope: Any, wishes: Wishes) -> Plan:
    """The plan of a spec that uses an instance which another spec of the run makes: all is new, and planned again."""
    made = make(replace(desired, there=()), Observed(MappingProxyType({}), notes=(_MADE_HERE,)), scope, wishes)
    return replace(made, new_instance=True, possible=possible(desired, made.changes, wishes))


def take_over(azure: Cloud, scope: Scope, choice: Choice) -> tuple[Survey, Exported]:
    """Look at everything that is chosen, and make a spec of it."""
    found = survey(azure, scope, choice)
    return found, export(found, choice)


def unlike(text: str, found: Survey, exported: Exported) -> list[str]:
    """What a plan of an exported spec would change at once: nothing, unless the export has a fault.

    Raises SpecError where the text is no spec.
    """
    want = wanted_by(text, exported)
    here = {item.address: item for item in found.snapshot.values() if want.owns(item.address) and not _along(item)}
    changes = diff(want, here).changes
    return [f"{one.action.value} {one.address} {' '.join(p.path for p in one.properties)}".rstrip() for one in changes]


def adopted(spec: specs.Spec, text: str, want: Desired, azure: Cloud, scope: Scope) -> adopting.Adopted:
    """The spec's text completed from its instance, and what could not be brought into it."""
    plan = held_against(want, azure, scope)
    about = adopting.about(plan.changes)
    if not about:
        return adopting.Adopted(text, tuple(f"{one.address}: it isn't there" for one in plan.changes))
    return adopting.adopt(spec, text, plan.changes, survey(azure, scope, Choice(about)))


def _along(item: Resource) -> bool:
    """Whether Azure made it with something else, and it is left alone wherever it is."""
    kind = kind_of(item.address.kind)
    return kind.comes_along and kind.is_azures(item)


def whole(azure: Cloud, scope: Scope, to_text: Callable[[Survey, Exported], str]) -> tuple[Desired, Exported]:
    """All that an instance holds, as a spec would want it. `to_text` writes such a spec."""
    found, exported = take_over(azure, scope, EVERYTHING)
    return wanted_by(to_text(found, exported), exported), exported


def wanted_by(text: str, exported: Exported) -> Desired:
    """What an exported spec wants. Secrets that Azure hides are of no account. Raises SpecError for what is no spec."""
    values = {one.name: one.value or _ANY_VALUE for one in exported.needed}
    return desired_of(specs.load(Source("export", text.encode()), environ=values))


def held_against(desired: Desired, azure: Cloud, scope: Scope) -> Plan:
    """What of a spec an instance isn't, whatever its name. Raises NotFoundError where there is no such instance."""
    observed = observe(desired, azure)
    if not desired.existing and SERVICE not in observed.snapshot:
        raise NotFoundError(f"the instance {scope.service} does not exist in {scope.resource_group}")
    return make(desired, observed, scope, Wishes())


def plan_teardown(desired: Desired, azure: Cloud, scope: Any, consent: Consent, *, seen: Seen | None = None) -> Plan:
    """Observe, look around, and plan the end. Where the instance itself goes, lists tell all that goes with it."""
    unneeded = replace(desired, there=())  # what goes needs nothing of what is there
    observed = observe(unneeded, azure, quick=not desired.existing, seen=seen)
    around = Surroundings()
    if SERVICE in observed.snapshot:
        around = Surroundings(undeclared_in(desired, azure), ())
    if GROUP in observed.snapshot:
        around = replace(around, others_in_group=tuple(azure.others_in_group()))
    return with_customers(teardown(desired, observed, scope, around, consent), azure, desired)


def settle(azure: Cloud, tell: Callable[[str, float], None]) -> Seen:
    """Wait until an instance that is being created or updated stands still; its writes would be refused till then.

    What the last look has seen, which needs no further one. Raises AzureError where it stays in one state for longer
    than one operation may take.
    """
    start = since = time.monotonic()
    before = ""
    while state := in_transition(found := azure.get(SERVICE)):
        now = time.monotonic()
        since = since if state == before else now
        before = state
        if now - since > azure.patience:
            minutes = int(azure.patience // 60)
            raise AzureError(f"the instance has been {state.lower()} for {minutes} minutes: run again, or --timeout")
        tell(state, now - start)
        time.sleep(azure.look_every)
    return Seen(found)


def carry_out(
    planned: Plan,
    azure: Cloud,
    *,
    again: Callable[[], Plan],
    tell: Callable[[Progress], None],
    stop: Stop | None = None,
) -> Report:
    """Apply. A new instance is created first, then observed and planned again, since Azure fills it by itself.

    `again` plans once more: that plan passes the same guards, with the limits and the consent of the first. Whatever
    goes wrong then is told in the report, since by then there is an instance. Raises GuardError and PlanError for the
    first plan only, before anything is sent.
    """
    stop = stop or Never()
    if not planned.new_instance:
        return apply(planned, Careful(azure), tell=tell, stop=stop)
    first = apply(planned, Careful(azure), only=_FIRST, tell=tell, stop=stop)
    if not first.there or stop.asked:
        return _broken_off(planned, first, INTERRUPTED if stop.asked else "the instance was not created", stop)
    try:
        second = unless_stopped(again, stop)
    except Exception as error:  # noqa: BLE001 - what was done is told whatever comes
        return _broken_off(planned, first, _said(error), stop)
    second = inherit(second, planned)
    both = replace(second, changes=(*(one.change for one in first.results), *second.changes), new_instance=False)
    made = [one.change.address for one in first.results if one.outcome is Outcome.DONE and one.change.action in _MAKES]
    try:
        rest = apply(second, Careful(azure, made), tell=tell, stop=stop)
    except ProvisionError as error:
        return _kept(both, first, error)
    return Report(both, (*first.results, *rest.results), rest.interrupted)


def _said(error: Exception) -> str:
    return str(error if isinstance(error, ProvisionError) else as_fault(error, "planning what is in the new instance"))


def _broken_off(planned: Plan, first: Report, because: str, stop: Stop) -> Report:
    """The report of a run that ended before the inside of a new instance was planned."""
    rest = (change for change in planned.changes if change.address not in _FIRST)
    skipped = tuple(Result(change, Outcome.SKIPPED, because) for change in rest)
    return Report(planned, (*first.results, *skipped), first.interrupted or bool(stop.asked and skipped))


def _kept(both: Plan, first: Report, error: ProvisionError) -> Report:
    """The report of a run that ended where the inside of a new instance was not to be touched."""
    done = {result.change.address for result in first.results}
    skipped = (Result(one, Outcome.SKIPPED, _UNTOUCHED) for one in both.changes if one.address not in done)
    stopped = f"the new instance is kept as it is: {error}" if isinstance(error, GuardError) else ""
    results = (*first.results, *(replace(one, because=one.because if stopped else str(error)) for one in skipped))
    return Report(both, results, stopped=stopped)


def refuse_stale(planned: Plan, azure: Cloud) -> None:
    """Compare what a saved plan saw with what there is. Raises StalePlanError and names what has moved."""

    def moved(change: Change) -> str:
        return _moved(change, azure.get(change.address))

    # Links have no ETag, and doing one twice does nothing.
    checked = [one for one in planned.changes if one.address != DELETED and not kind_of(one.address.kind).is_link]
    if planned.new_instance:
        checked = [change for change in checked if change.address in _FIRST]
    made = {change.address for change in planned.changes if change.action is Action.CREATE}
    checked = [one for one in checked if one.address in made or made.isdisjoint(one.address.ancestors)]
    with ThreadPoolExecutor(16) as pool:
        stale = [said for said in pool.map(moved, checked) if said]
    if stale and all(said.endswith(_AS_WANTED) for said in stale) and len(stale) == len(planned.changes):
        raise StalePlanError("nothing of the plan is left to do: Azure is as it wants it already · plan again")
    if stale:
        raise StalePlanError(f"the plan is out of date: {listed(stale, '; ')} · plan again")


_AS_WANTED = "is as the plan wants it already"


def _moved(change: Change, found: Resource | None) -> str:
    """What became of a resource since a plan saw it; empty where it is as it was."""
    new = change.action in (Action.CREATE, Action.RESTORE)
    if found is None:
        gone = _AS_WANTED if change.action is Action.DELETE else "is gone"
        return "" if new else f"{change.address} {gone}"
    if not new and found.etag == change.etag:
        return ""
    if change.action is not Action.DELETE and holds(kind_of(change.address.kind), found.body, change.body or {}):
        return f"{change.address} {_AS_WANTED}"
    return (
        f"{change.address} exists by now, and is not as the plan wants it" if new else f"{change.address} has changed"
    )
