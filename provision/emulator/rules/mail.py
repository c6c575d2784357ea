"""Who would be mailed: nobody is, but the log says whom the service would have written to, and what about.

Mail goes out where a request asks for it with `notify=true` [doc: the parameter of subscriptions and users], and for a
password that an administrator resets. Developers are told by a template, publishers by a notification, whose
recipients are addresses and users of the instance; those of BCC get a copy of what developers get [doc: configure
notifications and templates]. [?] A notification without recipients goes to the publisher, whose address is "used for
notifications" in the guide; and states that no template is for are told to nobody.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.emulator.rules.portal import NOTIFICATIONS, TEMPLATES
from provision.emulator.world.store import service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.draft import Draft
    from provision.emulator.world.store import Row
    from provision.emulator.world.wire import Call

TITLES: Mapping[str, str] = MappingProxyType({**dict(TEMPLATES), **dict(NOTIFICATIONS)})
# By the state of a subscription: the template for its owner, and the notification for publishers of a new one.
BY_STATE: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "active": ("purchaseDeveloperNotificationMessage", "PurchasePublisherNotificationMessage"),
        "submitted": ("requestDeveloperNotificationMessage", "RequestPublisherNotificationMessage"),
        "rejected": ("rejectDeveloperNotificationMessage", None),
    }
)
BY_CONFIRMATION: Mapping[str, str] = MappingProxyType(
    {"invite": "inviteUserNotificationMessage", "signup": "confirmSignUpIdentityDefault"}
)


def subscription_mail(draft: Draft, row: Row) -> None:
    """Tell owner and publishers of a subscription that is new or has come to another state."""
    state = str(row.props.get("state"))
    if not _asked(draft.call) or draft.before.get("state") == state or state not in BY_STATE:
        return
    template, notification = BY_STATE[state]
    owner = draft.call.store.get(str(row.props.get("ownerId") or "").lower())
    if owner is not None:
        _to_developer(draft.call, template, owner, row)
    if notification and draft.old is None:
        _to_publishers(draft.call, notification, row)


def user_mail(draft: Draft, row: Row) -> None:
    """Welcome a new user, or ask for a confirmation."""
    if draft.old is None and _asked(draft.call):
        template = BY_CONFIRMATION.get(str(draft.notes.get("confirmation")), "newDeveloperNotificationMessage")
        _to_developer(draft.call, template, row, row)


def farewell_mail(call: Call, row: Row) -> None:
    """Tell a user whose account is deleted, and the publishers."""
    if _asked(call):
        _to_developer(call, "accountClosedDeveloper", row, row)
        _to_publishers(call, "AccountClosedPublisher", row)


def password_mail(call: Call, row: Row) -> None:
    """Tell a user whose password is reset."""
    _to_developer(call, "passwordResetByAdminNotificationMessage", row, row)


def _asked(call: Call) -> bool:
    return call.request.query.get("notify", "").lower() == "true"


def _to_developer(call: Call, template: str, user: Row, about: Row) -> None:
    copies = _recipients(call, "BCC", about)
    _say(call, template, [str(user.props.get("email"))], about, copies)


def _to_publishers(call: Call, notification: str, about: Row) -> None:
    service = call.store.get(service_of(about.path))
    publisher = [str(service.props.get("publisherEmail"))] if service else []
    _say(call, notification, _recipients(call, notification, about) or publisher, about, [])


def _recipients(call: Call, notification: str, about: Row) -> list[str]:
    path = f"{service_of(about.path)}/notifications/{notification}".lower()
    emails = [row.name for row in call.store.page(f"{path}/recipientemails")]
    users = [call.store.get(row.target or "") for row in call.store.page(f"{path}/recipientusers")]
    return emails + [str(user.props.get("email")) for user in users if user]


def _say(call: Call, kind: str, people: list[str], about: Row, copies: list[str]) -> None:
    copied = f", copies to {', '.join(copies)}" if copies else ""
    subject = "/".join(about.id.split("/")[-2:])
    call.world.tell(f"{call.world.clock.stamp()} mail to {', '.join(people)}{copied}: {TITLES[kind]} ({subject})")
