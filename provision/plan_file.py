"""Plans as files: `plan --out` writes one, `apply plan.json` reads it again. Secrets are not in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.address import DELETED, Address, Scope
from provision.comparison import PropertyChange
from provision.desired import Desired, Lifecycle
from provision.diff import Action, Change
from provision.document import Source, contents
from provision.errors import Mark, PlanError, Problem, SpecError
from provision.graph import Edge
from provision.kinds import kind_of
from provision.plan import Limits, Plan, Wishes
from provision.resource import LeftAlone, Resource
from provision.secrecy import digest, hide, mark, matches, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

FORMAT_VERSION = "1.0"
_HEAD: Final = 200  # characters in which a saved plan says what it is
_SPEC: Final = re.compile(r'\s*\{\s*"(spec|resourceGroup|service)"\s*:')


@dataclass(frozen=True, slots=True)
class Saved:
    """One plan of a file, the endpoint it was made for, and, for a new instance, what it was made from."""

    plan: Plan
    endpoint: str
    source: tuple[Desired, Wishes] | None = None


def dump(document: Mapping[str, Any], saved: Sequence[Saved]) -> str:
    """The file: the document that `--output json` shows, and beside it what apply needs."""
    plans = [{**hide(_plan(one), one.plan.secrets), "secrets": _digests(one.plan.secrets)} for one in saved]
    return json.dumps({**document, "plans": plans}, indent=2) + "\n"


def load(path: Path | Source, environ: Mapping[str, str] | None) -> list[Saved]:
    """The plans of a file. `environ` holds the secrets' values; None: they are to be shown, and stand for themselves.

    Raises SpecError for what isn't such a file, PlanError where a secret isn't set or is another than was planned.
    """
    where = Mark(str(path))
    try:
        data = json.loads(path.data if isinstance(path, Source) else path.read_text("utf-8"))
    except OSError as error:
        raise SpecError([Problem(where, "can't be read", (error.strerror or str(error)).lower())]) from None
    except (ValueError, RecursionError):
        raise SpecError([Problem(where, "is no saved plan", "it is not JSON", "write one with plan --out")]) from None
    if not isinstance(data, dict) or "plans" not in data:
        raise SpecError([Problem(where, "is no saved plan", "it has no key plans", "write one with plan --out")])
    if data.get("format_version") != FORMAT_VERSION:
        why = f"its format is {data.get('format_version')}, this program reads {FORMAT_VERSION}"
        raise SpecError([Problem(where, "is a plan of another version", why, "plan again")])
    try:
        shown = iter(data["resource_changes"])
        return [_loaded(item, shown, _secrets(item["secrets"], environ)) for item in data["plans"]]
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise SpecError(
            [Problem(where, "is a damaged plan", f"{type(error).__name__}: {error}", "plan again")]
        ) from None


def is_plan(path: Path | Source) -> bool:
    """Whether a file is a saved plan: by what it begins with, and where that can't tell by its name."""
    named = str(path).endswith(".json")
    try:
        head = path.data[:_HEAD].decode(errors="replace") if isinstance(path, Source) else _head(path)
    except OSError:
        return named
    if head.lstrip().startswith("{") and '"format_version"' in head:
        return True
    return named and not _SPEC.match(head)


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_HEAD)


def _plan(saved: Saved) -> dict[str, Any]:
    plan = saved.plan
    return {
        "endpoint": saved.endpoint,
        "scope": [plan.scope.subscription, plan.scope.resource_group, plan.scope.service],
        "spec": plan.spec,
        "changes": [_change(change) for change in plan.changes],
        "edges": {str(address): [[str(e.after), e.because] for e in edges] for address, edges in plan.edges.items()},
        "left_alone": [[str(item.address), item.reason, item.count] for item in plan.left_alone],
        "caveats": list(plan.caveats),
        "notes": list(plan.notes),
        "obstacles": list(plan.obstacles),
        "stops": list(plan.stops),
        "managed": plan.managed,
        "new_instance": plan.new_instance,
        "possible": [_change(change) for change in plan.possible],
        "limits": {
            "max_delete": plan.limits.max_delete,
            "max_update": plan.limits.max_update,
            "reviewed": dict(plan.limits.reviewed),
        },
        "customers": {str(address): count for address, count in plan.customers.items()},
        "delete_subscriptions": plan.delete_subscriptions,
        "source": _source(*saved.source) if saved.source else None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "action": change.action.name,
        "body": change.body,
        "etag": change.etag,
        "mark": _mark(change.mark),
        "because": change.because,
        "takes_along": [str(address) for address in change.takes_along],
    }


def _mark(mark: Mark | None) -> list[Any] | None:
    return [mark.file, mark.line, mark.column] if mark else None


