"""Named values: texts that policies, backends and loggers use as `{{name}}`."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from provision.kinds.facts import AnyOrder, Default, Named, Optional, Secret, WriteOnly
from provision.kinds.kind import EVERYWHERE, Claim, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provision.resource import Resource

_DISPLAY_NAME: Final = re.compile(r"[A-Za-z0-9\-._]{1,256}")


def _is_secret(siblings: Mapping[str, Any]) -> bool:
    """Whether the value is hidden: where it comes from a vault it always is."""
    return siblings.get("secret") is True or bool(siblings.get("keyVault"))


def _from_vault(siblings: Mapping[str, Any]) -> bool:
    return bool(siblings.get("keyVault"))


def _check(properties: Properties) -> Iterator[Finding]:
    name, vault = str(properties.get("displayName")), properties.get("keyVault")
    if not _DISPLAY_NAME.fullmatch(name):
        why = "policies write it as {{displayName}}: letters, digits, '-', '.' and '_' only"
        yield Finding(("displayName",), f"displayName can't be '{name}'", why, "give it a displayName")
    if vault and properties.get("secret") is False:
        why = "what comes from a key vault is secret"
        yield Finding(("secret",), "secret can't be false", why, "remove it", ("keyVault",))
    if vault and properties.get("value") is not None:
        why = "with keyVault it comes from there"
        yield Finding(("value",), "value has no effect", why, "remove one of the two", ("keyVault",))
    if not vault and not properties.get("value"):
        why = "a named value has one, or a key vault that it comes from"
        yield Finding((), "value is missing", why, "add value: ..., or keyVault", ("value", "keyVault"))


def _claims(properties: Properties) -> Iterator[Claim]:
    yield Claim("displayName", (str(properties.get("displayName")).lower(),), ("displayName",))


def _of_a_logger(one: Resource) -> bool:
    """What the service keeps a logger's credentials in, as recorded."""
    return str(one.body.get("displayName")).startswith("Logger-Credentials--")


NAMED_VALUE = Kind(
    type="namedValues",
    title="named value",
    about="A named value: policies use it as `{{name}}`.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/named-value/create-or-update",
    key="namedValues",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$"),
    facts=MappingProxyType(
        {
            "displayName": (Named(), Optional()),
            "secret": Default(_from_vault),
            # Recorded: GET shows a plain value, and of a secret none.
            "value": (WriteOnly("Azure doesn't show the value of a secret", _is_secret), Secret(_is_secret)),
            "tags": AnyOrder(),
        }
    ),
    # Recorded with both spellings.
    returned=frozenset({"provisioningState", "ProvisioningState", "keyVault.lastStatus"}),
    made_by_azure=_of_a_logger,
    comes_along=True,
    handle="displayName",
    reveal="listValue",
    check=_check,
    claims=_claims,
)
