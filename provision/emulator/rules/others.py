"""Kinds that are stored as they come, and where every kind may live."""

from __future__ import annotations

from provision.emulator.rules.kind import Kind

SINGLE = frozenset({"GET", "HEAD", "PUT", "PATCH"})
LIST_ONLY = frozenset({"GET", "LIST"})
MEMBER = frozenset({"HEAD", "PUT", "DELETE", "LIST"})
ALL = Kind("", "").verbs

# (type, noun, verbs, required, hidden): what hides on GET comes from the specification's secret markers.
PLAIN: tuple[tuple[str, str, frozenset[str], tuple[str, ...], tuple[str, ...]], ...] = (
    ("apis/issues", "Issue", ALL, ("title", "description", "userId"), ()),
    ("apis/issues/attachments", "IssueAttachment", ALL, ("title", "contentFormat", "content"), ()),
    ("apis/issues/comments", "IssueComment", ALL, ("text", "userId"), ()),
    ("apis/tagDescriptions", "TagDescription", ALL, (), ()),
    ("apis/wikis", "Wiki", ALL, (), ()),
    ("products/wikis", "Wiki", ALL, (), ()),
    ("authorizationServers", "AuthorizationServer", ALL, ("displayName",), ("clientSecret", "resourceOwnerPassword")),
    ("caches", "Cache", ALL, ("connectionString", "useFromLocation"), ()),
    ("contentTypes", "ContentType", ALL, (), ()),
    ("contentTypes/contentItems", "ContentItem", ALL, (), ()),
    ("documentations", "Documentation", ALL, (), ()),
    ("gateways", "Gateway", ALL, (), ()),
    ("gateways/certificateAuthorities", "GatewayCertificateAuthority", ALL, (), ()),
    ("gateways/hostnameConfigurations", "GatewayHostnameConfiguration", ALL, (), ()),
    ("identityProviders", "IdentityProvider", ALL, ("clientId", "clientSecret"), ("clientSecret",)),
    ("issues", "Issue", LIST_ONLY, (), ()),
    ("notifications", "Notification", frozenset({"GET", "PUT", "LIST"}), (), ()),
    ("notifications/recipientEmails", "RecipientEmail", MEMBER, (), ()),
    ("notifications/recipientUsers", "RecipientUser", MEMBER, (), ()),
    ("openidConnectProviders", "OpenIdConnectProvider", ALL, ("displayName", "clientId"), ("clientSecret",)),
    ("policyRestrictions", "PolicyRestriction", ALL, (), ()),
    ("portalRevisions", "PortalRevision", ALL, (), ()),
    ("portalconfigs", "PortalConfig", frozenset({"GET", "HEAD", "PUT", "PATCH", "LIST"}), (), ()),
    ("portalsettings", "PortalSetting", frozenset({"GET", "HEAD", "PUT", "PATCH", "LIST"}), (), ("validationKey",)),
    ("privateEndpointConnections", "PrivateEndpointConnection", frozenset({"GET", "PUT", "DELETE", "LIST"}), (), ()),
    ("privateLinkResources", "PrivateLinkResource", LIST_ONLY, (), ()),
    ("products/apiLinks", "ProductApiLink", frozenset({"GET", "PUT", "DELETE", "LIST"}), ("apiId",), ()),
    ("products/groupLinks", "ProductGroupLink", frozenset({"GET", "PUT", "DELETE", "LIST"}), ("groupId",), ()),
    ("settings", "Setting", LIST_ONLY, (), ()),
    ("tags/apiLinks", "TagApiLink", frozenset({"GET", "PUT", "DELETE", "LIST"}), ("apiId",), ()),
    ("tags/operationLinks", "TagOperationLink", frozenset({"GET", "PUT", "DELETE", "LIST"}), ("operationId",), ()),
    ("tags/productLinks", "TagProductLink", frozenset({"GET", "PUT", "DELETE", "LIST"}), ("productId",), ()),
    ("templates", "EmailTemplate", ALL, (), ()),
    (
        "tenant",
        "AccessInformation",
        frozenset({"GET", "HEAD", "PUT", "PATCH", "LIST"}),
        (),
        ("primaryKey", "secondaryKey"),
    ),
    ("workspaceLinks", "WorkspaceLink", LIST_ONLY, (), ()),
    ("workspaces", "Workspace", ALL, ("displayName",), ()),
)

OTHER_KINDS = (
    *(Kind(kind, noun, verbs=verbs, required=required, hidden=hidden) for kind, noun, verbs, required, hidden in PLAIN),
    Kind("schemas", "Schema", required=("schemaType",), unlisted=("document", "value"), later=lambda _: True),
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
