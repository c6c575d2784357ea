"""Notifications of what happens in the developer portal, and whom they go to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from provision.kinds.kind import EVERYWHERE, Kind, Names, Shape

_NAMES: Final = (
    "RequestPublisherNotificationMessage",
    "PurchasePublisherNotificationMessage",
    "NewApplicationNotificationMessage",
    "BCC",
    "NewIssuePublisherNotificationMessage",
    "AccountClosedPublisher",
    "QuotaLimitApproachingPublisherNotificationMessage",
)
_ALWAYS: Final = frozenset(name.lower() for name in _NAMES)
_RECIPIENTS: Final = "https://learn.microsoft.com/rest/api/apimanagement/notification-recipient-"

NOTIFICATION = Kind(
    type="notifications",
    title="notification",
    about="A notification to the instance's owners: it is always there, and a spec says whom it goes to.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/notification/create-or-update",
    key="notifications",
    where=EVERYWHERE,
    names=Names(words=_NAMES),
    returned=frozenset({"title", "description", "recipients"}),
    always_there=True,
    factory=_ALWAYS,
    undeletable=_ALWAYS,
    in_new_instances=frozenset(f"notifications/{name}" for name in _NAMES),
    made=MappingProxyType({f"notifications/{name}": MappingProxyType({}) for name in _NAMES}),
)
RECIPIENT_EMAIL = Kind(
    type="notifications/recipientEmails",
    title="e-mail address of a notification",
    about="The e-mail addresses that the notification goes to.",
    authority=f"{_RECIPIENTS}email/create-or-update",
    key="recipientEmails",
    shape=Shape.LINKS,
    where=EVERYWHERE,
    names=Names(r"^[A-Za-z0-9!#$&'*+=^_{|}~.-]+@[A-Za-z0-9.-]+$"),
)
RECIPIENT_USER = Kind(
    type="notifications/recipientUsers",
    title="user of a notification",
    about="The users that the notification goes to.",
    authority=f"{_RECIPIENTS}user/create-or-update",
    key="recipientUsers",
    shape=Shape.LINKS,
    where=EVERYWHERE,
    leads_to="users",
)
