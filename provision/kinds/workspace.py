"""Workspaces: an instance's rooms for single teams, each with resources of its own."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Required
from provision.kinds.kind import Kind, Names

WORKSPACE = Kind(
    type="workspaces",
    title="workspace",
    about="A workspace: a team's own APIs, products and what they need. Short names in it mean what is in it.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/workspace/create-or-update",
    key="workspaces",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"displayName": Required()}),
)
