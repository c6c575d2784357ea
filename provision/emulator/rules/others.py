"""Kinds without behaviour of their own, and where every kind may live."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.kind import Kind
from provision.emulator.rules.surface import verbs_of

if TYPE_CHECKING:
    from provision.emulator.world.draft import Draft

# (type, noun): what is required, allowed, hidden and read-only stands in shapes.txt, the methods in surface.txt.
PLAIN = (
    ("contentTypes", "ContentType"),
    ("contentTypes/contentItems", "ContentItem"),
    ("documentations", "Documentation"),
    ("policyRestrictions", "PolicyRestriction"),
    ("privateLinkResources", "PrivateLinkResource"),
    ("workspaceLinks", "WorkspaceLink"),
    ("workspaces", "Workspace"),
)

# "True by default if no value is provided", "False by default" [doc].
IN_PORTAL = MappingProxyType({"useInTestConsole": True, "useInApiDocumentation": False})


def fill_wiki(draft: Draft) -> None:
    """Refuse pages that there are not [?]."""
    for page in draft.props.get("documents") or ():
        name = str(page.get("documentationId"))
        if not draft.call.store.exists(draft.resolve(f"/documentations/{name}")[1]):
            draft.problem("documentationId", f"There is no documentation '{name}'.")


OTHER_KINDS = (
    *(Kind(kind, "Wiki", verbs=verbs_of(kind), fill=fill_wiki) for kind in ("apis/wikis", "products/wikis")),
    *(Kind(kind, noun, verbs=verbs_of(kind)) for kind, noun in PLAIN),
    Kind(
        "privateEndpointConnections",
        "PrivateEndpointConnection",
        verbs=verbs_of("privateEndpointConnections"),
        defaults={"provisioningState": "Succeeded"},
        etag=False,  # the specification has none for it
        created=200,  # the SDK takes 200 and 202 only
    ),
    Kind(
        "authorizationServers",
        "AuthorizationServer",
        verbs=verbs_of("authorizationServers"),
        defaults=IN_PORTAL,
    ),
    Kind(
        "openidConnectProviders",
        "OpenIdConnectProvider",
        verbs=verbs_of("openidConnectProviders"),
        defaults=IN_PORTAL,
    ),
    Kind(
        "schemas",
        "Schema",
        verbs=verbs_of("schemas"),
        unlisted=("document", "value"),
        later=lambda _: True,
    ),
)

# What may live in a workspace besides the instance.
IN_WORKSPACES = frozenset(
    {
        "apiVersionSets",
        "apis",
        "apis/diagnostics",
        "apis/operations",
        "apis/operations/policies",
        "apis/policies",
        "apis/releases",
        "apis/schemas",
        "backends",
        "certificates",
        "diagnostics",
        "groups",
        "groups/users",
        "loggers",
        "namedValues",
        "notifications",
        "notifications/recipientEmails",
        "notifications/recipientUsers",
        "policies",
        "policyFragments",
        "products",
        "products/apiLinks",
        "products/groupLinks",
        "products/policies",
        "schemas",
        "subscriptions",
        "tags",
        "tags/apiLinks",
        "tags/operationLinks",
        "tags/productLinks",
    }
)
