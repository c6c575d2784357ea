"""The behaviour of every resource type below an instance: one declarative table."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.apis import API_KINDS
from provision.emulator.rules.gateways import GATEWAY_KINDS
from provision.emulator.rules.links import LINK_KINDS
from provision.emulator.rules.others import IN_WORKSPACES, OTHER_KINDS
from provision.emulator.rules.parts import PART_KINDS
from provision.emulator.rules.policies import POLICY_KINDS
from provision.emulator.rules.portal import PORTAL_KINDS
from provision.emulator.rules.products import PRODUCT_KINDS
from provision.emulator.rules.revisions import REVISION_KINDS
from provision.emulator.rules.shapes import shape_of
from provision.emulator.rules.values import VALUE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.rules.kind import Kind


def _complete(kind: Kind) -> Kind:
    """Hide what the specification marks as secret."""
    secrets = () if kind.link else tuple(p for p in shape_of(kind.type).hidden() if p not in kind.shown)
    return replace(kind, hidden=tuple(dict.fromkeys((*kind.hidden, *secrets))))


_TABLES = (
    *API_KINDS,
    *PART_KINDS,
    *REVISION_KINDS,
    *POLICY_KINDS,
    *PRODUCT_KINDS,
    *VALUE_KINDS,
    *OTHER_KINDS,
    *GATEWAY_KINDS,
    *LINK_KINDS,
    *PORTAL_KINDS,
)
_AT_SERVICE = tuple(_complete(kind) for kind in _TABLES)
# In a workspace nothing is deleted by an operation that goes on [sdk].
_IN_WORKSPACE = tuple(
    replace(k, type=f"workspaces/{k.type}", lro_delete=False) for k in _AT_SERVICE if k.type in IN_WORKSPACES
)

ALL_KINDS: tuple[Kind, ...] = (*_AT_SERVICE, *_IN_WORKSPACE)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.type.lower(): kind for kind in ALL_KINDS})
