"""Access policies of authorizations: who may use their tokens."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import AnyOrder
from provision.kinds.kind import Kind

ACCESS_POLICY = Kind(
    type="authorizationProviders/authorizations/accessPolicies",
    title="access policy",
    about="Who may use the authorization's tokens: one identity of a directory.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/authorization-access-policy/create-or-update",
    key="accessPolicies",
    facts=MappingProxyType({"appIds": AnyOrder()}),
    traceless=True,
)
