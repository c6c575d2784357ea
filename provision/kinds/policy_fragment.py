"""Policy fragments: parts of policies that several include."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import Document, LeftOut, Required
from provision.kinds.kind import EVERYWHERE, Kind, Names, Properties


def _to_wire(properties: Properties) -> Properties:
    return {**properties, "format": "rawxml"}


POLICY_FRAGMENT = Kind(
    type="policyFragments",
    title="policy fragment",
    about="A fragment that policies include: a file, seen from this one, or the XML itself.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/policy-fragment/create-or-update",
    key="policyFragments",
    where=EVERYWHERE,
    names=Names(r"^\w(?:[\w\-]*\w)?$", 80),
    facts=MappingProxyType(
        {
            "value": (Document("fragment"), Required()),
            "format": LeftOut("rawxml is what the portal's editor shows", told=False),
        }
    ),
    returned=frozenset({"ProvisioningState"}),  # recorded with a capital
    read_options=MappingProxyType({"format": "rawxml"}),
    to_wire=_to_wire,
)
