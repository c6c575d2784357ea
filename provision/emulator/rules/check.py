"""Validation and defaults that every kind shares."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from provision.emulator.rules.shapes import shape_of
from provision.emulator.rules.validate import drop_read_only, keep_read_only, name_problems, problems
from provision.emulator.world.errors import invalid

if TYPE_CHECKING:
    from provision.emulator.rules.kind import Kind
    from provision.emulator.rules.shapes import Shape
    from provision.emulator.world.draft import Draft


def check(kind: Kind, draft: Draft) -> None:
    """Validate and complete a draft; raises the provider's 400 with everything that is wrong."""
    shape = shape_of(kind.type, draft.name)
    if not kind.link:
        drop_read_only(shape, draft.props)
        _values(kind, shape, draft)
    _name(kind, shape, draft)
    if draft.problems:
        raise invalid(draft.problems)
    for key, value in kind.defaults.items():
        if draft.props.get(key) is None:
            draft.props[key] = copy.deepcopy(value)
    if kind.claims:
        value = str(draft.props.get(kind.claims, "")).lower()
        collection = draft.path.rpartition("/")[0]
        target, message = kind.claimed or (kind.claims, f"'{value}' is already in use.")
        draft.claim(target, f"{collection}#{value}", message)
    if kind.link:
        _link(kind.link, draft)
    if kind.fill:
        kind.fill(draft)
    keep_read_only(shape, draft.props, draft.before)
    if draft.problems:
        raise invalid(draft.problems)


def _name(kind: Kind, shape: Shape, draft: Draft) -> None:
    name = draft.name
    if kind.names and name.lower() not in kind.names:
        draft.problem("id", f"The name must be one of: {', '.join(kind.names)}.")
    draft.problems.extend(name_problems(shape, name))


def _values(kind: Kind, shape: Shape, draft: Draft) -> None:
    props = draft.props
    found = dict.fromkeys(
        p for p in problems(shape, props) if p[0] not in kind.optional or props.get(p[0]) not in (None, "")
    )
    draft.problems.extend(found)
    for key in kind.required:
        if props.get(key) in (None, "") and key not in {target for target, _ in found}:
            draft.problem(key, f"'{key}' must not be empty.")
    for key, allowed in kind.choices.items():
        value = props.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one.lower() not in {a.lower() for a in allowed}:
                draft.problem(key, f"'{one}' is none of: {', '.join(allowed)}.")


def _link(link: tuple[str, str], draft: Draft) -> None:
    collection, key = link
    name = draft.name.partition(";rev=")[0]
    # Users belong to the instance, in workspaces too.
    path = f"{draft.service if collection == 'users' else draft.scope}/{collection}/{name}".lower()
    draft.props = {}
    draft.target = path
    if not draft.call.store.exists(path):
        # Recorded for APIs (target "aid"); inferred for the other links.
        draft.problem(key, f"There is no '{name}' in '{collection}'.")
