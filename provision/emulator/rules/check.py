"""Validation and defaults that every kind shares."""

from __future__ import annotations

import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.rules.kind import Draft, Kind

FORBIDDEN_IN_NAMES = frozenset("*#&+:<>?/")  # the specification's pattern for ids
LONGEST_NAME = 256

# JSON types of properties that rules look into; a wrong one is the client's error, whatever the kind.
TYPES: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {
        "displayName": str,
        "description": str,
        "path": str,
        "serviceUrl": str,
        "protocols": list,
        "apiVersion": str,
        "apiVersionSetId": str,
        "sourceApiId": str,
        "apiId": str,
        "scope": str,
        "ownerId": str,
        "method": str,
        "urlTemplate": str,
        "templateParameters": list,
        "responses": list,
        "request": dict,
        "authenticationSettings": dict,
        "subscriptionKeyParameterNames": dict,
        "subscriptionRequired": bool,
        "approvalRequired": bool,
        "subscriptionsLimit": int,
        "state": str,
        "secret": bool,
        "tags": list,
        "keyVault": dict,
        "credentials": dict,
        "oauth2": dict,
        "format": str,
        "email": str,
        "firstName": str,
        "lastName": str,
        "versioningScheme": str,
        "loggerType": str,
        "protocol": str,
        "url": str,
        "sampling": dict,
        "pool": dict,
        "document": dict,
    }
)
WORDS: Mapping[type | tuple[type, ...], str] = MappingProxyType(
    {
        str: "a string",
        list: "an array",
        dict: "an object",
        bool: "a boolean",
        int: "an integer",
    }
)


def check(kind: Kind, draft: Draft) -> None:
    """Validate and complete a draft; raises the provider's 400 with everything that is wrong."""
    _name(kind, draft)
    _types(draft.props, draft)
    _values(kind, draft)
    if draft.problems:
        raise invalid(draft.problems)
    for key, value in kind.defaults.items():
        if draft.props.get(key) is None:
            draft.props[key] = copy.deepcopy(value)
    if kind.claims:
        value = str(draft.props.get(kind.claims, "")).lower()
        collection = draft.path.rpartition("/")[0]
        draft.claim(kind.claims, f"{collection}#{value}", f"'{value}' is already in use.")
    if kind.link:
        _link(kind.link, draft)
    if kind.fill:
        kind.fill(draft)
    if draft.problems:
        raise invalid(draft.problems)


def _name(kind: Kind, draft: Draft) -> None:
    name = draft.name
    if len(name) > LONGEST_NAME or not FORBIDDEN_IN_NAMES.isdisjoint(name):
        draft.problem("id", f"The name '{name}' is too long or contains one of *#&+:<>?/.")
    if kind.names and name.lower() not in kind.names:
        draft.problem("id", f"The name must be one of: {', '.join(kind.names)}.")


def _types(props: dict[str, Any], draft: Draft) -> None:
    for key, value in props.items():
        wanted = TYPES.get(key)
        if wanted is None or value is None:
            continue
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            draft.problem(key, f"The value must be {WORDS[wanted]}.")


def _values(kind: Kind, draft: Draft) -> None:
    props = draft.props
    for key in kind.required:
        if props.get(key) in (None, ""):
            draft.problem(key, f"'{key}' must not be empty.")
    for key, longest in kind.longest.items():
        if isinstance(props.get(key), str) and len(props[key]) > longest:
            draft.problem(key, f"'{key}' must not be longer than {longest} characters.")
    for key, allowed in kind.choices.items():
        value = props.get(key)
        for one in value if isinstance(value, list) else [value]:
            if one is not None and str(one).lower() not in {a.lower() for a in allowed}:
                draft.problem(key, f"'{one}' is none of: {', '.join(allowed)}.")


def _link(link: tuple[str, str], draft: Draft) -> None:
    collection, key = link
    name = draft.name.partition(";rev=")[0]
    path = f"{draft.scope}/{collection}/{name}".lower()
    draft.props = {}
    draft.target = path
    if not draft.call.store.exists(path):
        # Recorded for APIs (target "aid"); inferred for the other links.
        draft.problem(key, f"There is no '{name}' in '{collection}'.")
