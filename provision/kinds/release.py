"""Releases of an API: each makes a revision the current one, and says why."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import LeftOut
from provision.kinds.kind import EVERYWHERE, Closing, Kind, Names
from provision.kinds.table import Property

RELEASE = Kind(
    type="apis/releases",
    title="release",
    about="A release: it makes a revision the current one. The last of an API's releases counts.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/api-release/create-or-update",
    key="releases",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType({"apiId": LeftOut("it follows from the revision", told=False)}),
    own=(Property("revision", "string", required=True, shortest=1, longest=100, about="the revision to make current"),),
    list_omits=frozenset({"apiId"}),
    closing=Closing("revision", "apiId"),
)
