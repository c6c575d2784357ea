"""Templates of the e-mails that the developer portal sends."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import Limits, Whole
from provision.kinds.kind import Kind, Names

if TYPE_CHECKING:
    from provision.resource import Resource

_NAMES: Final = (
    "applicationApprovedNotificationMessage",
    "accountClosedDeveloper",
    "quotaLimitApproachingDeveloperNotificationMessage",
    "newDeveloperNotificationMessage",
    "emailChangeIdentityDefault",
    "inviteUserNotificationMessage",
    "newCommentNotificationMessage",
    "confirmSignUpIdentityDefault",
    "newIssueNotificationMessage",
    "purchaseDeveloperNotificationMessage",
    "passwordResetIdentityDefault",
    "passwordResetByAdminNotificationMessage",
    "rejectDeveloperNotificationMessage",
    "requestDeveloperNotificationMessage",
)


def _is_default(template: Resource) -> bool:
    return template.body.get("isDefault") is True


TEMPLATE = Kind(
    type="templates",
    title="e-mail template",
    about="The template of an e-mail. What is omitted stays as it is; deleting it brings the service's own back.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/email-template/create-or-update",
    key="templates",
    names=Names(words=_NAMES),
    facts=MappingProxyType(
        {
            "parameters": Whole(),
            # The specification has the pattern of names there, which its own examples don't fit.
            "parameters[].description": Limits(pattern="", longest=4096),
        }
    ),
    returned=frozenset({"isDefault"}),
    # The texts of the service's own templates are no fact of this kind.
    partial=True,
    patched=True,
    always_there=True,
    made_by_azure=_is_default,
    comes_along=True,
    in_new_instances=frozenset(f"templates/{name}" for name in _NAMES),
)
