"""Schemas of an API: what its operations' bodies and parameters are made of."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.kinds.facts import Required
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.resource import Resource

_FORMS = ("value", "definitions", "components")


def _check(properties: Properties) -> Iterator[Finding]:
    document = properties.get("document")
    if isinstance(document, dict) and not any(document.get(form) for form in _FORMS):
        why = "a schema is a text, or the types of an OpenAPI document"
        yield Finding(("document",), "document is empty", why, f"write one of {', '.join(_FORMS)}")


def _of_an_import(schema: Resource) -> bool:
    """An import names its schemas by 24 hexadecimal digits. [?] So they are in exported templates."""
    return re.fullmatch(r"[0-9a-f]{24}", schema.address.name) is not None


SCHEMA = Kind(
    type="apis/schemas",
    title="schema",
    about="A schema: what operations' bodies and parameters are made of, or what a GraphQL API is.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-schema/create-or-update",
    key="schemas",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    per_revision=True,
    facts=MappingProxyType({"contentType": Required(), "document": Required()}),
    list_omits=frozenset({"document"}),  # recorded
    made_by_azure=_of_an_import,
    check=_check,
)
