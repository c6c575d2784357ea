"""What a pricing tier lacks: 400 MethodNotAllowedInPricingTier.

Seen in the wild: `groups` [Azure/apiops#686] and `products/groups` in Consumption, `tenant` in Consumption
[hashicorp/terraform-provider-azurerm#10750], `workspaces` in Consumption, `portalsettings` in BasicV2, self-hosted
gateways elsewhere than in Developer and Premium. The rest follows from Microsoft's comparison of the tiers: no
developer portal and no directory in Consumption [?: that their resource types answer so]. Which other tiers refuse
workspaces has changed over time: none does here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.world.errors import ArmError
from provision.emulator.world.store import service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call

PORTAL = frozenset({"portalsettings", "portalrevisions", "portalconfigs", "contenttypes", "templates"})
GROUPS = frozenset({"groups", "users/groups", "products/groups", "products/grouplinks"})
CONSUMPTION = PORTAL | GROUPS | {"tenant", "identityproviders", "gateways", "workspaces"}
LACKS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "consumption": CONSUMPTION,
        "basic": frozenset({"gateways"}),
        "standard": frozenset({"gateways"}),
        "basicv2": frozenset({"gateways", "portalsettings"}),
        "standardv2": frozenset({"gateways"}),
        "premiumv2": frozenset({"gateways"}),
    }
)
LIMITED = frozenset().union(*LACKS.values())
WITHOUT_BACKUP = frozenset({"consumption", "basicv2", "standardv2", "premiumv2"})


def check(call: Call) -> None:
    """Refuse what the tier of the instance lacks."""
    names = call.path.split("/")[9::2]
    wanted = {names[0], "/".join(names[:2])} if names else set()
    if not wanted & LIMITED:
        return
    row = call.store.get(service_of(call.path))
    if row is None:
        return
    tier = str(row.body["sku"]["name"])
    if wanted & LACKS.get(tier.lower(), frozenset()):
        raise refused(tier)


def require_backups(service: Row) -> None:
    """Refuse backup and restore in the tiers that have none [documentation; ?: the code]."""
    tier = str(service.body["sku"]["name"])
    if tier.lower() in WITHOUT_BACKUP:
        raise refused(tier)


def refused(tier: str) -> ArmError:
    """Return the provider's 400."""
    code, message = "MethodNotAllowedInPricingTier", f"Method not allowed in {tier} pricing tier"
    return ArmError(400, code, message)
