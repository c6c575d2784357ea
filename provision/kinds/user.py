"""Users: the developers who sign in to the portal and own subscriptions."""

from __future__ import annotations

from types import MappingProxyType

from provision.kinds.facts import AnyOrder, Default, LeftOut, Secret, Unsure, WriteOnly
from provision.kinds.kind import Kind, Names

_MAILS = LeftOut("it is about an e-mail to the user, and provision sends none", told=False)

USER = Kind(
    type="users",
    title="user",
    about="A user: who signs in to the developer portal and owns subscriptions.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/user/create-or-update",
    key="users",
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType(
        {
            "state": Default("active"),  # recorded
            "identities": (AnyOrder(), Unsure()),
            "password": (Secret(), WriteOnly("Azure never returns passwords", kept=True)),
            "confirmation": _MAILS,
            "appType": _MAILS,
        }
    ),
    returned=frozenset({"registrationDate", "groups"}),
    factory=frozenset({"1"}),  # the administrator, made of the instance's publisher
    undeletable=frozenset({"1"}),
    in_new_instances=frozenset({"users/1"}),
    # Their subscriptions are counted in the plan, and guarded there. Nobody is told by e-mail.
    delete_options=MappingProxyType({"delete_subscriptions": True, "notify": False}),
    has_subscribers=True,
)
