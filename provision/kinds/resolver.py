"""Resolvers of a GraphQL API: where a field's value comes from."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Required, WriteOnly
from provision.kinds.kind import Kind, Names

RESOLVER = Kind(
    type="apis/resolvers",
    title="resolver",
    about="A resolver of a GraphQL API: where the value of a field comes from.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/graph-ql-api-resolver/create-or-update",
    key="resolvers",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    per_revision=True,
    facts=MappingProxyType(
        {
            "displayName": WriteOnly("Azure never shows a resolver's name"),  # recorded
            "path": Required(),
        }
    ),
    returned=frozenset({"publicId", "internalId"}),  # recorded
)
