"""Policy restrictions: what policies in a scope must keep to."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Default
from provision.kinds.kind import Kind, Names

POLICY_RESTRICTION = Kind(
    type="policyRestrictions",
    title="policy restriction",
    about='What policies in a scope must keep to; `requireBase` is a text: "true" or "false".',
    authority="https://learn.microsoft.com/rest/api/apimanagement/policy-restriction/create-or-update",
    key="policyRestrictions",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"requireBase": Default("false")}),  # by its description
)