def _source(desired: Desired, wishes: Wishes) -> dict[str, Any]:
    return {
        "target": sorted(map(str, wishes.target)),
        "exclude": sorted(map(str, wishes.exclude)),
        "group": desired.group,
        "service": desired.service,
        "location": desired.location,
        "resources": [[str(item.address), item.body, _mark(item.mark)] for item in desired.snapshot.values()],
        "existing": desired.existing,
        "owned": sorted([str(parent), kind] for parent, kind in desired.owned),
        "absent": sorted(str(address) for address in desired.absent),
        "patterns": dict(desired.patterns),
        "lifecycle": [
            [str(address), rule.prevent_destroy, list(rule.ignore_changes)]
            for address, rule in desired.lifecycle.items()
        ],
        "file": desired.file,
    }


def _digests(secrets: Mapping[str, str]) -> dict[str, Any]:
    return {name: digest(value) for name, value in sorted(secrets.items())}


def _secrets(digests: Mapping[str, Any], environ: Mapping[str, str] | None) -> Mapping[str, str]:
    """The value of each secret of a plan, which is the one that it was made with."""
    if environ is None:
        return MappingProxyType({name: mark(name) for name in digests})
    values = {**{name: environ[name] for name in digests if name in environ}, **_of_files(digests)}
    missing = [name for name in digests if name not in values]
    if missing:
        names = ", ".join(missing)
        raise PlanError(f"the plan needs the secret {names}: set the environment variable {names}")
    other = [name for name, known in digests.items() if not matches(values[name], known)]
    if other:
        raise PlanError(
            f"the secret {', '.join(other)} is not the one that was planned with: plan again, or set that one"
        )
    return MappingProxyType(values)


def _of_files(names: Iterable[str]) -> dict[str, str]:
    """The secrets that were read from files, read again."""
    found: dict[str, str] = {}
    for name in names:
        if ":" in name:
            try:
                found[name] = contents.named(name)
            except (OSError, ValueError):
                path = name.partition(":")[2]
                raise PlanError(
                    f"the plan needs the secret in {path}: that file can't be read from the current folder"
                ) from None
    return found


def _loaded(hidden: Any, shown: Iterator[Any], secrets: Mapping[str, str]) -> Saved:
    data = reveal(hidden, secrets)
    edges = {Address(key): tuple(Edge(Address(to), why) for to, why in found) for key, found in data["edges"].items()}
    plan = Plan(
        scope=Scope(*data["scope"]),
        spec=data["spec"],
        changes=tuple([_loaded_change(item, next(shown)) for item in data["changes"]]),
        edges=MappingProxyType(edges),
        left_alone=tuple(LeftAlone(Address(address), reason, count) for address, reason, count in data["left_alone"]),
        caveats=tuple(data["caveats"]),
        notes=tuple(data["notes"]),
        obstacles=tuple(data["obstacles"]),
        stops=tuple(data["stops"]),
        managed=data["managed"],
        new_instance=data["new_instance"],
        possible=tuple([_loaded_change(item, {"changes": []}) for item in data["possible"]]),
        limits=Limits(**{**data["limits"], "reviewed": MappingProxyType(data["limits"]["reviewed"])}),
        customers=MappingProxyType({Address(text): count for text, count in data["customers"].items()}),
        delete_subscriptions=data["delete_subscriptions"],
        secrets=secrets,
    )
    source = data["source"]
    if not source:
        return Saved(plan, data["endpoint"])
    target, exclude = (frozenset(map(Address, source[option])) for option in ("target", "exclude"))
    return Saved(plan, data["endpoint"], (_loaded_desired(source, secrets), Wishes(target, exclude)))


def _loaded_change(data: Any, shown: Any) -> Change:
    """A change; its properties are for people only, and come from where the secrets in them are masked."""
    address = Address(data["address"])
    if address != DELETED:
        kind_of(address.kind)  # KeyError for what can't be one of ours
    return Change(
        address=address,
        action=Action[data["action"]],
        properties=tuple(PropertyChange(**one) for one in shown["changes"]),
        body=data["body"],
        etag=data["etag"],
        mark=Mark(*data["mark"]) if data["mark"] else None,
        because=data["because"],
        takes_along=tuple(Address(text) for text in data["takes_along"]),
    )


def _loaded_desired(data: Any, secrets: Mapping[str, str]) -> Desired:
    resources = [
        Resource(Address(text), body, mark=Mark(*mark) if mark else None) for text, body, mark in data["resources"]
    ]
    rules = {Address(text): Lifecycle(prevent, tuple(ignored)) for text, prevent, ignored in data["lifecycle"]}
    return Desired(
        group=data["group"],
        service=data["service"],
        location=data["location"],
        existing=data["existing"],
        snapshot=MappingProxyType({item.address: item for item in resources}),
        owned=frozenset((Address(parent), kind) for parent, kind in data["owned"]),
        absent=frozenset(Address(text) for text in data["absent"]),
        patterns=MappingProxyType(data["patterns"]),
        lifecycle=MappingProxyType(rules),
        secrets=secrets,
        file=data["file"],
    )
