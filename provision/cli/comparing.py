"""What compare does on its way: what the two sides are, and how they are held against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision import workflow
from provision.address import GROUP, SERVICE, Scope
from provision.between import between, turned
from provision.cli.steps import wanted
from provision.errors import UsageError
from provision.plan import Plan
from provision.render import specs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from provision.cli.output import Output
    from provision.cli.where import Where
    from provision.desired import Desired
    from provision.diff import Change
    from provision.resource import LeftAlone

_LIVE: Final = re.compile(r"(?P<group>[^/]+)/(?P<service>[^/]+)")
_ROOTS: Final = frozenset({GROUP, SERVICE})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a spec, or the group and the service of a live instance."""

    text: str
    spec: Desired | None = None
    group: str = ""
    service: str = ""


def sides(texts: tuple[str, str], overlays: Sequence[Path] | None, to: Output) -> tuple[Side, Side]:
    """Both sides. Raises UsageError for what is neither; specs that are none end the command."""
    if texts == ("-", "-"):
        raise UsageError("- is stdin, and there is one of it")
    live = {text: _live(text) for text in texts if not _is_spec(text)}
    if overlays and len(live) == len(set(texts)):
        raise UsageError("--overlay is laid over specs, and both sides are live instances")
    first, second = (live.get(text) or Side(text, wanted([Path(text)], overlays, to)[0]) for text in texts)
    return first, second


def _is_spec(text: str) -> bool:
    return text == "-" or text.endswith((".yaml", ".yml")) or Path(text).is_file()


def _live(text: str) -> Side:
    match = _LIVE.fullmatch(text)
    if not match:
        raise UsageError(f"{text} is neither a file nor an instance: write GROUP/SERVICE for a live one")
    return Side(text, None, match["group"], match["service"])


def compared(both: tuple[Side, Side], where: Where) -> Plan:
    """What leads from the first to the second, in the form of a plan that nobody carries out."""
    first, second = both
    if (first.spec is None) == (second.spec is None):
        plan = _wholes(first, second, where)
    else:
        plan = _spec_and_live(first, second, where)
    return replace(
        plan, title=f"{first.text} -> {second.text}", obstacles=(), stops=(), new_instance=False, possible=()
    )


def _wholes(first: Side, second: Side, where: Where) -> Plan:
    """Two instances, or two specs: each says all that it has."""
    olds, news = _whole(first, where), _whole(second, where)
    old, new = olds[0].snapshot, news[0].snapshot
    common = _ROOTS if _ROOTS & old.keys() and _ROOTS & new.keys() else frozenset()
    before, after = ({k: v for k, v in side.items() if k in common or k not in _ROOTS} for side in (old, new))
    changes = between(before, after)
    shown = changes if second.spec else tuple(replace(change, mark=None) for change in changes)
    secrets = {f"{at}.{name}": value for at, (_, _, some) in enumerate((olds, news)) for name, value in some.items()}
    return Plan(
        scope=Scope(where.subscription, news[0].group, news[0].service),
        changes=shown,
        left_alone=tuple(sorted({*olds[1], *news[1]})),
        managed=len({*before, *after}),
        secrets=MappingProxyType(secrets),
        spec=second.text if second.spec else "",
    )


def _whole(side: Side, where: Where) -> tuple[Desired, Iterable[LeftAlone], dict[str, str]]:
    """What a side holds, what it holds beside, and the secrets in it."""
    if side.spec is not None:
        return side.spec, (), dict(side.spec.secrets)
    azure = where.connect(side.group, side.service, read_only=True)
    want, exported = workflow.whole(azure, azure.scope, specs.one_file)
    return want, exported.missing, {one.name: one.value for one in exported.needed if one.value}


def _spec_and_live(first: Side, second: Side, where: Where) -> Plan:
    """A spec and an instance: what the spec does not speak of is left alone."""
    spec, live = (first.spec, second) if first.spec else (second.spec, first)
    azure = where.connect(live.group, live.service, read_only=True)
    plan = workflow.held_against(spec, azure, azure.scope) if spec else Plan(azure.scope, ())
    changes = tuple(map(_plain, plan.changes))
    return replace(plan, changes=tuple(map(turned, changes)) if first.spec else changes)


def _plain(change: Change) -> Change:
    """A change without what only somebody who carries it out needs."""
    return replace(change, body=None, obstacle="", because="")
