"""Links in workspaces, which ARM has in one form only: under an id of their own, with the id of what they lead to.

`workspaces/w/products/p/apis/a` of a spec is `…/products/p/apiLinks/L`; the tag `t` of an API stands below the tag, as
`…/tags/t/apiLinks/L`. A new link's id is the name of what it links; one that is there is found by its target.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from provision.address import Address
from provision.azure.answers import refuse
from provision.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.address import Scope
    from provision.kinds import Kind
    from provision.kinds.kind import Linked

_WORKERS: Final = 8
TARGET: Final = "target"  # in the body of a desired link: what it leads to, as a path below the instance

Lister = "Callable[[Address, str], list[dict[str, Any]]]"  # the items of a collection of a resource


class _Link(NamedTuple):
    at: Address  # under its own id
    target: Address


def stands_apart(kind: Kind, address: Address) -> bool:
    """Whether a link has that form."""
    return kind.linked is not None and address.in_workspace


class Links:
    """The links of one instance's workspaces. What lists of tags show is kept until `forget`."""

    def __init__(self, scope: Scope, items: Callable[[Address, str], list[dict[str, Any]]]) -> None:
        self._scope = scope
        self._items = items
        self._lock = Lock()
        self._kept: dict[tuple[Address, str], list[_Link]] = {}

    def members(self, kind: Kind, parent: Address) -> list[Resource]:
        """What a resource is linked to."""
        form = _form(kind)
        if not form.turned:
            names = [link.target.name for link in self._below(parent, form)]
        else:
            names = [
                one.at.parent.name
                for one in self._of_tags(parent.scope, form)
                if one.target == parent and one.at.parent
            ]
        return [Resource(parent.child(kind.collection, name), {}) for name in names]

    def place(self, kind: Kind, address: Address) -> Address | None:
        """Under which id a link is; None where it isn't."""
        holder, target = _ends(kind, address)
        found = (one for one in self._below(holder, _form(kind)) if _same(one.target, target))
        return next((one.at for one in found), None)

    def new(self, kind: Kind, address: Address, body: Any) -> tuple[Address, dict[str, Any]]:
        """Where a link is put, and what is put there."""
        form = _form(kind)
        holder, target = _ends(kind, address)
        path = f"/{target}" if form.turned else str((body or {}).get(TARGET) or f"/{target}")
        # Operations of several APIs may have one name.
        name = "-".join(Address(path.strip("/")).names[-2:]) if "operation" in form.collection else target.name
        return holder.child(form.collection, name), {"properties": {form.key: f"{self._scope.service_id}{path}"}}

    def forget(self) -> None:
        """Look again from now on."""
        with self._lock:
            self._kept.clear()

    def _of_tags(self, scope: Address, form: Linked) -> list[_Link]:
        """All links of that form in a workspace, listed once: each API asks for its own."""
        with self._lock:
            if (scope, form.collection) not in self._kept:
                tags = [scope.child("tags", str(item["name"])) for item in self._items(scope, "tags")]
                with ThreadPoolExecutor(_WORKERS) as pool:
                    found = list(pool.map(lambda tag: self._below(tag, form), tags))
                self._kept[scope, form.collection] = [link for several in found for link in several]
            return self._kept[scope, form.collection]

    def _below(self, holder: Address, form: Linked) -> list[_Link]:
        found = []
        for item in self._items(holder, form.collection):
            target = Address.from_arm_id(str((item.get("properties") or {}).get(form.key) or ""))
            if target is None:
                raise refuse(f"the link {item['name']} of {holder} leads nowhere")
            found.append(_Link(holder.child(form.collection, str(item["name"])), target))
        return found


def _form(kind: Kind) -> Linked:
    if kind.linked is None:
        raise KeyError(kind.type)
    return kind.linked


def _ends(kind: Kind, address: Address) -> tuple[Address, Address]:
    """What holds a link, and what it leads to."""
    parent = address.parent or address
    other = address.scope.child(kind.leads_to, address.name)
    return (other, parent) if _form(kind).turned else (parent, other)


def _same(one: Address, other: Address) -> bool:
    """Groups of the instance are linked in workspaces too: of those only the name tells."""
    return one == other or (one.kind == other.kind and one.name.lower() == other.name.lower() and not one.in_workspace)
