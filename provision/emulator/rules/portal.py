"""The developer portal and what is sent from it.

Sources: [doc] documentation, [tfp] Terraform's azurerm provider and its acceptance tests, [?] inferred.
"""

from __future__ import annotations

import copy
import secrets
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from provision.emulator.rules.kind import Kind
from provision.emulator.rules.surface import verbs_of
from provision.emulator.world.store import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft, View
    from provision.emulator.world.store import Store
    from provision.emulator.world.wire import Call

# The names are the specification's; the words are ours.
TEMPLATES = (
    ("applicationApprovedNotificationMessage", "Application gallery submission approved"),
    ("accountClosedDeveloper", "Developer farewell letter"),
    ("quotaLimitApproachingDeveloperNotificationMessage", "Developer quota limit approaching"),
    ("newDeveloperNotificationMessage", "Developer welcome letter"),
    ("emailChangeIdentityDefault", "Email change notification"),
    ("inviteUserNotificationMessage", "Invite user"),
    ("newCommentNotificationMessage", "New comment added to an issue"),
    ("confirmSignUpIdentityDefault", "New developer account confirmation"),
    ("newIssueNotificationMessage", "New issue received"),
    ("purchaseDeveloperNotificationMessage", "New subscription activated"),
    ("passwordResetIdentityDefault", "Password change confirmation"),
    ("passwordResetByAdminNotificationMessage", "Password reset by an administrator"),
    ("rejectDeveloperNotificationMessage", "Subscription request declined"),
    ("requestDeveloperNotificationMessage", "Subscription request received"),
)
NOTIFICATIONS = (
    ("RequestPublisherNotificationMessage", "Subscription requests (requiring approval)"),
    ("PurchasePublisherNotificationMessage", "New subscriptions"),
    ("NewApplicationNotificationMessage", "Application gallery requests"),
    ("BCC", "BCC"),
    ("NewIssuePublisherNotificationMessage", "New issue or comment"),
    ("AccountClosedPublisher", "Close account message"),
    ("QuotaLimitApproachingPublisherNotificationMessage", "Approaching subscription quota limit"),
)
TEMPLATE_TYPE = "microsoft.apimanagement/service/templates"


def default_template(name: str) -> dict[str, Any]:
    """Return the properties of a template that nobody has changed."""
    title = next(title for known, title in TEMPLATES if known.lower() == name.lower())
    body = f"<!DOCTYPE html>\n<html><body><p>Dear $DevFirstName $DevLastName,</p><p>{title}.</p></body></html>"
    parameters = [
        {"name": name, "title": title} for name, title in (("DevFirstName", "First name"), ("DevLastName", "Last name"))
    ]
    texts = {"subject": title, "title": title, "description": f"Sent for: {title}.", "body": body}
    return {**texts, "isDefault": True, "parameters": parameters}


def fill_template(draft: Draft) -> None:
    """Complete a template: what is not sent stays as it is [doc: every property of the request is optional]."""
    before = draft.before or default_template(draft.name)
    draft.props.update({key: value for key, value in before.items() if draft.props.get(key) is None})
    draft.props["isDefault"] = False


def reset_template(call: Call, row: Row) -> None:
    """Put the default back: deleting a template resets it [doc]."""
    call.store.put(Row(row.path, row.id, TEMPLATE_TYPE, body={"properties": default_template(row.name)}))


def fill_notification(draft: Draft) -> None:
    """Give a notification its title; whom it goes to stands below it."""
    title = next(title for name, title in NOTIFICATIONS if name.lower() == draft.name.lower())
    draft.props.update({"title": title, "description": title})


def show_notification(view: View) -> None:
    """Name the recipients [doc]."""
    store, path = view.call.store, view.row.path
    emails = [row.name for row in store.page(f"{path}/recipientemails")]
    users = [row.props["userId"] for row in store.page(f"{path}/recipientusers")]
    view.props["recipients"] = {"emails": emails, "users": users}


def fill_recipient_email(draft: Draft) -> None:
    """Complete a recipient, who is named in the path only."""
    draft.props.clear()
    draft.props["email"] = draft.name
    if "@" not in draft.name:
        draft.problem("email", f"'{draft.name}' is not an e-mail address.")


def fill_recipient_user(draft: Draft) -> None:
    """Complete a recipient, who must be a user of the instance."""
    full, path = draft.resolve(f"/users/{draft.name}")
    row = draft.call.store.get(path)
    draft.props.clear()
    draft.props["userId"] = row.id if row else full
    draft.target = path
    if row is None:
        draft.problem("uid", f"There is no '{draft.name}' in 'users'.")


def fill_access(draft: Draft) -> None:
    """Complete the access to the direct management API or the Git repository: its keys are made by the service."""
    props, before = draft.props, draft.before
    props["id"] = draft.name
    props["principalId"] = props.get("principalId") or before.get("principalId")
    props["enabled"] = bool(props.get("enabled"))
    for name in ("primaryKey", "secondaryKey"):
        props[name] = props.get(name) or before.get(name) or secrets.token_hex(32)


def fill_revision(draft: Draft) -> None:
    """Publish a portal revision at once; the one that is current takes the place of the other [doc]."""
    stamp = draft.call.world.clock.stamp()
    before = draft.before
    draft.props["createdDateTime"] = before.get("createdDateTime") or stamp
    draft.props["updatedDateTime"] = stamp if draft.old is None or _changed(draft) else before["updatedDateTime"]
    draft.props["status"] = "completed"
    draft.props["statusDetails"] = None
    draft.props["isCurrent"] = bool(draft.props.get("isCurrent"))


