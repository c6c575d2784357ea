"""Schemas of the instance or a workspace, which policies validate against."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.kinds.facts import Required
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTENT = MappingProxyType({"json": "document", "xml": "value"})


def _check(properties: Properties) -> Iterator[Finding]:
    """Its content stands in the property that its type has for it."""
    kind = str(properties.get("schemaType"))
    wanted, why = _CONTENT.get(kind), f"a schema of type {kind} has its content in "
    if wanted and properties.get(wanted) is None:
        yield Finding((), f"{wanted} is missing", f"{why}{wanted}", f"add {wanted}: ...", ("schemaType", wanted))
    for other in _CONTENT.values() if wanted else ():
        if other != wanted and properties.get(other) is not None:
            yield Finding((other,), f"{other} has no effect", f"{why}{wanted}", f"write {wanted}", ("schemaType",))


GLOBAL_SCHEMA = Kind(
    type="schemas",
    title="schema",
    about="A schema, JSON (document) or XML (value), for policies that validate content.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/global-schema/create-or-update",
    key="schemas",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"schemaType": Required()}),
    list_omits=frozenset({"document", "value"}),  # recorded of APIs' schemas; Azure/apiops-cli has it of both
    check=_check,
)
