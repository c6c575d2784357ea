"""Self-hosted gateways and what belongs to them.

Sources: [ex] Microsoft's REST examples, [tfp] Terraform's azurerm provider, [?] inferred.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind
from provision.emulator.rules.surface import verbs_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft


def fill_hostname(draft: Draft) -> None:
    """Complete a host name: its certificate is one of the instance's [?: that others are refused], by its id [ex]."""
    reference = str(draft.props.get("certificateId") or "")
    _, path = draft.resolve(reference)
    row = draft.call.store.get(path)
    if row is None or not row.type.endswith("/certificates"):
        draft.problem("certificateId", f"There is no certificate '{reference}'.")
    else:
        draft.props["certificateId"] = row.id
        draft.target = path


def fill_authority(draft: Draft) -> None:
    """Complete a certificate authority, which is named by the certificate that it is [tfp, ?: the refusal]."""
    _, path = draft.resolve(f"/certificates/{draft.name}")
    draft.target = path
    if not draft.call.store.exists(path):
        draft.problem("certificateId", f"There is no certificate '{draft.name}'.")


# What azurerm sends where its user says nothing; that the service fills in the same is inferred [?].
SILENT: Mapping[str, bool] = MappingProxyType(
    {"negotiateClientCertificate": False, "tls10Enabled": False, "tls11Enabled": False, "http2Enabled": True}
)

GATEWAY_KINDS = (
    Kind("gateways", "Gateway", verbs=verbs_of("gateways"), defaults={"description": None}),
    Kind(
        "gateways/certificateAuthorities",
        "GatewayCertificateAuthority",
        verbs=verbs_of("gateways/certificateAuthorities"),
        defaults={"isTrusted": False},
        fill=fill_authority,
    ),
    Kind(
        "gateways/hostnameConfigurations",
        "GatewayHostnameConfiguration",
        verbs=verbs_of("gateways/hostnameConfigurations"),
        defaults=SILENT,
        fill=fill_hostname,
    ),
)