def _changed(draft: Draft) -> bool:
    return any(draft.before.get(key) != value for key, value in draft.props.items() if key != "updatedDateTime")


def revision_written(draft: Draft, row: Row) -> None:
    """Leave one revision current."""
    if row.props["isCurrent"]:
        for other in draft.call.store.page(row.path.rpartition("/")[0]):
            if other.path != row.path and other.props.get("isCurrent"):
                draft.call.store.put(_with(other, isCurrent=False))


def _with(row: Row, **props: Any) -> Row:
    body = {**row.body, "properties": {**row.props, **props}}
    return Row(row.path, row.id, row.type, row.etag, body, row.private, row.target)


def fill_setting(draft: Draft) -> None:
    """Forget where a delegation that is off in both its parts went to, and its key [tfp]."""
    switches = (draft.props.get(part) for part in ("subscriptions", "userRegistration"))
    if draft.name.lower() == "delegation" and not any((switch or {}).get("enabled") for switch in switches):
        draft.props["url"] = None
        draft.props.pop("validationKey", None)


def fill_issue(draft: Draft) -> None:
    """Complete an issue of an API [doc]."""
    draft.props["apiId"] = draft.id.rsplit("/", 2)[0]
    draft.props.setdefault("state", "proposed")
    fill_created(draft)


def fill_created(draft: Draft) -> None:
    """Date a comment or issue that says nothing of when it was made."""
    stamp = draft.before.get("createdDate") or draft.call.world.clock.stamp()
    draft.props["createdDate"] = draft.props.get("createdDate") or stamp


def fill_tag_description(draft: Draft) -> None:
    """Take the name from the tag that is described, if the description is named after it [?]."""
    row = draft.call.store.get(f"{draft.scope}/tags/{draft.name}".lower())
    if row is not None:
        draft.props.update({"tagId": row.id, "displayName": row.props.get("displayName")})


def fill_identity_provider(draft: Draft) -> None:
    """Complete an identity provider, whose name is its type [doc]."""
    draft.props["type"] = draft.props.get("type") or draft.name


# Of a new instance [?]: the members are those of the REST examples, and everything is off but passwords.
PORTAL_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "enableBasicAuth": True,
        "signin": {"require": False},
        "signup": {"termsOfService": {"requireConsent": False, "text": None}},
        "delegation": {"delegateRegistration": False, "delegateSubscription": False, "delegationUrl": None},
        "cors": {"allowedOrigins": []},
        "csp": {"mode": "disabled", "reportUri": [], "allowedSources": []},
    }
)


def put_factory(store: Store, service_id: str) -> None:
    """Store what every new instance has of this."""
    rows: dict[str, dict[str, Any]] = {f"templates/{name}": default_template(name) for name, _ in TEMPLATES}
    rows["portalconfigs/default"] = copy.deepcopy(dict(PORTAL_CONFIG))
    rows["settings/public"] = {"settings": {}}
    link = {"requiredMembers": ["Gateway"], "requiredZoneNames": ["privateLink.azure-api.net"]}  # [doc]
    rows["privateLinkResources/Gateway"] = {"groupId": "Gateway", **link}
    for rest, props in rows.items():
        arm_id = f"{service_id}/{rest}"
        kind = f"microsoft.apimanagement/service/{rest.partition('/')[0]}".lower()
        store.put(Row(arm_id.lower(), arm_id, kind, body={"properties": props}))


def _names(table: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name, _ in table)


def _kind(resource_type: str, noun: str, **more: Any) -> Kind:
    return Kind(resource_type, noun, verbs=verbs_of(resource_type), **more)


PORTAL_KINDS = (
    _kind("templates", "EmailTemplate", names=_names(TEMPLATES), fill=fill_template, deleted=reset_template),
    _kind(
        "notifications",
        "Notification",
        names=_names(NOTIFICATIONS),
        fill=fill_notification,
        show=show_notification,
        created=200,
    ),
    _kind("notifications/recipientEmails", "RecipientEmail", fill=fill_recipient_email, etag=False),
    _kind("notifications/recipientUsers", "RecipientUser", fill=fill_recipient_user, etag=False),
    _kind("tenant", "AccessInformation", names=("access", "gitaccess"), fill=fill_access),
    _kind(
        "portalRevisions",
        "PortalRevision",
        fill=fill_revision,
        written=revision_written,
        later=lambda _: True,
        replaced=201,
        patched=202,
    ),
    _kind("portalconfigs", "PortalConfig", created=200),
    _kind(
        "portalsettings",
        "PortalSetting",
        names=("delegation", "signin", "signup"),
        hidden=("validationKey",),
        fill=fill_setting,
        created=200,
        patched=204,
    ),
    _kind("settings", "Setting"),
    _kind("apis/issues", "Issue", fill=fill_issue),
    _kind("apis/issues/comments", "IssueComment", fill=fill_created),
    _kind("apis/issues/attachments", "IssueAttachment"),
    _kind("apis/tagDescriptions", "TagDescription", fill=fill_tag_description),
    _kind("identityProviders", "IdentityProvider", fill=fill_identity_provider),
)
